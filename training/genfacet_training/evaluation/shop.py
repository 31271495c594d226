"""A configured index, asked as shoppers ask it: through the runtime's own engine, verify, rewrite and template.

Nothing of a search is rebuilt here, so what is measured is what is served.
"""

import time
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, Self, TypeVar

from elasticsearch import ApiError, Elasticsearch, NotFoundError, TransportError

from genfacet.calls import JSON_HEADERS, item_total, json_object, sibling_error
from genfacet.engine import Answer, Engine
from genfacet.errors import GenFacetError, SettingsError
from genfacet.exchange import Exchange
from genfacet.facets import Definition, Facet, FacetValue, Selections
from genfacet.generation import Student
from genfacet.measures import Matches, matches_request, read_matches
from genfacet.planning import Plan
from genfacet.probe import probe_request, read_probe
from genfacet.request import FacetRequest
from genfacet.runner import Runner, SiblingError
from genfacet.settings import Settings
from genfacet.sibling import Search, Sibling
from genfacet.sources import Source, View
from genfacet.sources.configured import configured_sources
from genfacet.template import fill_template
from genfacet.verify import counts_request, read_counts
from genfacet_training.evaluation.arms import Arm
from genfacet_training.evaluation.documents import Document, fields_request, read_document

R = TypeVar("R")
FIRST = 1000
"""Results of a query that are looked at, at most."""
BATCH = 500
DEADLINE_MS = 5000
NO_FACETS = "nothing splits these results"


class ShopError(GenFacetError):
    """Elasticsearch answered a search with an error, or not at all."""


@dataclass(frozen=True)
class Page:
    """What a shopper sees: the first hits, the facets, and what was done with the selections.

    ``seconds`` is the wall time of the whole search. ``failure`` says why there are no facets where something failed;
    that nothing splits the results is no failure.
    """

    query: str
    selections: Selections
    total: int
    ids: tuple[str, ...]
    facets: tuple[Facet, ...]
    mode: str | None
    rewritten: str | None
    relaxed: bool
    seconds: float
    failure: str | None = None


class Shop:
    """One index of a configuration, and the arms that serve it, known by their names. Threads may share it.

    A ``student`` is closed with it.
    """

    def __init__(
        self,
        client: Elasticsearch,
        settings: Settings,
        index: str,
        arms: Sequence[Arm] = (),
        student: Student | None = None,
    ) -> None:
        if index not in settings.indices:
            raise SettingsError(f"the index {index} is not configured; `genfacet init --index {index}` does it")
        self.settings, self.index = settings, index
        self.configuration = settings.indices[index]
        self.catalog = self.configuration.catalog()
        self.arms = {arm.name: arm for arm in arms}
        self._client: Any = client
        self.installed = configured_sources(settings)
        self._engine = Engine(settings, sources=self._source)
        self._runner = Runner(self._engine, student)
        self._exchange = Exchange(self._engine, self._runner)
        self._documents: dict[str, Document] = {}
        self._lock = Lock()
        self.stages: dict[str, float] = {}
        """Seconds by kind of request, of all threads together."""

    def __enter__(self) -> Self:
        """The shop, closed at the end; the client stays open."""
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.close()

    def check(self) -> None:
        """Raises ShopError where Elasticsearch does not hold the index; else it is no use to go on."""
        try:
            self._client.search(index=self.index, size=0)
        except NotFoundError:
            raise ShopError(f"Elasticsearch has no index {self.index}: load it, or check --url") from None

    def page(
        self,
        arm: Arm,
        query: str,
        selections: Selections | None = None,
        *,
        hits: int = 30,
        size: int = 5,
        values: int = 6,
    ) -> Page:
        """One page of results with the facets of an arm; raises ShopError where the search itself failed."""
        self.arms.setdefault(arm.name, arm)
        started = time.perf_counter()
        plan = self._plan(arm, query, selections or {}, hits, size, values)
        if arm.source is None:
            plan = self._runner.improve(plan, self._send) if arm.rewrites else plan
            plan, response = self._relaxed(plan, self._execute(plan.executed))
            return _page(plan, response, (), None, time.perf_counter() - started)
        if not arm.verified:
            response = self._execute(plan.executed)
            facets = tuple(_unverified(definition, values) for definition in self._proposals(plan)[:size])
            return _page(plan, response, facets, None, time.perf_counter() - started)
        outcome = self._exchange.search(plan, self._execute, self._send, item_total)
        answer = outcome.answer or Answer((), reason="Elasticsearch answered the search with an error")
        failure = answer.reason if answer.reason != NO_FACETS else None
        return _page(outcome.plan, outcome.response, answer.facets, failure, time.perf_counter() - started)

    def matches(self, query: str, facets: Sequence[Facet], first: int = FIRST) -> Matches:
        """For which of a query's first results each value of the facets holds."""
        request = matches_request(self._search(query, {}), facets, self.catalog, first)
        if request is None:
            raise ShopError("the template searches by knn or a retriever, whose hits cannot be marked")
        return read_matches(self.ask(request), facets)

    def counts(self, query: str, facets: Sequence[Facet]) -> dict[tuple[str, str], int]:
        """How many results each (facet, value) has, asked anew, whatever the facets themselves say."""
        if not facets:
            return {}
        definitions = [_definition(facet) for facet in facets]
        search = self._search(query, {})
        counts = read_counts(self.ask(counts_request(search, definitions, {}, self.catalog)), definitions, {})
        return {(name, value): count for name, values in counts.values.items() for value, count in values.items()}

    def view(self, query: str) -> View:
        """What a source sees of a query, without the background of the index; raises ShopError."""
        sample = self.settings.engine.sample
        request = probe_request(self._search(query, {}), {}, self.catalog, sample, titles=True)
        return View(query, read_probe(self.ask(request), {}, self.catalog), None, self.catalog)

    def ranking(self, query: str, first: int = FIRST) -> tuple[tuple[str, ...], int]:
        """The ids of a query's first results in their order, and the number of all."""
        response = self._execute(self._search(query, {"size": first, "_source": False, "track_total_hits": True}))
        return _ids(response), item_total(response) or 0

    def scored(self, query: str, first: int = FIRST) -> list[tuple[str, float]]:
        """The ids of a query's first results in their order, each with its score."""
        response = self._execute(self._search(query, {"size": first, "_source": False, "track_total_hits": False}))
        return [(str(hit["_id"]), float(hit["_score"] or 0.0)) for hit in response["hits"]["hits"]]

    def documents(self, ids: Iterable[str]) -> dict[str, Document]:
        """The products of these ids, read once and kept; ids that the index does not hold are absent."""
        wanted = list(dict.fromkeys(ids))
        missing = [id_ for id_ in wanted if id_ not in self._documents]
        for at in range(0, len(missing), BATCH):
            self._read_documents(missing[at : at + BATCH])
        return {id_: self._documents[id_] for id_ in wanted if id_ in self._documents}

    def known(self, ids: Sequence[str]) -> set[str]:
        """Those of these ids that the index holds."""
        found: set[str] = set()
        for at in range(0, len(ids), FIRST):
            body = {"query": {"ids": {"values": list(ids[at : at + FIRST])}}, "size": FIRST, "_source": False}
            found |= set(_ids(self._execute(Search(self.index, {}, body))))
        return found

    def sample(self, count: int, seed: int) -> list[Document]:
        """Products drawn at random."""
        drawn = {"function_score": {"random_score": {"seed": seed, "field": "_seq_no"}, "query": {"match_all": {}}}}
        body = {"query": drawn, "size": min(count, 10_000), "_source": False}
        return list(self.documents(_ids(self._execute(Search(self.index, {}, body)))).values())

    def _read_documents(self, ids: list[str]) -> None:
        popularity = self.configuration.popularity
        body = {
            "query": {"ids": {"values": ids}},
            "size": len(ids),
            "_source": False,
            "fields": fields_request(self.catalog, popularity),
        }
        response = self._execute(Search(self.index, {}, body))
        found = [read_document(hit, self.catalog, popularity) for hit in response["hits"]["hits"]]
        with self._lock:
            self._documents |= {document.id: document for document in found}

    def _source(self, name: str) -> Source:
        source = self.arms[name].source if name in self.arms else None
        return source or self.installed(name)

    def search(self, query: str) -> Search:
        """The shop's own search for a query, as its configuration has it."""
        return self._search(query, {})

    def _search(self, query: str, presentation: Mapping[str, Any]) -> Search:
        return Search(self.index, {}, fill_template(self.configuration.search.template, query) | dict(presentation))

    def _plan(self, arm: Arm, query: str, selections: Selections, hits: int, size: int, values: int) -> Plan:
        search = self._search(query, {"size": hits, "_source": False, "track_total_hits": True})
        request = FacetRequest(
            user_query=query,
            size=size,
            values=values,
            mode=arm.mode,
            deadline_ms=DEADLINE_MS,
            source=arm.name,
            selected={name: list(chosen) for name, chosen in selections.items()},
        )
        return self._engine.plan(search, request, "evaluation")

    def _proposals(self, plan: Plan) -> tuple[Definition, ...]:
        found: tuple[Definition, ...] = self._runner.drive(self._engine.proposals(plan), self._send)
        return found

    def _relaxed(self, plan: Plan, response: Any) -> tuple[Plan, Any]:
        """What is served instead of a rewrite that found nothing."""
        better = self._engine.relaxed(plan, item_total(response) or 0)
        return (plan, response) if better is None else (better, self._execute(better.executed))

    def _execute(self, search: Search) -> Any:
        return self.ask(Sibling("search", search.path, search.params, search.body))

    def ask(self, request: Sibling) -> Any:
        """What Elasticsearch answers; raises ShopError, but for what the package keeps for itself: None there."""
        try:
            return self._send(request)
        except SiblingError as error:
            if request.service:
                return None
            raise ShopError(f"a search failed: {error}") from None

    def drive(self, work: Generator[Sibling, Any, R]) -> R:
        """The result of work that asks; raises ShopError."""
        result: R = self._runner.drive(work, self.ask)
        return result

    def _send(self, request: Sibling) -> Mapping[str, Any]:
        started = time.perf_counter()
        try:
            answer = self._client.perform_request(
                "POST", request.path, params=request.params, headers=JSON_HEADERS, body=request.encoded()
            )
        except (ApiError, TransportError) as error:
            raise sibling_error(error) from None
        finally:
            self._spend(request.stage, time.perf_counter() - started)
        return json_object(answer)

    def _spend(self, stage: str, seconds: float) -> None:
        with self._lock:
            self.stages[stage] = self.stages.get(stage, 0.0) + seconds


def _page(plan: Plan, response: Any, facets: tuple[Facet, ...], failure: str | None, seconds: float) -> Page:
    return Page(
        plan.user_query or "",
        plan.selections,
        item_total(response) or 0,
        _ids(response),
        facets,
        plan.mode,
        plan.rewritten,
        plan.relaxed,
        seconds,
        failure,
    )


def _ids(response: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(hit["_id"]) for hit in response["hits"]["hits"])


def _unverified(definition: Definition, most: int) -> Facet:
    shown = list(zip(definition.values, definition.labels, strict=True))[:most]
    values = tuple(FacetValue(value, label, None) for value, label in shown)
    return Facet(definition.name, definition.label, definition.kind, definition.source, "not verified", values)


def _definition(facet: Facet) -> Definition:
    values = tuple(value.value for value in facet.values)
    labels = tuple(value.label for value in facet.values)
    return Definition(facet.name, facet.label, facet.kind, facet.source, values, labels)
