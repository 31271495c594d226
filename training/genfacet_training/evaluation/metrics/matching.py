"""When two facets are the same: a figure against gold facets means nothing without its matcher's name."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from unicodedata import combining, normalize

from genfacet.facets import Facet

Similarity = Callable[[str, str], float]
"""How alike two texts are; 1 for the same."""


@dataclass(frozen=True, slots=True)
class Matcher:
    """A named test whether two texts (attribute names, or labels of open facets) mean the same facet."""

    name: str
    same: Callable[[str, str], bool]


def embedding(similarity: Similarity, least: float) -> Matcher:
    """Same where ``similarity(a, b) >= least`` (τ), such as a cosine of embeddings; τ is part of the name."""
    return Matcher(f"embedding>={least:.2f}", lambda one, other: similarity(one, other) >= least)


@lru_cache(100_000)
def canonical_text(text: str) -> str:
    """The text with case, accents, compatibility forms, punctuation, underscores and plural endings folded.

    Words keep their order, and numbers stay: "USB 2" is not "USB 3".
    """
    plain = "".join(c for c in normalize("NFKD", text) if not combining(c)).casefold()
    words = re.findall(r"[^\W_]+", plain)
    return " ".join(word.removesuffix("s") if len(word) > 3 and not word.endswith("ss") else word for word in words)


def _same_canonical(one: str, other: str) -> bool:
    # Texts without a word ("+", "++") fold to nothing, which would make them all the same.
    return one == other or (canonical_text(one) != "" and canonical_text(one) == canonical_text(other))


EXACT = Matcher("exact", lambda one, other: one == other)
"""The same characters."""

CANONICAL = Matcher("canonical", _same_canonical)
"""The same ``canonical_text``."""


def closed_names(facets: Sequence[Facet]) -> list[str]:
    """What closed facets are compared by, in shown order: the names of their attributes."""
    return [facet.name for facet in facets if facet.kind != "open"]


def open_labels(facets: Sequence[Facet]) -> list[str]:
    """What open facets are compared by, in shown order: their labels, because their names are free."""
    return [facet.label for facet in facets if facet.kind == "open"]


def gold_places(shown: Sequence[str], gold: Sequence[str], matcher: Matcher = EXACT) -> list[int | None]:
    """For each shown facet the place (from 0) of the gold facet that it matches; None where it matches none.

    One to one: a gold facet is taken by the first that matches it, so that showing it twice gains nothing; a shown
    facet takes the best gold facet that is left.
    """
    left = dict(enumerate(gold))
    places: list[int | None] = []
    for text in shown:
        place = next((place for place, wanted in left.items() if matcher.same(text, wanted)), None)
        if place is not None:
            del left[place]
        places.append(place)
    return places
