"""The probe: what the first results of a query look like, attribute by attribute.

One request samples the best hits of every shard and counts, in that sample, which attributes they carry with which
values. Sources choose facets from it alone; counts of what they choose are taken afterwards, over all results.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from genfacet.catalog import Attribute, Catalog, Family
from genfacet.clauses import selection_clauses
from genfacet.facets import Selections
from genfacet.sibling import Search, Sibling, sibling

NAMES = 80
"""Most attribute names that the probe reads of one family."""
VALUES = 8
"""Most values that the probe reads of one attribute."""
TITLES = 6
"""Titles that the probe reads, where a source wants to know them."""
PERCENTS = (5, 25, 50, 75, 95)
_NUMBERS = (float, int)


@dataclass(frozen=True, slots=True)
class AttributeProbe:
    """One attribute among the sampled results.

    ``docs`` is how many of them carry it. ``values`` holds its most frequent values with the number of documents
    (for numbers: the number's text), ``others`` how many documents have further values. ``quantiles`` are the
    5th, 25th, 50th, 75th and 95th percentiles of its numbers, in shown units; empty where it has none.
    """

    attribute: Attribute
    docs: int
    values: tuple[tuple[str, int], ...]
    others: int = 0
    quantiles: tuple[float, ...] = ()

    @property
    def is_numeric(self) -> bool:
        """Whether its values are numbers."""
        return bool(self.quantiles)


@dataclass(frozen=True, slots=True)
class Probe:
    """The snapshot of a query's results.

    ``total`` counts all results under the selections, ``sampled`` the ones looked at. ``selected`` holds the
    attributes with a selection, looked at without their own. ``categories`` are shares of the sample (0 to 1),
    ``titles`` the titles of the first results, where they were asked for.
    """

    total: int
    sampled: int
    attributes: Mapping[str, AttributeProbe]
    selected: Mapping[str, AttributeProbe]
    categories: Mapping[str, float]
    titles: tuple[str, ...] = ()


def probe_request(
    search: Search, selections: Selections, catalog: Catalog, sample: int, *, titles: bool = False
) -> Sibling:
    """The request of the probe. ``sample`` is the number of first results per shard; ``titles`` asks for theirs too."""
    sampler = {"sampler": {"shard_size": sample}}
    narrowing = selection_clauses(selections, catalog)
    looked_at = _attribute_aggregations(catalog) | (_titles_aggregation(catalog) if titles else {})
    looking = {"sample": {**sampler, "aggs": looked_at}}
    if not narrowing:
        return sibling("probe", search, looking)
    if not _own_facets(selections, catalog):
        return sibling("probe", search, looking, narrowing)
    aggregations: dict[str, Any] = {"all": {"filter": {"bool": {"filter": narrowing}}, "aggs": looking}}
    for place, attribute in enumerate(_own_facets(selections, catalog)):
        others = selection_clauses(selections, catalog, without=attribute.name)
        aggregations[f"own{place}"] = {
            "filter": {"bool": {"filter": others}},
            "aggs": {"sample": {**sampler, "aggs": _one_attribute(attribute, catalog)}},
        }
    return sibling("probe", search, aggregations)


def read_probe(answer: Mapping[str, Any], selections: Selections, catalog: Catalog) -> Probe:
    """The probe from Elasticsearch's answer to ``probe_request`` with the same selections and catalogue."""
    aggregations = answer.get("aggregations", {})
    everything = aggregations.get("all")
    total = answer["hits"]["total"]["value"] if everything is None else everything["doc_count"]
    sample = (everything or aggregations)["sample"]
    selected: dict[str, AttributeProbe] = {}
    for place, attribute in enumerate(_own_facets(selections, catalog)):
        own = aggregations.get(f"own{place}", {}).get("sample", {})
        selected |= _read_attributes(own, catalog, {attribute.name})
    categories = {
        str(bucket["key"]): bucket["doc_count"] / sample["doc_count"]
        for bucket in sample.get("category", {}).get("buckets", [])
        if sample["doc_count"]
    }
    attributes = _read_attributes(sample, catalog)
    return Probe(total, sample["doc_count"], attributes, selected, categories, _read_titles(sample))


def _titles_aggregation(catalog: Catalog) -> dict[str, Any]:
    """The first results with their title, the text field that weighs most in the search."""
    if catalog.title is None:
        return {}
    hits = {"size": TITLES, "_source": False, "fields": [catalog.title]}
    return {"titles": {"top_hits": hits}}


def _read_titles(sample: Mapping[str, Any]) -> tuple[str, ...]:
    hits = sample.get("titles", {}).get("hits", {}).get("hits", [])
    shown = (value for hit in hits for values in hit.get("fields", {}).values() for value in values[:1])
    return tuple(value for value in shown if isinstance(value, str))


def _own_facets(selections: Selections, catalog: Catalog) -> list[Attribute]:
    """The selected closed facets; open ones have no values of their own in the index."""
    closed = (catalog.attribute(name) for name in selections if not name.startswith("~"))
    return [attribute for attribute in closed if attribute is not None]


def _attribute_aggregations(catalog: Catalog) -> dict[str, Any]:
    aggregations: dict[str, Any] = {}
    for place, attribute in enumerate(catalog.fields):
        if catalog.is_offered(attribute.name):
            aggregations |= _field_aggregations(f"f{place}", attribute)
    for place, family in enumerate(catalog.families):
        terms = {"field": family.name, "size": NAMES, "min_doc_count": 2, "collect_mode": "breadth_first"}
        names = {"terms": terms, "aggs": _pair_values(family)}
        aggregations[f"n{place}"] = {"nested": {"path": family.path}, "aggs": {"names": names}}
    if catalog.category:
        aggregations["category"] = {"terms": {"field": catalog.category, "size": 5}}
    return aggregations


def _one_attribute(attribute: Attribute, catalog: Catalog) -> dict[str, Any]:
    if attribute.field is not None:
        return _field_aggregations(f"f{catalog.fields.index(attribute)}", attribute)
    aggregations: dict[str, Any] = {}
    for place, family in enumerate(catalog.families):
        raw = family.raw_names(attribute.name)
        names = {
            "terms": {"field": family.name, "size": len(raw), "include": raw},
            "aggs": _pair_values(family),
        }
        aggregations[f"n{place}"] = {"nested": {"path": family.path}, "aggs": {"names": names}}
    return aggregations


def _field_aggregations(key: str, attribute: Attribute) -> dict[str, Any]:
    field = attribute.field
    aggregations: dict[str, Any] = {
        f"{key}v": {"terms": {"field": field, "size": VALUES}},
        f"{key}d": {"filter": {"exists": {"field": field}}},
    }
    if attribute.type == "number":
        aggregations[f"{key}q"] = {"percentiles": {"field": field, "percents": PERCENTS, "keyed": False}}
    return aggregations


def _pair_values(family: Family) -> dict[str, Any]:
    aggregations: dict[str, Any] = {"docs": {"reverse_nested": {}}}
    if family.text:
        aggregations["texts"] = {"terms": {"field": family.text, "size": VALUES}}
    if family.number:
        aggregations["numbers"] = {"terms": {"field": family.number, "size": VALUES}}
        aggregations["quantiles"] = {"percentiles": {"field": family.number, "percents": PERCENTS, "keyed": False}}
    return aggregations


def _read_attributes(
    sample: Mapping[str, Any], catalog: Catalog, only: set[str] | None = None
) -> dict[str, AttributeProbe]:
    found: dict[str, AttributeProbe] = {}
    for read in (*_read_fields(sample, catalog), *_read_families(sample, catalog)):
        name = read.attribute.name
        wanted = only is None or name in only
        # The same attribute under two raw names (or in two families): the one that more results carry speaks for it.
        if wanted and read.docs and (name not in found or found[name].docs < read.docs):
            found[name] = read
    return found


def _read_fields(sample: Mapping[str, Any], catalog: Catalog) -> Iterator[AttributeProbe]:
    for place, attribute in enumerate(catalog.fields):
        terms = sample.get(f"f{place}v")
        if terms is None:
            continue
        docs = sample[f"f{place}d"]["doc_count"]
        quantiles = _quantiles(sample.get(f"f{place}q"), attribute)
        yield _read_values(attribute, docs, terms, quantiles)


def _read_families(sample: Mapping[str, Any], catalog: Catalog) -> Iterator[AttributeProbe]:
    for place, family in enumerate(catalog.families):
        for bucket in sample.get(f"n{place}", {}).get("names", {}).get("buckets", []):
            attribute = catalog.offered_pair(family, str(bucket["key"]))
            if attribute is None:
                continue
            docs = bucket["docs"]["doc_count"]
            texts = bucket.get("texts", {"buckets": []})
            numbers = bucket.get("numbers", {"buckets": []})
            quantiles = _quantiles(bucket.get("quantiles"), attribute)
            # A name with both kinds of value: numbers where most of its values are numbers.
            is_number = quantiles and _documents(numbers) * 2 > bucket["doc_count"]
            yield _read_values(attribute, docs, numbers if is_number else texts, quantiles if is_number else ())


def _documents(terms: Mapping[str, Any]) -> int:
    return int(sum(bucket["doc_count"] for bucket in terms["buckets"]) + terms.get("sum_other_doc_count", 0))


def _read_values(
    attribute: Attribute, docs: int, terms: Mapping[str, Any], quantiles: tuple[float, ...]
) -> AttributeProbe:
    values = tuple((value_text(bucket["key"], attribute), int(bucket["doc_count"])) for bucket in terms["buckets"])
    return AttributeProbe(attribute, docs, values, int(terms.get("sum_other_doc_count", 0)), quantiles)


def value_text(key: Any, attribute: Attribute) -> str:
    """A stored value as the text of the contract: booleans as yes and no, numbers scaled and without an exponent."""
    if attribute.type == "boolean":
        return "yes" if key in (1, True, "true") else "no"
    if isinstance(key, str):  # first, because most values are
        return key
    if isinstance(key, _NUMBERS):
        return f"{Decimal(f'{round(key * float(attribute.scale), 9):.15g}'):f}"
    return str(key)


def _quantiles(percentiles: Mapping[str, Any] | None, attribute: Attribute) -> tuple[float, ...]:
    if percentiles is None:
        return ()
    numbers = [entry["value"] for entry in percentiles["values"]]
    # Elasticsearch answers null (or NaN) where no document has a number.
    if any(number is None or number == "NaN" for number in numbers):
        return ()
    return tuple(float(number) * float(attribute.scale) for number in numbers)
