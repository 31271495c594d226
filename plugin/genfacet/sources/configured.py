"""Installed sources, with the weights that a configuration names."""

from collections.abc import Callable
from pathlib import Path

from genfacet.sources import Source, load_source


def configured_sources(weights_file: str | None) -> Callable[[str], Source]:
    """Finds sources by name; ``ranker`` and ``statistics`` with the weights of a file, or else the shipped ones.

    Raises SettingsError where the file is none of weights.
    """
    if weights_file is None:
        return load_source
    from genfacet.sources.ranker import Ranker, read_weights
    from genfacet.sources.statistics import Statistics

    weights = read_weights(Path(weights_file))
    own: dict[str, Source] = {"ranker": Ranker(weights), "statistics": Statistics(weights)}
    return lambda name: own[name] if name in own else load_source(name)
