"""Looking ahead: which facets would bring a shopper to the relevant products fastest, found by trying all of them.

It is expensive and cheats: it knows the relevant products. So it makes gold facets to compare sources with, and
teaches; it never serves. A query's result set is fetched once; every candidate refinement is a bitset over it (bit k:
it holds for the result at rank k + 1), so that all of them can be tried in memory.

Facets are chosen one after the other by what they add:

    gain(S) = mean over relevant products t of the best log2(rank(t) / rank(t | value of t)) among the facets of S
    score(f | S) = gain(S + f) - gain(S) + 0.25 * coverage(f) * entropy(f) / 2 - 0.35 * redundancy(f, S)

The first term is what the shopper saves; the second prefers even splits where the first says nothing. Nobody knows
the numbers of a product that they have not found yet as they know its colour, so a range counts half.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log2

from genfacet.catalog import Catalog
from genfacet.facets import Definition
from genfacet.sources.definitions import define
from genfacet.values import Range, read_number, read_range
from genfacet_training.evaluation.documents import Document
from genfacet_training.evaluation.probes import carriers, look

SIZE = 8
VALUES = 6
EVENNESS = 0.25
REDUNDANCY = 0.35
KNOWN = {"attribute": 1.0, "range": 0.5, "open": 1.0}
"""How well a shopper knows such a value of a product not yet found."""
LEAST = 0.1
"""Fewest carriers as a share of the results: a facet that most results lack helps too few shoppers."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A facet with the results that each of its values holds for, and those that it holds for at all, as bitsets."""

    definition: Definition
    masks: Mapping[str, int]
    carried: int


@dataclass(frozen=True, slots=True)
class Choice:
    """A chosen facet: its score, and the part of the score that is the shopper's saving, in halvings of the rank."""

    candidate: Candidate
    score: float
    gain: float


def candidates(results: Sequence[Document], catalog: Catalog, values: int = VALUES) -> list[Candidate]:
    """Every facet that the results allow. ``results`` stand in their order."""
    places = carriers(results)
    found = []
    for name, seen in look(results, catalog).items():
        definition = define(seen, "lookahead", values) if seen.docs >= max(2, LEAST * len(results)) else None
        if definition is not None:
            found.append(_candidate(definition, results, places[name]))
    return found


def _candidate(definition: Definition, results: Sequence[Document], places: Sequence[int]) -> Candidate:
    spans = {value: read_range(value) if definition.kind == "range" else None for value in definition.values}
    masks = dict.fromkeys(definition.values, 0)
    carried = 0
    for place in places:
        bit = 1 << place
        carried |= bit
        shown = results[place].values[definition.name]
        for value, span in spans.items():
            if _holds(shown, value, span):
                masks[value] |= bit
    return Candidate(definition, masks, carried)


def _holds(shown: Sequence[str], value: str, span: Range | None) -> bool:
    if span is None:
        return value in shown
    numbers = (number for text in shown if (number := read_number(text)) is not None)
    return any((span.low is None or span.low <= n) and (span.high is None or n < span.high) for n in numbers)


def choose(found: Sequence[Candidate], wanted: Sequence[int], results: int, size: int = SIZE) -> list[Choice]:
    """The best facets, one after the other, for shoppers who want one of the results at the places ``wanted``.

    ``results`` is the number of results looked at. Ties go to the name.
    """
    left = {candidate.definition.name: candidate for candidate in found}
    own = {name: _gains(candidate, wanted) for name, candidate in left.items()}
    best = [0.0] * len(wanted)
    chosen: list[Choice] = []
    while left and len(chosen) < size:
        scored = {name: _score(candidate, own[name], best, chosen, results) for name, candidate in left.items()}
        name = min(scored, key=lambda name: (-scored[name][0], name))
        score, gain = scored[name]
        if score <= 0:
            break
        chosen.append(Choice(left.pop(name), score, gain))
        best = [max(pair) for pair in zip(best, own[name], strict=True)]
    return chosen


def _gains(candidate: Candidate, wanted: Sequence[int]) -> list[float]:
    """What each wanted product gains, in halvings of its rank; 0 where no value holds for it."""
    known = KNOWN[candidate.definition.kind]
    return [known * max((_gain(mask, place) for mask in candidate.masks.values()), default=0.0) for place in wanted]


def _gain(mask: int, place: int) -> float:
    if not mask >> place & 1:
        return 0.0
    before, after = place + 1, (mask & ((1 << place + 1) - 1)).bit_count()
    return log2(before / after)


def _score(
    candidate: Candidate, own: Sequence[float], best: Sequence[float], chosen: Sequence[Choice], results: int
) -> tuple[float, float]:
    added = [max(0.0, mine - known) for mine, known in zip(own, best, strict=True)]
    gain = sum(added) / len(added) if added else 0.0
    even = candidate.carried.bit_count() / results * evenness(candidate) / 2
    return gain + EVENNESS * even - REDUNDANCY * redundancy(candidate, chosen), gain


def evenness(candidate: Candidate) -> float:
    """Entropy of the values' shares in bits, cut at 2: four even parts are as good as it gets."""
    sizes = [mask.bit_count() for mask in candidate.masks.values() if mask]
    total = sum(sizes)
    return min(2.0, -sum(size / total * log2(size / total) for size in sizes)) if total else 0.0


def redundancy(candidate: Candidate, chosen: Sequence[Choice]) -> float:
    """How much of the candidate's split a chosen facet makes already (0 to 1).

    The values' best Jaccard, weighted by their size; what is below a half is left out, because two splits that have
    nothing to do with each other overlap that much.
    """
    most = max((_overlap(candidate, choice.candidate) for choice in chosen), default=0.0)
    return max(0.0, 2 * most - 1)


def _overlap(one: Candidate, other: Candidate) -> float:
    total = sum(mask.bit_count() for mask in one.masks.values())
    alike = sum(
        mask.bit_count() * max(jaccard(mask, theirs) for theirs in other.masks.values()) for mask in one.masks.values()
    )
    return alike / total if total else 0.0


def jaccard(one: int, other: int) -> float:
    """|A ∩ B| / |A ∪ B| of two bitsets; 0 for two empty ones."""
    union = (one | other).bit_count()
    return (one & other).bit_count() / union if union else 0.0
