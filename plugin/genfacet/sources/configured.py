"""Installed sources, with the weights that a configuration names."""

from collections.abc import Callable
from pathlib import Path

from genfacet.settings import Settings
from genfacet.sources import Source, load_source
from genfacet.sources.memory import Memory
from genfacet.sources.ranker import Ranker, Weights, read_weights, shipped_weights
from genfacet.sources.score import Score
from genfacet.sources.statistics import Statistics
from genfacet.sources.student import StudentSource
from genfacet.sources.together import Together


def configured_weights(settings: Settings) -> Weights:
    """The ranker's weights: the configured ones, or else the shipped ones; raises SettingsError."""
    return shipped_weights() if settings.engine.ranker is None else read_weights(Path(settings.engine.ranker))


def configured_sources(settings: Settings) -> Callable[[str], Source]:
    """Finds sources by name; ``ranker`` and ``statistics`` with the configured weights, or else the shipped ones.

    Raises SettingsError where the configured file is none of weights.
    """
    memory, weights = Memory(settings.memory.index), configured_weights(settings)
    statistics = Statistics(weights)
    student = StudentSource(weights, settings.student.samples)
    own: dict[str, Source] = {
        "memory": memory,
        "ranker": Ranker(weights),
        "statistics": statistics,
        "student": student,
        "score": Score(weights),
        "together": Together(statistics, memory, student if settings.student.facets else None),
    }
    return lambda name: own[name] if name in own else load_source(name)
