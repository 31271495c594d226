"""The ranker: attributes in the order that a listwise model learnt, from the probe and the words of labels alone.

It is linear, so that a score is a few multiplications; `genfacet train ranker` learns the weights (see
``genfacet_training.ranker``). The weights that ship were learnt from expert plans and from looking ahead.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from math import isfinite
from operator import mul
from pathlib import Path
from typing import Any

import orjson

from genfacet.errors import SettingsError
from genfacet.facets import Definition
from genfacet.probe import AttributeProbe
from genfacet.sources import View
from genfacet.sources.features import FEATURES, features
from genfacet.sources.ranking import propose_ranked, words

VERSION = 1
"""Another number for every change of `FEATURES` or of what they mean: older weights are refused then."""


@dataclass(frozen=True)
class Weights:
    """One weight for each of `FEATURES`, and one for each word of a label that training saw often enough."""

    features: tuple[float, ...]
    words: Mapping[str, float]

    def score(self, seen: AttributeProbe, view: View) -> float:
        """The score of an attribute; only the order of scores of one view means something."""
        known = self.words
        figures: float = sum(map(mul, self.features, features(seen, view)))
        return figures + sum([known[word] for word in words(seen.attribute.label) if word in known])

    def as_json(self) -> dict[str, Any]:
        """The form of a file of weights."""
        named = dict(zip(FEATURES, self.features, strict=True))
        return {"ranker": VERSION, "features": named, "words": dict(sorted(self.words.items()))}


@dataclass(frozen=True)
class Ranker:
    """Ranks attributes by learnt weights."""

    weights: Weights
    needs_background = False

    def propose(self, view: View, size: int, values: int) -> Sequence[Definition]:
        """See ``Source.propose``."""
        return propose_ranked("ranker", view, lambda seen: self.weights.score(seen, view), size, values)


def ranked_attributes(view: View, weights: Weights) -> list[tuple[float, AttributeProbe]]:
    """Scores and attributes of a view, best first; of equal scores in the order of names."""
    scored = [(weights.score(seen, view), seen) for seen in view.probe.attributes.values()]
    return sorted(scored, key=lambda pair: (-pair[0], pair[1].attribute.name))


def read_weights(file: Path | Traversable) -> Weights:
    """The weights of a file; raises SettingsError where it is none, or of another version."""
    try:
        read = orjson.loads(file.read_bytes())
        version = read["ranker"]
        if version == VERSION:
            return _weights(read)
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SettingsError(f"{file} holds no weights of a ranker ({type(error).__name__})") from None
    raise SettingsError(f"{file} holds weights of another version: make them again with `genfacet train ranker`")


def _weights(read: Mapping[str, Any]) -> Weights:
    known = tuple(float(read["features"][name]) for name in FEATURES)
    labels = {str(word): float(weight) for word, weight in read["words"].items()}
    if not all(map(isfinite, (*known, *labels.values()))):
        raise ValueError("a weight is not finite")
    return Weights(known, labels)


@cache
def shipped_weights() -> Weights:
    """The weights that come with the package."""
    return read_weights(files(__package__).joinpath("ranker.json"))


def __getattr__(name: str) -> Any:
    """``source``, made when it is asked for: importing this module reads no file."""
    if name == "source":
        return Ranker(shipped_weights())
    raise AttributeError(name)
