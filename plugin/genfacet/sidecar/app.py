"""The sidecar as an ASGI application: Elasticsearch's API passes through, searches that ask get facets."""

import logging
from collections.abc import Awaitable
from typing import Any

from genfacet.errors import RequestError
from genfacet.runner import failure
from genfacet.settings import Settings
from genfacet.sidecar.bodies import plain_body
from genfacet.sidecar.caller import Caller, HungUpError, Receive, Transmit
from genfacet.sidecar.endpoints import answer_own
from genfacet.sidecar.messages import Reply, Request, error_reply, refusal
from genfacet.sidecar.msearch import answer_msearch
from genfacet.sidecar.passing import pass_through
from genfacet.sidecar.routes import OWN, Route, read_route
from genfacet.sidecar.search import answer_search
from genfacet.sidecar.service import Service, open_service
from genfacet.sidecar.upstream import UNREACHABLE

log = logging.getLogger("genfacet")
Scope = dict[str, Any]


class Sidecar:
    """The proxy. It is cheap to make; its connections open with the application's lifespan."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Transmit) -> None:
        """One request, or the lifespan of the process."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(_request(scope), Caller(receive, send))

    async def _answer(self, request: Request, caller: Caller) -> None:
        try:
            await self._route(request, caller)
        except HungUpError:
            self._service.metrics.count(_route_name(request), "left")
        except RequestError as error:
            self._service.metrics.count(_route_name(request), "refused")
            await caller.answer(refusal(str(error)))
        except UNREACHABLE as error:
            log.warning("Elasticsearch did not answer: %s", type(error).__name__)
            reply = error_reply(502, "connect_exception", f"Elasticsearch cannot be reached: {type(error).__name__}")
            await self._fail(request, caller, "unreachable", reply)
        except Exception as error:
            reply = error_reply(500, "exception", f"the sidecar failed: {failure(error)}")
            await self._fail(request, caller, "failed", reply)

    async def _route(self, request: Request, caller: Caller) -> None:
        route = read_route(request)
        if route is None and not request.path.startswith(OWN):
            await pass_through(self._service, request, caller, None)
            return
        raw, is_whole = await caller.read(self._service.settings.sidecar.max_body_bytes)
        work = self._work(request, route, raw) if is_whole else None
        if work is not None:
            async with caller.watched():
                reply = await work
            await caller.answer(reply)
        elif route is not None:
            await pass_through(self._service, request, caller, raw)
        else:
            raise RequestError("the body is too large")

    def _work(self, request: Request, route: Route | None, raw: bytes) -> Awaitable[Reply] | None:
        """What the sidecar has to do itself; None where the request passes as it came. Raises RequestError."""
        if route is None:
            return answer_own(self._service, request, raw)
        text = plain_body(request, raw, self._service.settings.sidecar.max_body_bytes)
        if text is None:
            return None
        answer = answer_search if route.kind == "search" else answer_msearch
        return answer(self._service, request, route, text)

    async def _fail(self, request: Request, caller: Caller, outcome: str, reply: Reply) -> None:
        """Says what went wrong. An answer that has begun is cut off, so that nobody takes it for a whole one."""
        self._service.metrics.count(_route_name(request), outcome)
        if not caller.has_answer and not caller.has_left:
            await caller.answer(reply)

    async def _live(self, receive: Receive, send: Transmit) -> None:
        await receive()
        await self._service.upstream.open()
        self._service.control.look()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._service.runner.close()
        await self._service.upstream.close()
        await send({"type": "lifespan.shutdown.complete"})


def create_app(settings: Settings) -> Sidecar:
    """The ASGI application for a configuration; raises SettingsError."""
    return Sidecar(open_service(settings))


def _request(scope: Scope) -> Request:
    path, query = scope["raw_path"].decode("latin-1"), scope["query_string"].decode("latin-1")
    return Request(scope["method"], path, query, tuple(scope["headers"]))


def _route_name(request: Request) -> str:
    route = read_route(request)
    if route is not None:
        return route.kind
    return "own" if request.path.startswith(OWN) else "pass"
