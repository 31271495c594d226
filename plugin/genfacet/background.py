"""How often each attribute occurs in the whole index: what the results of a query are held against."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any

from genfacet.catalog import Catalog
from genfacet.sibling import Search, Sibling, sibling

DOCUMENTS = 20_000
"""Most documents of a shard that are looked at; of a larger one a random sample, always the same."""
NAMES = 10_000
# random_sampler would be the aggregation for this, but Elasticsearch refuses nested aggregations inside it.
_RANDOM = {"function_score": {"random_score": {"seed": 1, "field": "_seq_no"}, "boost_mode": "replace"}}


@dataclass(frozen=True, slots=True)
class Background:
    """``total`` documents were looked at, and ``docs`` of them carry each attribute (by name)."""

    total: int
    docs: Mapping[str, int]


def read_background(target: str | None, catalog: Catalog) -> Generator[Sibling, Mapping[str, Any], Background]:
    """Yields the request that it needs and returns the background of the index."""
    looking = {"sample": {"sampler": {"shard_size": DOCUMENTS}, "aggs": _aggregations(catalog)}}
    answer = yield sibling("background", Search(target, {}, {"query": _RANDOM}), looking)
    sample = answer["aggregations"]["sample"]
    docs = {a.name: int(sample[f"f{place}"]["doc_count"]) for place, a in enumerate(catalog.fields)}
    for place, family in enumerate(catalog.families):
        for bucket in sample[f"n{place}"]["names"]["buckets"]:
            name = family.attribute_name(str(bucket["key"]))
            docs[name] = max(docs.get(name, 0), int(bucket["docs"]["doc_count"]))
    return Background(int(sample["doc_count"]), docs)


def _aggregations(catalog: Catalog) -> dict[str, Any]:
    counting: dict[str, Any] = {
        f"f{place}": {"filter": {"exists": {"field": attribute.field}}}
        for place, attribute in enumerate(catalog.fields)
    }
    for place, family in enumerate(catalog.families):
        names = {"terms": {"field": family.name, "size": NAMES}, "aggs": {"docs": {"reverse_nested": {}}}}
        counting[f"n{place}"] = {"nested": {"path": family.path}, "aggs": {"names": names}}
    return counting
