"""Many searches in one request, some of them with facets."""

import time
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from genfacet.errors import RequestError, error_body
from genfacet.jsonspan import NotJsonError, replace_spans, response_spans
from genfacet.planning import Plan
from genfacet.runner import failure
from genfacet.sibling import Search
from genfacet.sidecar.bodies import add_section, hits_total, is_error, may_ask, packed, read_asked
from genfacet.sidecar.filterpath import filter_member
from genfacet.sidecar.messages import Reply, Request
from genfacet.sidecar.routes import Route, params_of
from genfacet.sidecar.search import JSON_TYPE, readable
from genfacet.sidecar.service import Service, encode_body, outcome_name

_ABOVE = ("responses",)
_SECTION = ("responses", "ext", "genfacet")
# Parameters of the URL that say how the whole answer is written; they mean nothing to one of its items.
_WHOLE = {"filter_path", "pretty", "human", "format", "error_trace", "max_concurrent_searches"}
_INDEX = ("index", "indices")
# Stands in for a malformed search, whose error replaces its answer: the other items keep their places.
_NOTHING = b'{"size":0,"query":{"match_none":{}}}'


@dataclass(frozen=True, slots=True)
class _Item:
    """One search: its two lines as they go out, and its plan, or the reason why it is refused."""

    header: bytes
    body: bytes
    plan: Plan | None = None
    refused: str | None = None


class _VerbatimError(Exception):
    """Carries an answer that has no items out of the exchange."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply


def answer_msearch(service: Service, request: Request, route: Route, text: bytes) -> Awaitable[Reply] | None:
    """The answer to a multi-search in which a body asks for facets; None where none does.

    Awaiting it raises UNREACHABLE where Elasticsearch does not answer.
    """
    if not may_ask(text) and not service.has_always:
        return None
    params = params_of(request.query)
    items = _read_items(service, request, route, params, text)
    if items is None or not any(item.plan or item.refused for item in items):
        return None
    return _answer(service, request, params, items)


async def _answer(service: Service, request: Request, params: Mapping[str, str], items: Sequence[_Item]) -> Reply:
    execution = _Execution(service, request, params, items)
    plans = [item.plan for item in items]
    try:
        outcomes = await service.exchange.msearch(
            plans, execution.execute, execution.execute_one, service.sender(request), execution.total
        )
    except _VerbatimError as verbatim:
        service.metrics.count("msearch", "error")
        return verbatim.reply
    except Exception as error:
        if execution.reply is None or any(item.refused for item in items):
            raise
        failure(error)  # whatever it was, the hits are there
        service.metrics.count("msearch", "failed")
        return execution.reply
    replaced: list[bytes | None] = []
    for item, outcome in zip(items, outcomes, strict=True):
        if outcome is not None:
            service.metrics.count("msearch", outcome_name(outcome))
            written = service.written(outcome, _SECTION, params.get("filter_path"))
            replaced.append(add_section(outcome.response, written))
        else:
            replaced.append(orjson.dumps(error_body(item.refused)) if item.refused else None)
    whole = execution.whole(replaced)
    return await packed(whole, whole.body, request)


class _Execution:
    """Sends the user's searches in one request, and again one by one where a second round is needed."""

    def __init__(self, service: Service, request: Request, params: Mapping[str, str], items: Sequence[_Item]) -> None:
        self._service, self._request, self._params, self._items = service, request, params, items
        self._is_rewritten = any(item.plan is not None and item.plan.rewritten is not None for item in items)
        self._spans: list[tuple[int, int]] = []
        self.reply: Reply | None = None

    async def execute(self) -> list[bytes]:
        started = time.perf_counter()
        body = b"".join(item.header + b"\n" + item.body + b"\n" for item in self._items)
        reply = self.reply = await self._service.upstream.fetch(self._request, readable(self._request, body), body)
        self._service.metrics.time({"search": time.perf_counter() - started})
        if reply.status != 200 or not reply.is_json:
            raise _VerbatimError(reply)
        try:
            self._spans = response_spans(reply.body)
        except NotJsonError:
            raise _VerbatimError(reply) from None
        if len(self._spans) != len(self._items):
            raise _VerbatimError(reply)  # a filter_path has thinned them out
        return [reply.body[start:end] for start, end in self._spans]

    async def execute_one(self, search: Search) -> bytes:
        params = {key: value for key, value in search.params.items() if key not in _WHOLE}
        request = Request("POST", search.path, urlencode(params, quote_via=quote), self._request.headers)
        body = encode_body(search.body)
        headers = [pair for pair in readable(request, body) if pair[0] not in {"accept", "content-type"}]
        reply = await self._service.upstream.fetch(request, [*headers, JSON_TYPE], body)
        if reply.status != 200:
            return reply.body
        item = reply.body.rstrip().removesuffix(b"}") + b',"status":200}'
        filter_path = self._params.get("filter_path")
        return item if filter_path is None else _filtered(item, filter_path)

    def total(self, item: bytes) -> int | None:
        """None, and with it no facets, for an error."""
        if is_error(item):
            return None
        return hits_total(item) if self._is_rewritten else 1

    def whole(self, replaced: Sequence[bytes | None]) -> Reply:
        """The answer with some of its items replaced, every other byte as it came."""
        reply = self.reply or Reply(500, (), b"")
        return replace(reply, body=replace_spans(reply.body, self._spans, replaced))


def _filtered(item: bytes, filter_path: str) -> bytes:
    return orjson.dumps(filter_member(orjson.loads(item), _ABOVE, filter_path) or {})


def _read_items(
    service: Service, request: Request, route: Route, params: Mapping[str, str], text: bytes
) -> list[_Item] | None:
    """The items; None where the body is not what Elasticsearch takes: its own error is the better one."""
    if not text.endswith(b"\n"):
        return None
    lines = text[:-1].split(b"\n")
    if len(lines) % 2:
        return None
    items: list[_Item] = []
    for header, body in zip(lines[::2], lines[1::2], strict=True):
        line = _read_header(header)
        if line is None:
            return None
        target = _index(line) or route.target
        merged = {**params, **{key: _text(value) for key, value in line.items() if key not in _INDEX}}
        items.append(_read_item(service, request, Search(target, merged, {}), header, body))
    return items


def _read_item(service: Service, request: Request, search: Search, header: bytes, line: bytes) -> _Item:
    asked = read_asked(line, service.always(search.target)) if line.strip() else None
    if asked is None:
        return _Item(header, line)
    try:
        plan = service.plan(search.with_body(asked.body), asked.section, request)
        body = asked.raw if plan.is_untouched else encode_body(plan.executed.body)
    except RequestError as error:
        return _Item(header, _NOTHING, refused=str(error))
    return _Item(header, body, plan)


def _read_header(line: bytes) -> dict[str, Any] | None:
    if not line.strip():
        return {}
    try:
        header = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return header if isinstance(header, dict) else None


def _index(header: Mapping[str, Any]) -> str | None:
    for key in _INDEX:
        if header.get(key):
            return _text(header[key])
    return None


def _text(value: Any) -> str:
    """A value of a header line as it is written in a URL."""
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(_text, value)) if isinstance(value, list) else "" if value is None else str(value)
