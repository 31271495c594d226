"""Reads from Elasticsearch what a configuration is made of. Needs `read` and `view_index_metadata`, no more."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from elasticsearch import ApiError, Elasticsearch, NotFoundError

from genfacet.discovery.families import FoundFamily, NameFigures, find_families
from genfacet.discovery.fields import IndexField, IndexFields, Remark, read_fields
from genfacet.discovery.samples import Sample, make_sample
from genfacet.errors import GenFacetError

DOCUMENTS = 200_000
"""About how many documents are counted; a larger index is sampled at random."""

MOST_NAMES = 10_000
"""Attribute names read of one family."""

BATCH = 50
"""Fields counted in one request."""

TIMEOUT = 120
"""Seconds for one request: these count the whole index, once."""


class DiscoveryError(GenFacetError):
    """The index cannot be read."""


@dataclass(frozen=True, slots=True)
class Presence:
    """In how many documents a field occurs, with how many distinct values."""

    docs: int
    distinct: int


@dataclass(frozen=True)
class Snapshot:
    """All that was read of an index. ``total`` documents exist, of which ``counted`` made the figures."""

    name: str
    backing: tuple[str, ...]
    total: int
    counted: int
    fields: IndexFields
    sample: Sample
    presence: Mapping[str, Presence]
    families: tuple[FoundFamily, ...]
    names: Mapping[str, Mapping[str, NameFigures]]
    problems: tuple[Remark, ...]


def read_snapshot(client: Elasticsearch, name: str, sample: int = 1000) -> Snapshot:
    """Reads an index, alias, data stream or pattern; raises DiscoveryError where nothing is there."""
    patient = client.options(request_timeout=TIMEOUT)
    mappings = _mappings(patient, name)
    fields = read_fields(mappings, patient.field_caps(index=name, fields="*").body)
    total = _total(patient, name)
    if not total:
        raise DiscoveryError(f"{name} holds no documents: load some first, the configuration is made from them.")
    documents = make_sample(_documents(patient, name, sample))
    families, others = find_families(fields, documents)
    counted, presence = _presence(patient, name, total, _countable(fields))
    names = {family.path: _names(patient, name, total, family) for family in families}
    problems = (*fields.problems, *others)
    backing = tuple(sorted(mappings))
    return Snapshot(name, backing, total, counted, fields, documents, presence, tuple(families), names, problems)


def _mappings(client: Elasticsearch, name: str) -> Mapping[str, Any]:
    try:
        mappings: Mapping[str, Any] = client.indices.get_mapping(index=name).body
    except NotFoundError:
        mappings = {}
    if not mappings:
        raise DiscoveryError(f"There is no index, alias or data stream {name}: check --index and --url.")
    return mappings


def _total(client: Elasticsearch, name: str) -> int:
    answer = client.search(index=name, size=0, track_total_hits=True)
    return int(answer["hits"]["total"]["value"])


def _documents(client: Elasticsearch, name: str, size: int) -> list[Mapping[str, Any]]:
    """Random documents, the same ones each time as long as the index does not change."""
    score = {"function_score": {"query": {"match_all": {}}, "random_score": {"seed": 1, "field": "_seq_no"}}}
    hits = client.search(index=name, size=size, query=score, source=True)["hits"]["hits"]
    return [hit["_source"] for hit in hits if "_source" in hit]


def _countable(fields: IndexFields) -> list[IndexField]:
    return [f for f in fields.plain() if f.aggregatable and f.type != "flattened"]


def _count(client: Elasticsearch, name: str, total: int, aggregations: Mapping[str, Any]) -> Mapping[str, Any]:
    """Aggregates the whole index, or a random part of a large one.

    A random score with a lowest score is a sample that nested aggregations work in; `random_sampler` refuses them.
    """
    random = {"random_score": {"seed": 1, "field": "_seq_no"}, "boost_mode": "replace"}
    part: dict[str, Any] = {}
    if total > DOCUMENTS:
        part = {"query": {"function_score": random}, "min_score": 1 - DOCUMENTS / total}
    answer: Mapping[str, Any] = client.search(index=name, size=0, track_total_hits=True, aggs=aggregations, **part).body
    return answer


def _presence(
    client: Elasticsearch, name: str, total: int, fields: list[IndexField]
) -> tuple[int, dict[str, Presence]]:
    found: dict[str, Presence] = {}
    counted = 0
    for start in range(0, max(len(fields), 1), BATCH):
        batch = fields[start : start + BATCH]
        aggregations: dict[str, Any] = {}
        for place, field in enumerate(batch):
            aggregations[f"d{place}"] = {"filter": {"exists": {"field": field.path}}}
            aggregations[f"v{place}"] = {"cardinality": {"field": field.path, "precision_threshold": 3000}}
        answer = _count(client, name, total, aggregations)
        counted = int(answer["hits"]["total"]["value"])
        found_in = answer.get("aggregations", {})
        for place, field in enumerate(batch):
            found[field.path] = Presence(int(found_in[f"d{place}"]["doc_count"]), int(found_in[f"v{place}"]["value"]))
    return counted, found


def _names(client: Elasticsearch, name: str, total: int, family: FoundFamily) -> dict[str, NameFigures]:
    """The names of a family with their figures; without those of the values where the cluster refuses so much."""
    try:
        return _named(client, name, total, family, examples=True)
    except ApiError as error:
        if error.meta.status not in {400, 429, 503}:
            raise
        return _named(client, name, total, family, examples=False)


def _named(client: Elasticsearch, name: str, total: int, family: FoundFamily, examples: bool) -> dict[str, NameFigures]:
    inner: dict[str, Any] = {"docs": {"reverse_nested": {}}}
    for key, field in (("texts", family.text), ("numbers", family.number)):
        if field is not None and examples:
            inner[key] = {"cardinality": {"field": field, "precision_threshold": 200}}
    if family.text is not None and examples:
        inner["examples"] = {"terms": {"field": family.text, "size": 3}}
    terms = {"terms": {"field": family.name, "size": MOST_NAMES}, "aggs": inner}
    answer = _count(client, name, total, {"pairs": {"nested": {"path": family.path}, "aggs": {"names": terms}}})
    buckets = answer["aggregations"]["pairs"]["names"]["buckets"]
    return {str(bucket["key"]): _figures(bucket) for bucket in buckets}


def _figures(bucket: Mapping[str, Any]) -> NameFigures:
    examples: Iterable[Mapping[str, Any]] = bucket.get("examples", {}).get("buckets", [])
    return NameFigures(
        int(bucket["docs"]["doc_count"]),
        int(bucket.get("texts", {}).get("value", 0)),
        int(bucket.get("numbers", {}).get("value", 0)),
        tuple(str(example["key"]) for example in examples),
    )
