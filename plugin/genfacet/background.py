"""How often each attribute occurs in the whole index: what the results of a query are held against."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any

from genfacet.catalog import Catalog
from genfacet.sibling import Search, Sibling, sibling

DOCUMENTS = 50_000
"""About how many documents are looked at; a larger index is sampled at random."""
NAMES = 10_000


@dataclass(frozen=True, slots=True)
class Background:
    """``total`` documents were looked at, and ``docs`` of them carry each attribute (by name)."""

    total: int
    docs: Mapping[str, int]


def read_background(target: str | None, catalog: Catalog) -> Generator[Sibling, Mapping[str, Any], Background]:
    """Yields the two requests that it needs and returns the background of the index."""
    everything = Search(target, {}, {})
    size = yield sibling("background", everything, {})
    answer = yield sibling("background", everything, _aggregations(catalog, size["hits"]["total"]["value"]))
    sample = answer["aggregations"]["sample"]
    docs: dict[str, int] = {}
    for place, attribute in enumerate(catalog.fields()):
        docs[attribute.name] = int(sample[f"f{place}"]["doc_count"])
    for place, family in enumerate(catalog.families):
        for bucket in sample[f"n{place}"]["names"]["buckets"]:
            name = family.attribute_name(str(bucket["key"]))
            docs[name] = max(docs.get(name, 0), int(bucket["docs"]["doc_count"]))
    return Background(int(sample["doc_count"]), docs)


def _aggregations(catalog: Catalog, documents: int) -> dict[str, Any]:
    counting: dict[str, Any] = {
        f"f{place}": {"filter": {"exists": {"field": attribute.field}}}
        for place, attribute in enumerate(catalog.fields())
    }
    for place, family in enumerate(catalog.families):
        names = {"terms": {"field": family.name, "size": NAMES}, "aggs": {"docs": {"reverse_nested": {}}}}
        counting[f"n{place}"] = {"nested": {"path": family.path}, "aggs": {"names": names}}
    probability = DOCUMENTS / documents if documents else 1.0
    # random_sampler takes a probability of at most one half, or exactly one.
    sampler = {"probability": probability, "seed": 1} if probability <= 0.5 else {"probability": 1.0, "seed": 1}
    return {"sample": {"random_sampler": sampler, "aggs": counting}}
