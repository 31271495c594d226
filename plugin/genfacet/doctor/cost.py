"""What facets cost a cluster: a dry run of the engine's own requests for real queries of the shop."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from threading import Lock
from typing import Any

import orjson
from elasticsearch import ApiError, Elasticsearch, TransportError

from genfacet.calls import JSON_HEADERS, json_object, sibling_error
from genfacet.engine import Engine
from genfacet.request import FacetRequest
from genfacet.runner import Runner
from genfacet.settings import Settings
from genfacet.sibling import Search, Sibling
from genfacet.template import fill_template

PATIENCE = 30.0
"""Seconds that one query may take here; in service `deadline_ms` ends the wait."""

AUDIENCE = "doctor"


@dataclass(frozen=True, slots=True)
class Request:
    """One sibling as it was sent: milliseconds, and bytes out and back."""

    stage: str
    ms: float
    sent: int
    received: int


@dataclass(frozen=True, slots=True)
class Cost:
    """Medians over the queries of one index, in ms and bytes.

    ``search_ms`` is the shop's search alone. ``probe`` and ``counts`` are asked with the shard request cache off;
    ``repeated_ms`` are the counts of a query that was just asked, with the cache as it is. ``background_ms`` comes
    once in ``background_ttl_s``, for sources that hold results against the whole index; for others it is 0.
    ``without`` counts the queries that got no facets, ``reasons`` says why.
    """

    index: str
    queries: int
    search_ms: float
    probe_ms: float
    counts_ms: float
    repeated_ms: float
    background_ms: float
    sent: int
    received: int
    requests_new: float
    requests_repeated: float
    facets: float
    without: int
    reasons: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The form of ``--json``."""
        return asdict(self)


def draw_queries(titles: Sequence[str], most: int) -> list[str]:
    """Queries that shoppers may type: frequent words of titles, and pairs of such words that occur together."""
    lists = [_words(title) for title in titles]
    frequency = Counter(word for words in lists for word in set(words))
    shared = {word for word, count in frequency.items() if count > 1 and count * 4 <= 3 * len(titles)}
    singles = sorted(shared, key=lambda word: (-frequency[word], word))[: (most + 1) // 2]
    pairs: dict[str, None] = {}
    for words in lists:
        best = sorted({w for w in words if w in shared}, key=lambda w: (-frequency[w], w))[:2]
        if len(best) == 2:
            pairs[" ".join(sorted(best, key=words.index))] = None
    return [*singles, *list(pairs)[: most - len(singles)]]


def _words(title: str) -> list[str]:
    return [word for word in title.lower().split() if word.isalpha() and len(word) > 2]


def read_titles(client: Elasticsearch, name: str, text_fields: Sequence[str], most: int = 200) -> list[str]:
    """Titles of random documents: the values of the first text field."""
    if not text_fields:
        return []
    field = text_fields[0].partition("^")[0]
    random = {"function_score": {"random_score": {"seed": 1, "field": "_seq_no"}}}
    hits = client.search(index=name, size=most, query=random, source=False, fields=[{"field": field}])["hits"]["hits"]
    values = [value for hit in hits for value in hit.get("fields", {}).get(field, [])[:1]]
    return [value for value in values if isinstance(value, str)]


def measure_cost(client: Elasticsearch, settings: Settings, name: str, queries: Sequence[str]) -> Cost:
    """Searches for each query, and computes its facets as those of a new and of a repeated query."""
    run = _DryRun(client, settings, name)
    try:
        return run.measure(queries)
    finally:
        run.close()


class _DryRun:
    """An engine of its own, whatever the control document says, that writes down what it sends."""

    def __init__(self, client: Elasticsearch, settings: Settings, name: str) -> None:
        self._client = client.options(request_timeout=PATIENCE, max_retries=0, retry_on_timeout=False)
        self._template, self._name = settings.indices[name].search.template, name
        self._engine = Engine(settings)
        self._runner = Runner(self._engine)
        self._requests: list[Request] = []
        self._lock = Lock()
        self._reasons: Counter[str] = Counter()

    def close(self) -> None:
        self._runner.close()

    def measure(self, queries: Sequence[str]) -> Cost:
        searches, new, repeated, facets = [], [], [], []
        for number, words in enumerate(queries):
            body = fill_template(self._template, words)
            if number == 0:
                self._search(body)  # the first one warms the cluster up
            searches.append(self._search(body))
            shown, asked = self._facets(body, fresh=True)
            facets.append(shown)
            new.append(asked)
            self._facets(body, fresh=False)  # fills the request cache
            repeated.append(self._facets(body, fresh=False)[1])
        return self._cost(searches, new, repeated, facets)

    def _search(self, body: Mapping[str, Any]) -> float:
        started = time.perf_counter()
        self._client.search(index=self._name, body=dict(body))
        return (time.perf_counter() - started) * 1000

    def _facets(self, body: Mapping[str, Any], fresh: bool) -> tuple[int, list[Request]]:
        self._requests = []
        plan = self._engine.plan(Search(self._name, {}, dict(body)), FacetRequest(), AUDIENCE)
        answer = self._runner.start(plan, lambda sibling: self._send(sibling, fresh)).wait(PATIENCE)
        if fresh and not answer.facets:
            self._reasons[answer.reason or "nothing to show"] += 1
        return len(answer.facets), self._requests

    def _send(self, sibling: Sibling, fresh: bool) -> Mapping[str, Any]:
        body = sibling.encoded()
        params = {**sibling.params, "request_cache": "false"} if fresh else sibling.params
        started = time.perf_counter()
        try:
            answer: Any = self._client.perform_request(
                "POST", sibling.path, params=params, headers=JSON_HEADERS, body=body
            )
        except (ApiError, TransportError) as error:
            raise sibling_error(error) from None
        ms = (time.perf_counter() - started) * 1000
        received = len(orjson.dumps(answer.body))  # answers come in chunks, without a length
        with self._lock:
            self._requests.append(Request(sibling.stage, ms, len(body), received))
        return json_object(answer)

    def _cost(
        self, searches: list[float], new: list[list[Request]], repeated: list[list[Request]], facets: list[int]
    ) -> Cost:
        every = [request for requests in new for request in requests]
        own = [[r for r in requests if r.stage != "background"] for requests in new]
        return Cost(
            index=self._name,
            queries=len(searches),
            search_ms=_median(searches),
            probe_ms=_median([r.ms for r in every if r.stage == "probe"]),
            counts_ms=_median([r.ms for r in every if r.stage == "counts"]),
            repeated_ms=_median([sum(r.ms for r in requests) for requests in repeated]),
            background_ms=round(sum(r.ms for r in every if r.stage == "background"), 1),
            sent=round(_median([sum(r.sent for r in requests) for requests in own])),
            received=round(_median([sum(r.received for r in requests) for requests in own])),
            requests_new=_median([len(requests) for requests in own]),
            requests_repeated=_median([len(requests) for requests in repeated]),
            facets=_median(facets),
            without=sum(1 for shown in facets if not shown),
            reasons=tuple(reason for reason, _ in self._reasons.most_common()),
        )


def _median(values: Sequence[float]) -> float:
    return round(median(values), 1) if values else 0.0
