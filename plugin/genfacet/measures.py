"""How good a set of facets is: coverage, redundancy and selectivity over the first results of a search.

One request marks every hit with the values that hold for it (named queries made of the same clauses that count and
filter), and pure functions read the figures from these sets.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import mean
from typing import Any

from genfacet.catalog import Catalog
from genfacet.clauses import value_clause
from genfacet.facets import Facet
from genfacet.sibling import Search, Sibling, matching_part

FIRST = 100
"""How many of the first results are looked at."""


@dataclass(frozen=True, slots=True)
class Matches:
    """The first results (document ids), and for every value of every facet those of them that it holds for."""

    results: frozenset[str]
    values: Mapping[tuple[str, str], frozenset[str]]


def matches_request(search: Search, facets: Sequence[Facet], catalog: Catalog, first: int = FIRST) -> Sibling | None:
    """The request that marks the first results; None for a search by knn or retriever, whose query cannot be marked."""
    part = matching_part(search)
    if "retriever" in part or "knn" in part:
        return None
    # A filter inside `should` marks and neither scores nor restricts.
    marks = [
        {"bool": {"filter": [value_clause(name, value, catalog)], "_name": str(place)}}
        for place, (name, value) in enumerate(_pairs(facets))
    ]
    part["query"] = {"bool": {"must": [part.get("query", {"match_all": {}})], "should": marks}}
    body = part | {"size": first, "_source": False, "track_total_hits": False}
    return Sibling("measures", search.path, {}, body)


def read_matches(answer: Mapping[str, Any], facets: Sequence[Facet]) -> Matches:
    """The sets from Elasticsearch's answer to ``matches_request`` with the same facets."""
    hits = answer["hits"]["hits"]
    marked = {
        pair: frozenset(hit["_id"] for hit in hits if str(place) in hit.get("matched_queries", ()))
        for place, pair in enumerate(_pairs(facets))
    }
    return Matches(frozenset(hit["_id"] for hit in hits), marked)


def coverage(matches: Matches) -> float:
    """Share of the first results that at least one value holds for: |∪ D(q,f)| / |D(q)| (0 to 1)."""
    if not matches.results:
        return 0.0
    return len(frozenset().union(*matches.values.values())) / len(matches.results)


def redundancy(matches: Matches) -> float:
    """Mean Jaccard similarity of D(q,f), D(q,g) over pairs of values of different facets (0 to 1).

    Pairs of which neither holds for any of the first results are left out.
    """
    pairs = combinations(matches.values.items(), 2)
    alike = [jaccard(ours, theirs) for ((f, _), ours), ((g, _), theirs) in pairs if f != g and (ours or theirs)]
    return mean(alike) if alike else 0.0


def selectivity(facets: Sequence[Facet], total: int) -> float:
    """Mean over all values of 1 - |D(q,f)| / |D(q)| (0 to 1), over all results; useless near 0 and near 1."""
    counts = [value.count for facet in facets for value in facet.values if value.count is not None]
    return mean(1 - count / total for count in counts) if counts and total else 0.0


def jaccard(ours: frozenset[str], theirs: frozenset[str]) -> float:
    """|A ∩ B| / |A ∪ B|; 0 for two empty sets."""
    union = len(ours | theirs)
    return len(ours & theirs) / union if union else 0.0


def _pairs(facets: Sequence[Facet]) -> list[tuple[str, str]]:
    return [(facet.name, value.value) for facet in facets for value in facet.values]
