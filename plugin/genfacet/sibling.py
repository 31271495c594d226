"""Sibling requests: copies of a user's search that count and return no hits.

A sibling copies only what decides which documents match. Everything else of the user's search (paging, sort,
aggregations, highlighting) stays with the user's own request, which siblings never touch.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import orjson

from genfacet.body import Body, Clause
from genfacet.querytext import INNER
from genfacet.rewrite import filter_body, query_from_url

_BODY_KEYS = (
    "query",
    "knn",
    "retriever",
    "min_score",
    "terminate_after",
    "runtime_mappings",
    "indices_boost",
    "pit",
)
_URL_KEYS = (
    "allow_no_indices",
    "expand_wildcards",
    "ignore_throttled",
    "ignore_unavailable",
    "preference",
    "routing",
    "search_type",
)
_COUNT = re.compile("[0-9]{1,10}")
_URL_QUERY_KEYS = ("q", "df", "analyzer", "analyze_wildcard", "default_operator", "lenient")
# One constant, whatever the deadline: the shard request cache compares requests byte for byte.
TIMEOUT = "2s"


@dataclass(frozen=True, slots=True)
class Search:
    """A user's search: the index expression of its path (None: all), its URL parameters and its body."""

    target: str | None
    params: Mapping[str, str]
    body: Body

    @property
    def path(self) -> str:
        """The path of the request."""
        return "/_search" if self.target is None else f"/{quote(self.target, safe=',*')}/_search"

    def with_body(self, body: Body) -> "Search":
        """The same search with another body."""
        return Search(self.target, self.params, body)


@dataclass(frozen=True, slots=True)
class Sibling:
    """A request beside the user's search. ``stage`` names it in metrics and explanations.

    ``service``: it asks for what the package keeps for itself, with the service credential instead of the caller's, and
    the work goes on without an answer (None) where there is none.
    """

    stage: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    body: Body = field(default_factory=dict)
    service: bool = False

    def encoded(self) -> bytes:
        """Canonical JSON, so that equal requests are equal bytes for the shard request cache."""
        return orjson.dumps(self.body, option=orjson.OPT_SORT_KEYS)


def normalise(search: Search) -> Search:
    """The search with what its URL says of matching and order moved into its body; there the URL wins."""
    params, body = dict(search.params), dict(search.body)
    query = query_from_url(params)
    if query is not None:
        body["query"] = query
        params = {key: value for key, value in params.items() if key not in _URL_QUERY_KEYS}
    for key in ("from", "terminate_after"):
        if _COUNT.fullmatch(params.get(key, "")):  # Elasticsearch refuses anything else
            body[key] = int(params.pop(key))
    if params.get("sort"):
        body["sort"] = [_sort_clause(part) for part in params.pop("sort").split(",")]
    return search if params == search.params else Search(search.target, params, body)


def _sort_clause(part: str) -> Any:
    field, colon, order = part.rpartition(":")
    return {field: {"order": order}} if colon and field else part


def matching_part(search: Search) -> Body:
    """What of a body decides the matching documents, ``post_filter`` folded into the query."""
    kept = {key: search.body[key] for key in _BODY_KEYS if search.body.get(key) is not None}
    if search.body.get("sub_searches"):  # of 8.x; together they find what any of them finds
        kept["query"] = {"bool": {"should": [_query_of(one) for one in search.body["sub_searches"]]}}
    post_filter = search.body.get("post_filter")
    return filter_body(kept, [post_filter]) if post_filter else kept


def _query_of(search: Any) -> Any:
    return search.get("query") if isinstance(search, Mapping) else search


def matching_params(search: Search) -> dict[str, str]:
    """What of a URL decides the matching documents."""
    kept = {key: search.params[key] for key in _URL_KEYS if key in search.params}
    if not kept.get("preference", "_").startswith("_"):
        del kept["preference"]  # a word of the client's own, such as a session: it only chooses among equal copies
    return kept


def sibling(stage: str, search: Search, aggregations: Mapping[str, Any], filters: Sequence[Clause] = ()) -> Sibling:
    """A sibling of the search that computes aggregations over its matches, narrowed by filters."""
    body = filter_body(matching_part(search), list(filters))
    body |= {"size": 0, "track_total_hits": True, "timeout": TIMEOUT, "aggs": dict(aggregations)}
    params = {key: search.params[key] for key in _URL_KEYS if key in search.params}
    path = search.path
    if "pit" in body:
        # A point in time knows its indices; Elasticsearch refuses these beside it.
        path = "/_search"
        params = {key: value for key, value in params.items() if key == "search_type"}
    return Sibling(stage, path, params, body)


def is_whole(answer: Mapping[str, Any]) -> bool:
    """Whether an answer to a sibling says it of all documents: no shard failed, and time did not run out."""
    return not answer.get("timed_out") and not answer.get("_shards", {}).get("failed")


def is_approximate(search: Search) -> bool:
    """Whether totals of the search are no exact counts (knn, compound retrievers, ``terminate_after``)."""
    retriever = search.body.get("retriever")
    compound = isinstance(retriever, Mapping) and set(retriever) != {"standard"}
    return compound or _has_inexact(search.body)


def _has_inexact(node: Any) -> bool:
    if isinstance(node, Mapping):
        return any(
            (key in _INEXACT and bool(inner)) or (key in _NESTING and _has_inexact(inner))
            for key, inner in node.items()
        )
    return isinstance(node, list) and any(map(_has_inexact, node))


# `semantic` is a search for neighbours where its field holds dense vectors.
_INEXACT = {"knn", "semantic", "terminate_after"}
_NESTING = {"query", "post_filter", "retriever", "standard", "sub_searches", *INNER}.union(*INNER.values())
