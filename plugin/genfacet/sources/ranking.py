"""What rankings of attributes are made of: pure figures of the probe."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log2

from genfacet.facets import Definition
from genfacet.probe import AttributeProbe
from genfacet.sources import View
from genfacet.sources.definitions import WORDS, define

Score = Callable[[AttributeProbe], float]


def propose_ranked(source: str, view: View, score: Score, size: int, values: int) -> Sequence[Definition]:
    """The best attributes by score, ties by name; those of which no two values can be shown are passed over."""
    ranked = sorted(view.probe.attributes.values(), key=lambda seen: (-score(seen), seen.attribute.name))
    found: list[Definition] = []
    for seen in ranked:
        definition = define(seen, source, values, {"score": score(seen), "coverage": coverage(seen, view)})
        if definition is not None:
            found.append(definition)
        if len(found) == size:
            break
    return found


def coverage(seen: AttributeProbe, view: View) -> float:
    """Share of the sampled results that carry the attribute (0 to 1)."""
    return seen.docs / view.probe.sampled if view.probe.sampled else 0.0


def jlh(seen: AttributeProbe, view: View) -> float:
    """JLH of the attribute's presence: (f - b) * f / b, with the shares of foreground and background.

    The heuristic of Elasticsearch's ``significant_terms``; 0 where the background is unknown or larger.
    """
    foreground = coverage(seen, view)
    background = background_share(seen, view)
    if background is None or foreground <= background:
        return 0.0
    return (foreground - background) * foreground / background


def background_share(seen: AttributeProbe, view: View) -> float | None:
    """Share of the whole index that carries the attribute (0 to 1); None where that is not known."""
    if view.background is None or not view.background.total:
        return None
    # One document more, so that an attribute that a random sample missed is rare and not impossible.
    docs = view.background.docs.get(seen.attribute.name, 0) + 1
    return min(1.0, docs / (view.background.total + 1))


def entropy(seen: AttributeProbe, sampled: int) -> float:
    """Entropy in bits of the attribute's values over the sampled results, those without it as one more value.

    Numbers that are shown as ranges count as four even ranges.
    """
    if not sampled:
        return 0.0
    counts = [sampled - seen.docs, *shown_parts(seen)]
    total = sum(counts)
    return -sum(n / total * log2(n / total) for n in counts if n > 0)


def shown_parts(seen: AttributeProbe) -> Sequence[float]:
    """Documents of each value, the rest as one; quarters for numbers that become ranges."""
    if seen.is_numeric and (seen.others or len(seen.values) > 6):
        return [seen.docs / 4] * 4
    return [docs for _, docs in seen.values] + [seen.others]


def evenness(parts: Sequence[float]) -> float:
    """Entropy of the parts in bits, cut at 2 (four even parts) and scaled to 0 to 1."""
    total = sum(parts)
    # log2(total) - Σ p log2(p) / total, which is the same and asks for fewer divisions.
    spread = sum([part * log2(part) for part in parts if part > 0])
    return min(1.0, (log2(total) - spread / total) / 2) if total else 0.0


@dataclass(frozen=True, slots=True)
class Look:
    """What makes two attributes look alike: the words of their labels, and their texts with shares of documents."""

    words: frozenset[str]
    shares: Mapping[str, float]

    def likeness(self, other: "Look") -> float:
        """0 to 1: shared values, weighted by their frequency, or the same label words."""
        shared = sum(min(share, other.shares.get(value, 0.0)) for value, share in self.shares.items())
        return max(shared, float(self.words == other.words))


def look_of(seen: AttributeProbe) -> Look:
    """How an attribute looks; booleans and numbers are alike by their labels alone."""
    texts = () if seen.is_numeric else seen.values
    shares = {value.casefold(): docs / seen.docs for value, docs in texts if value.casefold() not in WORDS}
    return Look(words(seen.attribute.label), shares)


@lru_cache(50_000)
def words(text: str) -> frozenset[str]:
    """The words of a text as they are compared: case and plural folded, numbers left out."""
    found = re.findall(r"[^\W\d_]+", text.casefold())
    return frozenset(word.removesuffix("s") if len(word) > 3 else word for word in found)
