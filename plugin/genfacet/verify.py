"""Counts as the contract defines them, and the figures of a facet set that follow from them.

The count of a value is the total of the executed query with the body's ``post_filter``, the selections of all *other*
facets as filters, and this value alone in its facet. Root documents are counted by ``filters`` aggregations made of
the rewriter's own clauses, so that a shown count is what selecting the value would find.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from genfacet.body import Clause
from genfacet.catalog import Catalog
from genfacet.clauses import existence_clauses, selection_clauses, value_clause
from genfacet.facets import Definition, Facet, FacetValue, Selections
from genfacet.sibling import Search, Sibling, is_whole, sibling


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts of one answer.

    ``total`` is the number of results under all selections; ``values`` the counts of each facet's values;
    ``totals`` the results of each facet with its own selection left out; ``missing`` the selected values
    (facet, value) that exist in the index no more, none where a shard failed or time ran out: it may be the shard that
    holds them; ``exact`` is False there too. ``twins`` are the values of each facet that hold for exactly the results
    of an earlier one, known where ``overlaps`` were asked for.
    """

    total: int
    values: Mapping[str, Mapping[str, int]]
    totals: Mapping[str, int]
    missing: tuple[tuple[str, str], ...]
    exact: bool
    twins: Mapping[str, frozenset[str]] = field(default_factory=dict)


def counts_request(
    search: Search,
    definitions: Sequence[Definition],
    selections: Selections,
    catalog: Catalog,
    *,
    overlaps: bool = False,
) -> Sibling:
    """One request for the counts of all values of all facets, and for whether selected values exist at all.

    ``overlaps``: and for the results that each two values of a facet share.
    """
    aggregations: dict[str, Any] = {}
    for place, definition in enumerate(definitions):
        counting = _filters([value_clause(definition.name, value, catalog) for value in definition.values])
        if overlaps:
            counting["aggs"] = {"also": dict(counting)}
        others = selection_clauses(selections, catalog, without=definition.name)
        aggregations[f"f{place}"] = _narrowed(others, counting)
    if selections:
        aggregations["all"] = {"filter": {"bool": {"filter": selection_clauses(selections, catalog)}}}
        existence = _existence(selections, catalog)
        if existence:
            aggregations["known"] = {"global": {}, "aggs": {"values": {"filters": {"filters": existence}}}}
    return sibling("counts", search, aggregations)


def read_counts(answer: Mapping[str, Any], definitions: Sequence[Definition], selections: Selections) -> Counts:
    """The counts from Elasticsearch's answer to ``counts_request`` with the same arguments."""
    aggregations = answer.get("aggregations", {})
    everything = int(answer["hits"]["total"]["value"])
    values: dict[str, dict[str, int]] = {}
    totals: dict[str, int] = {}
    twins: dict[str, frozenset[str]] = {}
    for place, definition in enumerate(definitions):
        read = aggregations[f"f{place}"]
        totals[definition.name] = int(read.get("doc_count", everything))
        counted = read.get("values", read)
        values[definition.name] = _read_filters(counted, definition.values)
        twins[definition.name] = _twins(counted["buckets"], definition.values)
    total = int(aggregations["all"]["doc_count"]) if selections else everything
    whole = is_whole(answer)
    missing = _missing(aggregations, selections) if whole else ()
    return Counts(total, values, totals, missing, whole and not answer.get("terminated_early"), twins)


def verified_facets(
    definitions: Sequence[Definition], counts: Counts, selections: Selections, size: int, most: int
) -> list[Facet]:
    """The facets that survive counting: selected ones first, then those that split the results, at most ``size``."""
    selected = [d for d in definitions if d.name in selections]
    offered = [d for d in definitions if d.name not in selections]
    facets = [_selected_facet(definition, counts, selections[definition.name], most) for definition in selected]
    for definition in offered:
        if len(facets) >= size:
            break
        facet = _offered_facet(definition, counts, most)
        if facet is not None:
            facets.append(facet)
    return facets


def uncounted_facets(definitions: Sequence[Definition]) -> list[Facet]:
    """Selected values for an answer whose counts could not be had in time."""
    return [
        _facet(
            definition,
            "selected",
            [FacetValue(v, label, None, selected=True) for v, label in _labelled(definition)],
        )
        for definition in definitions
    ]


def _pairs(selections: Selections) -> list[tuple[str, str]]:
    return [(name, value) for name, values in selections.items() for value in values]


def _filters(clauses: Sequence[Clause]) -> dict[str, Any]:
    # Keyed by place: a value is data, and never becomes the name of an aggregation.
    return {"filters": {"filters": {str(place): clause for place, clause in enumerate(clauses)}}}


def _existence(selections: Selections, catalog: Catalog) -> dict[str, Any]:
    """All that has to exist, keyed by the place of its selected value; nothing where no words can be wrong."""
    return {
        f"{place}.{part}": clause
        for place, (name, value) in enumerate(_pairs(selections))
        for part, clause in enumerate(existence_clauses(name, value, catalog))
    }


def _narrowed(others: list[Clause], counting: dict[str, Any]) -> dict[str, Any]:
    return {"filter": {"bool": {"filter": others}}, "aggs": {"values": counting}} if others else counting


def _read_filters(read: Mapping[str, Any], values: Sequence[str]) -> dict[str, int]:
    buckets = read["buckets"]
    return {value: int(buckets[str(place)]["doc_count"]) for place, value in enumerate(values)}


def _twins(buckets: Mapping[str, Any], values: Sequence[str]) -> frozenset[str]:
    """The values whose results are those of an earlier value: as many, and as many in common."""
    return frozenset(
        value
        for place, value in enumerate(values)
        for other in map(str, range(place))
        if "also" in buckets[other]
        and buckets[other]["doc_count"]
        == buckets[str(place)]["doc_count"]
        == buckets[other]["also"]["buckets"][str(place)]["doc_count"]
    )


def _missing(aggregations: Mapping[str, Any], selections: Selections) -> tuple[tuple[str, str], ...]:
    buckets = aggregations["known"]["values"]["buckets"] if "known" in aggregations else {}
    gone = {int(key.partition(".")[0]) for key, bucket in buckets.items() if int(bucket["doc_count"]) == 0}
    return tuple(pair for place, pair in enumerate(_pairs(selections)) if place in gone)


def _selected_facet(definition: Definition, counts: Counts, chosen: Sequence[str], most: int) -> Facet:
    counted = counts.values[definition.name]
    ordered = _ordered(definition, counted)
    others = [value for value, _ in ordered if value not in chosen and counted[value] > 0]
    kept = {*chosen, *others[: max(0, most - len(chosen))]}
    values = [FacetValue(value, label, counted[value], value in chosen) for value, label in ordered if value in kept]
    return _facet(definition, f"selected: holds for {counts.total} of {counts.totals[definition.name]} results", values)


def _offered_facet(definition: Definition, counts: Counts, most: int) -> Facet | None:
    """None where the facet would not split the results: fewer than two values, or each holds for all or none."""
    counted = counts.values[definition.name]
    total = counts.totals[definition.name]
    living = [FacetValue(v, label, counted[v]) for v, label in _ordered(definition, counted) if counted[v] > 0][:most]
    splitting = [value for value in living if value.count is not None and value.count < total]
    if not splitting or (len(living) < 2 and definition.kind != "open"):
        return None
    parts = "1 part" if len(living) == 1 else f"{len(living)} parts"
    return _facet(definition, f"splits {total} results into {parts}", living)


def _ordered(definition: Definition, counted: Mapping[str, int]) -> list[tuple[str, str]]:
    """Values with labels: the most frequent first where the values have no order of their own."""
    labelled = _labelled(definition)
    return sorted(labelled, key=lambda pair: -counted[pair[0]]) if definition.by_count else labelled


def _labelled(definition: Definition) -> list[tuple[str, str]]:
    return list(zip(definition.values, definition.labels, strict=True))


def _facet(definition: Definition, reason: str, values: Sequence[FacetValue]) -> Facet:
    return Facet(
        definition.name,
        definition.label,
        definition.kind,
        definition.source,
        reason,
        tuple(values),
        definition.explanation,
        definition.model,
    )
