"""Checks of what Elasticsearch must be able to do, tried by the smallest requests that need it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from elasticsearch import ApiError, Elasticsearch, TransportError

from genfacet.doctor.checks import Check, refused
from genfacet.settings import IndexSettings


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature, what facets need it for, and a body that uses it."""

    name: str
    needed_for: str
    body: dict[str, Any]


def features(index: IndexSettings) -> Iterator[Feature]:
    """The features that facets of this index need."""
    yield Feature("filters", "counts", _aggregate("filters", {"filters": {"all": {"match_all": {}}}}))
    yield Feature("sampler", "live facets", _aggregate("sampler", {"shard_size": 1}, _CATCH_ALL))
    score = {"function_score": {"random_score": {"seed": 1, "field": "_seq_no"}, "boost_mode": "replace"}}
    yield Feature("random score", "statistics of the whole index", {"size": 0, "query": score})
    numbers = [facet.field for facet in index.facets.values() if facet.type == "number" and facet.field]
    for family in index.families:
        docs: dict[str, Any] = {"docs": {"reverse_nested": {}}}
        names = {"names": {"terms": {"field": family.name, "size": 1}, "aggs": docs}}
        nested = {"pairs": {"nested": {"path": family.path}, "aggs": names}}
        yield Feature(f"nested ({family.path})", "families", _aggregate("sampler", {"shard_size": 1}, nested))
    if numbers:
        options = {"field": numbers[0], "percents": [50]}
        yield Feature("percentiles", "ranges", _aggregate("percentiles", options))


_CATCH_ALL: dict[str, Any] = {"all": {"filter": {"match_all": {}}}}


def _aggregate(kind: str, options: dict[str, Any], inner: dict[str, Any] | None = None) -> dict[str, Any]:
    aggregation = {kind: options, "aggs": inner} if inner else {kind: options}
    return {"size": 0, "aggs": {"tried": aggregation}}


def check_features(client: Elasticsearch, name: str, index: IndexSettings) -> list[Check]:
    """One failure for each feature that is missing, or one line for all."""
    wanted = list(features(index))
    failed: list[Check] = []
    for feature in wanted:
        try:
            client.search(index=name, body=feature.body)
        except (ApiError, TransportError) as error:
            about = f"{name}: {feature.name}"
            failed.append(refused(about, error, f"without it there are no {feature.needed_for}"))
    names = ", ".join(feature.name for feature in wanted)
    return failed or [Check(f"{name}: features", "ok", names)]
