"""The hook: ``search`` and ``msearch`` of the client that an application already uses, with facets.

``GenFacet(client).search(...)`` takes what ``client.search(...)`` takes and returns what it returns. A search without
``ext.genfacet`` goes straight through. How a call looks as a request is asked from the client itself: a copy of it
records the request instead of sending it, so that parameters mean here what they mean there, in any version.
"""

import copy
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, overload

from elasticsearch import ApiError, AsyncElasticsearch, Elasticsearch, TransportError

from genfacet.body import Body
from genfacet.calls import (
    JSON_HEADERS,
    Call,
    RecordedError,
    Response,
    as_item,
    control_path,
    credentials_digest,
    executed_lines,
    item_total,
    json_object,
    only_plans,
    plan_or_refuse,
    record_call,
    response_total,
    sibling_client,
    sibling_error,
    spread_items,
    take_control,
    take_section,
    url_text,
    with_items,
    with_section,
)
from genfacet.control import Control
from genfacet.engine import Engine, section
from genfacet.errors import RequestError
from genfacet.exchange import AsyncExchange, Exchange, Outcome
from genfacet.planning import Plan
from genfacet.request import read_request
from genfacet.runner import AsyncRunner, Runner
from genfacet.settings import Settings, load_settings
from genfacet.sibling import Search, Sibling
from genfacet.sources import source_names


class _Hook:
    """What both hooks share: reading calls, planning them, writing answers."""

    def __init__(self, client: Any, settings: Settings | str | Path | None) -> None:
        self._client = client
        self._settings = settings if isinstance(settings, Settings) else load_settings(settings)
        self.engine = Engine(self._settings, Control(self._settings.control.refresh_s))
        self._recorder = copy.copy(client)
        self._recorder.perform_request = record_call
        self._audience = self._settings.audience.name or credentials_digest(client)

    def _plan(self, target: str | None, params: Mapping[str, Any], body: Any) -> Plan | None:
        """The plan of a search; None where it asks for no facets. Raises RequestError."""
        asked, kept = take_section(body)
        if asked is None:
            return None
        request = read_request(asked, source_names())
        texts = {key: url_text(value) for key, value in params.items()}
        return self.engine.plan(Search(target, texts, kept), request, self._audience)

    def _written(self, outcome: Outcome[Any]) -> dict[str, Any] | None:
        if outcome.answer is None:
            return None
        return section(outcome.plan, outcome.answer, outcome.took_ms, self.engine.control.state.shadow)

    def _lines(self, searches: Sequence[Any], target: str | None, params: Mapping[str, Any]) -> list[Any]:
        """Plans of the header/body pairs of an msearch; RequestError stands for an item that is malformed."""
        plans: list[Any] = []
        for header, body in zip(searches[::2], searches[1::2], strict=True):
            line = dict(header) if isinstance(header, Mapping) else {}
            index = line.pop("index", None) or target
            named = ",".join(index) if isinstance(index, list | tuple) else index
            try:
                plans.append(self._plan(named, {**params, **line}, body))
            except RequestError as error:
                plans.append(error)
        return plans


class GenFacet(_Hook):
    """Facets for the searches of an ``Elasticsearch`` client; an ``AsyncElasticsearch`` gives an ``AsyncGenFacet``.

    ``settings`` is a configuration or the path of one; by default ``$GENFACET_CONFIG``, else ``genfacet.yml``.
    """

    @overload
    def __new__(cls, client: Elasticsearch, settings: Settings | str | Path | None = None) -> "GenFacet": ...
    @overload
    def __new__(  # type: ignore[misc]
        cls, client: AsyncElasticsearch, settings: Settings | str | Path | None = None
    ) -> "AsyncGenFacet": ...
    def __new__(cls, client: Any, settings: Settings | str | Path | None = None) -> Any:
        """Makes the hook that suits the client."""
        if isinstance(client, AsyncElasticsearch):
            return AsyncGenFacet(client, settings)
        return super().__new__(cls)

    def __init__(self, client: Any, settings: Settings | str | Path | None = None) -> None:
        super().__init__(client, settings)
        self._siblings = sibling_client(client)
        self._runner = Runner(self.engine)
        self._exchange = Exchange(self.engine, self._runner)

    def search(self, *args: Any, **kwargs: Any) -> Response:
        """``client.search`` with facets in ``ext.genfacet`` of the answer, where the body asks for them.

        Raises what the client raises; a malformed ``ext.genfacet`` is a ``BadRequestError``.
        """
        request = self._recorded(self._recorder.search, *args, **kwargs)
        plan = plan_or_refuse(lambda: self._plan(request.target, request.params, request.body))
        if plan is None:
            return self._send(request)  # as it came
        self._look_at_control()
        outcome = self._exchange.search(
            plan, lambda search: self._execute(request, plan, search), self._count, response_total
        )
        return with_section(outcome.response, self._written(outcome))

    def msearch(self, *args: Any, **kwargs: Any) -> Response:
        """``client.msearch`` with facets in each answer whose body asks for them."""
        request = self._recorded(self._recorder.msearch, *args, **kwargs)
        searches = list(request.body)
        plans = self._lines(searches, request.target, request.params)
        if not any(plans):
            return self._send(request, body=searches)
        self._look_at_control()
        response: list[Response] = []

        def execute() -> list[Mapping[str, Any]]:
            response.append(self._send(request, body=executed_lines(searches, plans)))
            return spread_items(response[0]["responses"], plans)

        def execute_one(search: Search) -> Mapping[str, Any]:
            return as_item(self._perform(search.path, search.params, search.body))

        outcomes = self._exchange.msearch(only_plans(plans), execute, execute_one, self._count, item_total)
        return with_items(response[0], outcomes, plans, self._written)

    def close(self) -> None:
        """Gives up threads and connections of its own; the client stays open."""
        self._runner.close()
        self._siblings.close()

    def _recorded(self, call: Callable[..., Any], *args: Any, **kwargs: Any) -> Call:
        try:
            call(*args, **kwargs)
        except RecordedError as recorded:
            return recorded.request
        raise TypeError("the client sent its request past perform_request")

    def _execute(self, request: Call, plan: Plan, search: Search) -> Response:
        if search is plan.original:
            return self._send(request, body=search.body or None)
        return self._send(request, params=search.params, body=search.body)

    def _send(self, request: Call, **changes: Any) -> Response:
        arguments = {"params": request.params, "headers": request.headers, "body": request.body, **request.options}
        response: Response = self._client.perform_request(request.method, request.path, **{**arguments, **changes})
        return response

    def _perform(self, path: str, params: Mapping[str, str], body: Body) -> Response:
        response: Response = self._client.perform_request("POST", path, params=params, headers=JSON_HEADERS, body=body)
        return response

    def _count(self, sibling: Sibling) -> Mapping[str, Any]:
        try:
            answer = self._siblings.perform_request(
                "POST", sibling.path, params=sibling.params, headers=JSON_HEADERS, body=sibling.encoded()
            )
        except (ApiError, TransportError) as error:
            raise sibling_error(error) from None
        return json_object(answer)

    def _look_at_control(self) -> None:
        if self.engine.control.is_due():
            self._runner.submit(self._read_control)

    def _read_control(self) -> None:
        try:
            answer = self._siblings.perform_request("GET", control_path(self._settings), headers=JSON_HEADERS)
        except (ApiError, TransportError) as error:
            answer = error
        take_control(self.engine.control, answer)


class AsyncGenFacet(_Hook):
    """Facets for the searches of an ``AsyncElasticsearch`` client; see ``GenFacet``."""

    def __init__(self, client: AsyncElasticsearch, settings: Settings | str | Path | None = None) -> None:
        super().__init__(client, settings)
        self._siblings = sibling_client(client)
        self._runner = AsyncRunner(self.engine)
        self._exchange = AsyncExchange(self.engine, self._runner)

    async def search(self, *args: Any, **kwargs: Any) -> Response:
        """``client.search`` with facets; see ``GenFacet.search``."""
        request = await self._recorded(self._recorder.search, *args, **kwargs)
        plan = plan_or_refuse(lambda: self._plan(request.target, request.params, request.body))
        if plan is None:
            return await self._send(request)  # as it came
        self._look_at_control()
        outcome = await self._exchange.search(
            plan, lambda search: self._execute(request, plan, search), self._count, response_total
        )
        return with_section(outcome.response, self._written(outcome))

    async def msearch(self, *args: Any, **kwargs: Any) -> Response:
        """``client.msearch`` with facets; see ``GenFacet.msearch``."""
        request = await self._recorded(self._recorder.msearch, *args, **kwargs)
        searches = list(request.body)
        plans = self._lines(searches, request.target, request.params)
        if not any(plans):
            return await self._send(request, body=searches)
        self._look_at_control()
        response: list[Response] = []

        async def execute() -> list[Mapping[str, Any]]:
            response.append(await self._send(request, body=executed_lines(searches, plans)))
            return spread_items(response[0]["responses"], plans)

        async def execute_one(search: Search) -> Mapping[str, Any]:
            return as_item(await self._perform(search.path, search.params, search.body))

        outcomes = await self._exchange.msearch(only_plans(plans), execute, execute_one, self._count, item_total)
        return with_items(response[0], outcomes, plans, self._written)

    async def close(self) -> None:
        """Gives up tasks and connections of its own; the client stays open."""
        await self._runner.close()
        await self._siblings.close()

    async def _recorded(self, call: Callable[..., Awaitable[Any]], *args: Any, **kwargs: Any) -> Call:
        try:
            await call(*args, **kwargs)
        except RecordedError as recorded:
            return recorded.request
        raise TypeError("the client sent its request past perform_request")

    async def _execute(self, request: Call, plan: Plan, search: Search) -> Response:
        if search is plan.original:
            return await self._send(request, body=search.body or None)
        return await self._send(request, params=search.params, body=search.body)

    async def _send(self, request: Call, **changes: Any) -> Response:
        arguments = {"params": request.params, "headers": request.headers, "body": request.body, **request.options}
        response: Response = await self._client.perform_request(
            request.method, request.path, **{**arguments, **changes}
        )
        return response

    async def _perform(self, path: str, params: Mapping[str, str], body: Body) -> Response:
        response: Response = await self._client.perform_request(
            "POST", path, params=params, headers=JSON_HEADERS, body=body
        )
        return response

    async def _count(self, sibling: Sibling) -> Mapping[str, Any]:
        try:
            answer = await self._siblings.perform_request(
                "POST", sibling.path, params=sibling.params, headers=JSON_HEADERS, body=sibling.encoded()
            )
        except (ApiError, TransportError) as error:
            raise sibling_error(error) from None
        return json_object(answer)

    def _look_at_control(self) -> None:
        if self.engine.control.is_due():
            self._runner.submit(self._read_control())

    async def _read_control(self) -> None:
        try:
            answer = await self._siblings.perform_request("GET", control_path(self._settings), headers=JSON_HEADERS)
        except (ApiError, TransportError) as error:
            answer = error
        take_control(self.engine.control, answer)
