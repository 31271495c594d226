"""A sidecar, a client that sees every byte, and a misbehaving server between sidecar and Elasticsearch."""

import asyncio
import http.client
import json
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web
from yarl import URL

from genfacet.settings import Settings, parse_settings
from genfacet.sidecar.server import address_of, listen, make_server

JSON = {"content-type": "application/json"}
NDJSON = {"content-type": "application/x-ndjson"}


@dataclass(frozen=True)
class Response:
    """What came over the wire. Headers in order, without those that speak of the connection alone."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def header(self, name: str) -> str | None:
        return dict(self.headers).get(name)

    @property
    def facets(self) -> dict[str, Any]:
        section: dict[str, Any] = self.json["ext"]["genfacet"]
        return section


def send(
    url: str, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None, timeout: float = 30
) -> Response:
    """One request on a connection of its own; a body that is no text is written as JSON."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout)
    try:
        content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        connection.request(method, path, content, {**(JSON if content is not None else {}), **(headers or {})})
        answer = connection.getresponse()
        connected = {"transfer-encoding", "connection", "keep-alive"}
        kept = [(name.lower(), value) for name, value in answer.getheaders() if name.lower() not in connected]
        return Response(answer.status, kept, answer.read())
    finally:
        connection.close()


@contextmanager
def serving(settings: Settings) -> Iterator[str]:
    """A sidecar in a thread; its address."""
    server = make_server(settings)
    listener = listen("127.0.0.1", 0)
    thread = threading.Thread(target=lambda: server.run(sockets=[listener]))
    thread.start()
    url = address_of(listener)
    try:
        assert send(url, "GET", "/_genfacet/healthz").status == 200
        yield url
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def sidecar_settings(url: str, indices: Mapping[str, Any], **sections: Any) -> Settings:
    """A configuration that looks for its control document where none is."""
    control = {"index": "genfacet-test-no-control", "refresh_s": 0.05}
    values = {"elasticsearch": {"url": url}, "indices": indices, "control": control, **sections}
    return parse_settings(values)


@dataclass
class Misbehaving:
    """A server in front of Elasticsearch whose ``trouble`` falls on siblings alone, or with ``hits`` on searches."""

    url: str = ""
    trouble: str = ""
    falls_on: str = "siblings"
    siblings: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    given_up: threading.Event = field(default_factory=threading.Event)


@contextmanager
def misbehaving(es_url: str) -> Iterator[Misbehaving]:
    """Serves in a thread until the end."""
    state = Misbehaving()
    loop = asyncio.new_event_loop()
    started, stop = threading.Event(), asyncio.Event()

    async def live() -> None:
        async with _running(es_url, state):
            started.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(live()))
    thread.start()
    started.wait()
    try:
        yield state
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


@asynccontextmanager
async def _running(es_url: str, state: Misbehaving) -> AsyncIterator[None]:
    async with aiohttp.ClientSession(auto_decompress=False) as session:

        async def handle(request: web.Request) -> web.StreamResponse:
            body = await request.read()
            kind = "siblings" if _is_sibling(request, body) else "searches" if "_search" in request.path else "others"
            if kind == "siblings":
                state.siblings.append({name.lower(): value for name, value in request.headers.items()})
                state.paths.append(request.raw_path)
            if state.trouble and kind == state.falls_on:
                return await _misbehave(request, state)
            url = URL(es_url + request.raw_path, encoded=True)
            async with session.request(request.method, url, headers=request.headers, data=body or None) as answer:
                skipped = {"transfer-encoding", "content-length"}
                headers = [(n, v) for n, v in answer.headers.items() if n.lower() not in skipped]
                response = web.Response(status=answer.status, body=await answer.read())
                for name, value in headers:
                    response.headers[name] = value
                return response

        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", handle)
        runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        state.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield
        finally:
            await runner.cleanup()


def _is_sibling(request: web.Request, body: bytes) -> bool:
    if "_search" not in request.path or not body:
        return False
    try:
        read = json.loads(body)
    except ValueError:
        return False
    return isinstance(read, dict) and read.get("size") == 0


async def _misbehave(request: web.Request, state: Misbehaving) -> web.StreamResponse:
    match state.trouble:
        case "hang":
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                state.given_up.set()
                raise
        case "close":
            assert request.transport is not None
            request.transport.close()
        case "garbage":
            return web.Response(body=b"\x00\xff garbage", content_type="application/json")
        case "other json":
            return web.json_response({"hits": "none"})
        case "list":
            return web.json_response([1, 2])
        case status:
            return web.json_response({"error": {"type": "es_rejected_execution_exception"}}, status=int(status))
    return web.Response()
