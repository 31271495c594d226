"""How good a page of facets is, whatever made it.

Every figure of one page is None where it is not defined, and a mean over pages leaves these pages out and says how
many there were. D(q) are the first results of a query, D(q,f) those that a value holds for, both in `Matches`.
Figures that rest on counts take them apart from the facets, because an unverified source can show any number.
"""

from collections.abc import Container, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from math import log2
from statistics import fmean

from genfacet import measures
from genfacet.facets import Facet, FacetValue
from genfacet.measures import Matches
from genfacet_training.evaluation.metrics.bits import bits_of, rank_in
from genfacet_training.evaluation.metrics.matching import canonical_text

THIN = 3
"""A value with fewer results is thin: hardly a choice between products."""

Counts = Mapping[tuple[str, str], int]
"""Results of each (facet, value), asked anew. A value that was shown and not asked is a KeyError, never a pass."""


def coverage_at(matches: Matches, facets: Sequence[Facet], k: int) -> float | None:
    """Share of the first results that the first ``k`` facets lead to: |∪ D(q,f)| / |D(q)| (0 to 1).

    No facets cover nothing (0); without results it is not defined. Source: ``genfacet.measures.coverage``.
    """
    return measures.coverage(first_matches(matches, facets, k)) if matches.results else None


def redundancy_at(matches: Matches, facets: Sequence[Facet], k: int) -> float | None:
    """Mean Jaccard similarity of values of different facets among the first ``k`` (0 to 1, lower is better).

    None where fewer than two facets have results: one facet repeats nothing, and earns nothing by it.
    Source: ``genfacet.measures.redundancy``.
    """
    first = first_matches(matches, facets, k)
    if len({name for (name, _), found in first.values.items() if found}) < 2:
        return None
    return measures.redundancy(first)


def selectivity(facets: Sequence[Facet], counts: Counts, total: int) -> float | None:
    """Mean over offered values of 1 - |D(q,f)| / |D(q)|, over all ``total`` results (0 to 1).

    Facets with a selection are left out: their other values widen. Source: ``genfacet.measures.selectivity``.
    """
    offered = [facet for facet in facets if not any(value.selected for value in facet.values)]
    recounted = [
        replace(facet, values=tuple(replace(value, count=counts[facet.name, value.value]) for value in facet.values))
        for facet in offered
    ]
    return measures.selectivity(recounted, total) if total and any(facet.values for facet in offered) else None


def dead_end_rate(facets: Sequence[Facet], counts: Counts) -> float | None:
    """Share of shown, unselected values without any result: |{v: n_v = 0}| / |{v}| (0 to 1; must be 0)."""
    return thin_rate(facets, counts, 1)


def thin_rate(facets: Sequence[Facet], counts: Counts, least: int = THIN) -> float | None:
    """Share of shown, unselected values with fewer than ``least`` results: |{v: n_v < m}| / |{v}| (0 to 1)."""
    shown = [counts[name, value.value] for name, value in _values(facets) if not value.selected]
    return fmean(float(count < least) for count in shown) if shown else None


def grounded_rate(facets: Sequence[Facet], counts: Counts, least: int = THIN) -> float | None:
    """Share of shown values, selected or not, with at least ``least`` results: |{v: n_v >= m}| / |{v}| (0 to 1).

    The other half of groundedness are ``truth_shares`` of the verdicts on (value, first result of D(q,f)).
    """
    shown = [counts[name, value.value] for name, value in _values(facets)]
    return fmean(float(count >= least) for count in shown) if shown else None


def novelty(facets: Sequence[Facet], indexed: Container[str], earlier: Container[str]) -> float | None:
    """Share of distinct value labels that are in no indexed value and in no earlier answer (0 to 1).

    ``indexed`` and ``earlier`` hold canonical texts (``matching.canonical_text``), so that another spelling is not
    news. Ranges have no words and are left out.
    """
    words = (canonical_text(value.label) for facet in facets if facet.kind != "range" for value in facet.values)
    labels = {label for label in words if label}
    return fmean(float(label not in indexed and label not in earlier) for label in labels) if labels else None


def rank_promotion(before: Sequence[str], after: Sequence[str], wanted: Set[str]) -> float | None:
    """Mean over wanted documents of log2(rank before) - log2(rank after): how often the way to one is halved (bits).

    The arguments are document ids, best first. A document that one list lacks (the value excludes it, or it stood
    further down) counts as just behind the longer list, so that excluding it is the worst that can happen to it;
    one that both lack is left out.
    """
    behind = max(len(before), len(after)) + 1
    old, new = _ranks(before), _ranks(after)
    gains = [log2(old.get(id_, behind)) - log2(new.get(id_, behind)) for id_ in wanted if id_ in old or id_ in new]
    return fmean(gains) if gains else None


def best_promotion(ranking: Sequence[str], matches: Matches, wanted: Set[str]) -> float | None:
    """Mean over wanted documents of the rank promotion by the value that promotes each most (bits, 0 or more).

    What a shopper gains by one filtering click who knows the right value: rank after = 1 + results of D(q,f) ahead of
    the document. A document that no value holds for gains 0; one outside the ranking is left out.
    """
    places = {id_: place for place, id_ in enumerate(ranking)}
    choices = [bits_of(found, places) for found in matches.values.values()]
    gains = [_best_gain(places[id_], choices) for id_ in wanted if id_ in places]
    return fmean(gains) if gains else None


def first_matches(matches: Matches, facets: Sequence[Facet], k: int) -> Matches:
    """The matches of the first ``k`` facets alone."""
    shown = {(name, value.value) for name, value in _values(facets[:k])}
    return Matches(matches.results, {pair: found for pair, found in matches.values.items() if pair in shown})


def _best_gain(place: int, choices: Sequence[int]) -> float:
    ranks = [rank for choice in choices if (rank := rank_in(choice, place)) is not None]
    return log2(place + 1) - log2(min(ranks, default=place + 1))


def _ranks(ids: Sequence[str]) -> dict[str, int]:
    return {id_: rank for rank, id_ in enumerate(ids, 1)}


def _values(facets: Sequence[Facet]) -> Iterator[tuple[str, FacetValue]]:
    return ((facet.name, value) for facet in facets for value in facet.values)
