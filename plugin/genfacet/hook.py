"""The hook: ``search`` and ``msearch`` of the client that an application already uses, with facets.

``GenFacet(client).search(...)`` takes what ``client.search(...)`` takes and returns what it returns. A search without
``ext.genfacet`` goes straight through. How a call looks as a request is asked from the client itself: a copy of it
records the request instead of sending it, so that parameters mean here what they mean there, in any version.
"""

import copy
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self, overload

from elasticsearch import ApiError, AsyncElasticsearch, Elasticsearch, TransportError

from genfacet.calls import (
    JSON_HEADERS,
    Call,
    RecordedError,
    Response,
    UnpairedError,
    control_path,
    credentials_digest,
    error_item,
    executed_lines,
    item_total,
    json_object,
    line_of,
    only_plans,
    plain_body,
    plan_or_refuse,
    read_items,
    read_lines,
    record_call,
    response_total,
    sibling_client,
    sibling_error,
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
from genfacet.students import open_student


class _Hook:
    """What both hooks share: reading calls, planning them, writing answers."""

    def __init__(self, client: Any, settings: Settings | str | Path | None = None) -> None:
        self._settings = settings if isinstance(settings, Settings) else load_settings(settings)
        self._own = client
        self._serve(client)
        self._open()

    def options(self, **options: Any) -> Self:
        """The hook of ``client.options(...)``: other credentials, headers, timeouts.

        It shares caches, threads and connections with this one, and is closed with it.
        """
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__)
        other._serve(self._client.options(**options))
        other._siblings = sibling_client(other._client, self._siblings.transport)
        return other

    def _serve(self, client: Any) -> None:
        """Takes on a client: its calls, and the audience that its credentials stand for."""
        self._client = client
        self._recorder = copy.copy(client)
        self._recorder.perform_request = record_call
        self._audience = self._settings.audience.name or credentials_digest(client)

    def _open(self) -> None:
        """Makes what no other process can share."""
        self.engine = Engine(self._settings, Control(self._settings.control.refresh_s))
        self._siblings = sibling_client(self._client)
        # Callers whose credentials come by `options` need not be able to read the switch.
        self._switch = sibling_client(self._own, self._siblings.transport)

    def _asked(self, sibling: Sibling) -> Any:
        """The client that asks: the caller's, or the one that the hook was made of."""
        return self._switch if sibling.service else self._siblings

    def _plan(self, target: str | None, params: Mapping[str, Any], body: Any) -> Plan | None:
        """The plan of a search; None where it asks for no facets. Raises RequestError."""
        found = take_section(body)
        if found is None:
            return None
        asked, kept = found
        request = read_request(asked, source_names())
        texts = {key: url_text(value) for key, value in params.items()}
        return self.engine.plan(Search(target, texts, plain_body(self._client, kept)), request, self._audience)

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

    def _open(self) -> None:
        super()._open()
        self._runner = Runner(self.engine, open_student(self._settings.student))
        self._exchange = Exchange(self.engine, self._runner)
        self._process = os.getpid()  # last: another thread takes it as a sign that the rest is there

    def options(self, **options: Any) -> Self:
        """The hook of ``client.options(...)``: other credentials, headers, timeouts.

        It shares caches, threads and connections with this one, and is closed with it.
        """
        self._renew()  # in a fork, where each of its hooks would else make its own
        return super().options(**options)

    def search(self, *args: Any, **kwargs: Any) -> Response:
        """``client.search`` with facets in ``ext.genfacet`` of the answer, where the body asks for them.

        Raises what the client raises; a malformed ``ext.genfacet`` is a ``BadRequestError``.
        """
        request = self._recorded(self._recorder.search, *args, **kwargs)
        plan = plan_or_refuse(lambda: self._plan(request.target, request.params, request.body))
        if plan is None:
            return self._send(request)  # as it came
        self._prepare()
        outcome = self._exchange.search(
            plan, lambda search: self._execute(request, plan, search), self._count, response_total
        )
        return with_section(outcome.response, self._written(outcome))

    def msearch(self, *args: Any, **kwargs: Any) -> Response:
        """``client.msearch`` with facets in each answer whose body asks for them."""
        request = self._recorded(self._recorder.msearch, *args, **kwargs)
        searches = read_lines(request.body)
        plans = self._lines(searches, request.target, request.params) if searches else []
        if not searches or not any(plans):
            return self._send(request)  # as it came
        self._prepare()
        response: list[Response] = []

        def execute() -> list[Mapping[str, Any]]:
            response.append(self._send(request, body=executed_lines(searches, plans)))
            return read_items(response[0], plans)

        def execute_one(search: Search) -> Mapping[str, Any]:
            try:
                again = self._send(request, body=line_of(search, request))
            except ApiError as error:
                return error_item(error)
            return read_items(again, [None])[0]

        try:
            outcomes = self._exchange.msearch(only_plans(plans), execute, execute_one, self._count, item_total)
        except UnpairedError:
            return response[0]
        return with_items(response[0], outcomes, plans, self._written)

    def close(self) -> None:
        """Gives up threads and connections of its own; the client stays open."""
        self._runner.close(then=self._siblings.close)

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

    def _count(self, sibling: Sibling) -> Mapping[str, Any]:
        try:
            answer = self._asked(sibling).perform_request(
                "POST", sibling.path, params=sibling.params, headers=JSON_HEADERS, body=sibling.encoded()
            )
        except (ApiError, TransportError) as error:
            raise sibling_error(error) from None
        return json_object(answer)

    def _renew(self) -> None:
        """Makes anew what a fork takes away."""
        if os.getpid() != self._process:
            self._open()

    def _prepare(self) -> None:
        """Renews what a fork takes away, and has the control document read where that is due."""
        self._renew()
        if self.engine.control.is_due():
            self._runner.submit(self._read_control)

    def _read_control(self) -> None:
        try:
            answer = self._switch.perform_request("GET", control_path(self._settings), headers=JSON_HEADERS)
        except (ApiError, TransportError) as error:
            answer = error
        take_control(self.engine.control, answer)


class AsyncGenFacet(_Hook):
    """Facets for the searches of an ``AsyncElasticsearch`` client; see ``GenFacet``."""

    def _open(self) -> None:
        super()._open()
        self._runner = AsyncRunner(self.engine, open_student(self._settings.student))
        self._exchange = AsyncExchange(self.engine, self._runner)

    async def search(self, *args: Any, **kwargs: Any) -> Response:
        """``client.search`` with facets; see ``GenFacet.search``."""
        request = await self._recorded(self._recorder.search, *args, **kwargs)
        plan = plan_or_refuse(lambda: self._plan(request.target, request.params, request.body))
        if plan is None:
            return await self._send(request)  # as it came
        self._prepare()
        outcome = await self._exchange.search(
            plan, lambda search: self._execute(request, plan, search), self._count, response_total
        )
        return with_section(outcome.response, self._written(outcome))

    async def msearch(self, *args: Any, **kwargs: Any) -> Response:
        """``client.msearch`` with facets; see ``GenFacet.msearch``."""
        request = await self._recorded(self._recorder.msearch, *args, **kwargs)
        searches = read_lines(request.body)
        plans = self._lines(searches, request.target, request.params) if searches else []
        if not searches or not any(plans):
            return await self._send(request)  # as it came
        self._prepare()
        response: list[Response] = []

        async def execute() -> list[Mapping[str, Any]]:
            response.append(await self._send(request, body=executed_lines(searches, plans)))
            return read_items(response[0], plans)

        async def execute_one(search: Search) -> Mapping[str, Any]:
            try:
                again = await self._send(request, body=line_of(search, request))
            except ApiError as error:
                return error_item(error)
            return read_items(again, [None])[0]

        try:
            outcomes = await self._exchange.msearch(only_plans(plans), execute, execute_one, self._count, item_total)
        except UnpairedError:
            return response[0]
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

    async def _count(self, sibling: Sibling) -> Mapping[str, Any]:
        try:
            answer = await self._asked(sibling).perform_request(
                "POST", sibling.path, params=sibling.params, headers=JSON_HEADERS, body=sibling.encoded()
            )
        except (ApiError, TransportError) as error:
            raise sibling_error(error) from None
        return json_object(answer)

    def _prepare(self) -> None:
        """Has the control document read where that is due."""
        if self.engine.control.is_due():
            self._runner.submit(self._read_control())

    async def _read_control(self) -> None:
        try:
            answer = await self._switch.perform_request("GET", control_path(self._settings), headers=JSON_HEADERS)
        except (ApiError, TransportError) as error:
            answer = error
        take_control(self.engine.control, answer)
