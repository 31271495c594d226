"""One search with facets: its answer, untouched but for the added section."""

import time
from collections.abc import Awaitable
from urllib.parse import quote, urlencode

from genfacet.planning import Plan
from genfacet.runner import failure
from genfacet.sibling import Search
from genfacet.sidecar.bodies import Asked, add_section, hits_total, may_ask, packed, read_asked
from genfacet.sidecar.messages import Reply, Request, forwarded
from genfacet.sidecar.routes import Route, params_of
from genfacet.sidecar.service import Service, encode_body, outcome_name

JSON_TYPE = ("content-type", "application/json")
SECTION = ("ext", "genfacet")


def answer_search(service: Service, request: Request, route: Route, text: bytes) -> Awaitable[Reply] | None:
    """The answer to a search that asks for facets; None where it does not, and passes as it came.

    Raises RequestError for a malformed section; awaiting it raises UNREACHABLE where Elasticsearch does not answer.
    """
    always = service.always(route.target)
    if not may_ask(text) and not always:
        return None
    params = params_of(request.query)
    if not text and "source" in params:
        return None
    asked = read_asked(text, always)
    if asked is None:
        return None
    plan = service.plan(Search(route.target, params, asked.body), asked.section, request)
    return _answer(service, request, plan, asked)


async def _answer(service: Service, request: Request, plan: Plan, asked: Asked) -> Reply:
    execution = _Execution(service, request, plan, asked)
    try:
        outcome = await service.exchange.search(plan, execution.execute, service.sender(request), execution.total)
        written = service.written(outcome, SECTION, plan.original.params.get("filter_path"))
    except Exception as error:
        if execution.reply is None:
            raise
        failure(error)  # whatever it was, the hits are there
        service.metrics.count("search", "failed")
        return execution.reply
    service.metrics.count("search", outcome_name(outcome))
    return await packed(outcome.response, add_section(outcome.response.body, written), request)


class _Execution:
    """Sends the user's own search: its bytes as they came wherever the plan leaves them alone."""

    def __init__(self, service: Service, request: Request, plan: Plan, asked: Asked) -> None:
        self._service, self._request, self._plan, self._asked = service, request, plan, asked
        self.reply: Reply | None = None

    async def execute(self, search: Search) -> Reply:
        started = time.perf_counter()
        if search is self._plan.original:
            request, body = self._request, self._asked.raw
        else:
            query = urlencode(search.params, quote_via=quote)
            request = Request(self._request.method, self._request.path, query, self._request.headers)
            body = encode_body(search.body)
        self.reply = await self._service.upstream.fetch(request, readable(request, body), body or None)
        self._service.metrics.time({"search": time.perf_counter() - started})
        return self.reply

    def total(self, reply: Reply) -> int | None:
        """None, and with it no facets, for what cannot be spliced: errors, YAML, CBOR."""
        if reply.status != 200 or not reply.is_json:
            return None
        return hits_total(reply.body) if self._plan.rewritten is not None else 1


def readable(request: Request, body: bytes) -> list[tuple[str, str]]:
    """The headers of a request whose answer must not be compressed, and whose body is plain."""
    left_out = {"accept-encoding", "content-encoding"}
    headers = [(name, value) for name, value in forwarded(request) if name not in left_out]
    if body and request.header(b"content-type") is None:
        headers.append(JSON_TYPE)
    return [*headers, ("accept-encoding", "identity")]
