"""Elasticsearch behind the sidecar: the user's requests, their siblings, and what the sidecar asks for itself."""

import asyncio
import ssl
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit

import aiohttp
import orjson
from yarl import URL

from genfacet.errors import SettingsError
from genfacet.runner import SiblingError
from genfacet.settings import ElasticsearchSettings
from genfacet.sibling import Sibling
from genfacet.sidecar.messages import Header, Reply, Request, end_to_end, forwarded

Headers = list[tuple[str, str]]
CONNECT_S = 10.0
SIBLING_S = 30.0
"""A sibling that nobody waits for any more ends at the latest then."""
SERVICE_S = 5.0
MAX_HEADER = 256 * 1024
# Elasticsearch refuses longer heads (4 KB of line, 16 KB of headers) and then is deaf on that connection, without
# closing it. Such a request gets a connection of its own, so that nobody else is ever sent into that silence.
LONG_LINE = 3 * 1024
LONG_HEADERS = 7 * 1024
# A larger body leaves in pieces, so that writing it never blocks the loop.
PIECE = 256 * 1024
_SKIPPED = ("Accept", "Accept-Encoding", "User-Agent", "Content-Type")
_JSON = [("accept", "application/json"), ("content-type", "application/json"), ("accept-encoding", "identity")]
# `es-client-authentication` holds the secret without which a JWT in `authorization` is refused.
_CREDENTIALS = ("authorization", "es-client-authentication", "es-security-runas-user", "x-opaque-id", "traceparent")

UNREACHABLE = (aiohttp.ClientError, TimeoutError, OSError)
"""What it raises where Elasticsearch does not answer."""


class Upstream:
    """Connections to Elasticsearch. Siblings have connections of their own: a slow one never queues a user's search."""

    def __init__(self, settings: ElasticsearchSettings) -> None:
        self._base, self._service = _split(settings)
        self._tls = _tls(settings)
        self._sessions: list[aiohttp.ClientSession] = []
        self._users: aiohttp.ClientSession
        self._siblings: aiohttp.ClientSession
        self._single: aiohttp.ClientSession

    async def open(self) -> None:
        """Must be called once, in the event loop, before anything else."""
        user = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S)
        sibling = aiohttp.ClientTimeout(total=SIBLING_S, sock_connect=CONNECT_S)
        self._users, self._siblings = self._session(user), self._session(sibling)
        self._single = self._session(user, force_close=True)
        self._sessions = [self._users, self._siblings, self._single]

    async def close(self) -> None:
        """Closes all connections."""
        for session in self._sessions:
            await session.close()

    async def request(self, request: Request, headers: Headers, body: bytes | AsyncIterator[bytes] | None) -> "Answer":
        """Sends a user's request and returns the answer once its headers are there. Raises UNREACHABLE."""
        if isinstance(body, bytes) and len(body) > PIECE:
            headers = [*headers, ("content-length", str(len(body)))]
            body = _pieces(body)
        url = f"{self._base}{request.path}?{request.query}" if request.query else self._base + request.path
        session = self._single if _is_long(url, headers) else self._users
        return Answer(
            await session.request(
                request.method, URL(url, encoded=True), headers=headers, data=body, allow_redirects=False
            )
        )

    async def fetch(self, request: Request, headers: Headers, body: bytes | None) -> Reply:
        """Sends a user's request and returns the whole answer. Raises UNREACHABLE."""
        answer = await self.request(request, headers, body)
        return Reply(answer.status, tuple(answer.headers), await answer.read())

    async def ask(self, sibling: Sibling, credentials: Headers) -> Mapping[str, Any]:
        """Sends a sibling; raises SiblingError where it is not answered with a JSON object."""
        credentials = self._service if sibling.service else credentials
        path = f"{sibling.path}?{urlencode(sibling.params)}" if sibling.params else sibling.path
        try:
            status, content = await self._call("POST", path, credentials, sibling.encoded(), SIBLING_S)
        except UNREACHABLE as error:
            raise SiblingError(f"a sibling was not answered: {type(error).__name__}") from None
        if status != 200:
            raise SiblingError(f"a sibling was answered with status {status}")
        return _json_object(content)

    async def serve(self, path: str) -> tuple[int, bytes]:
        """Asks for something with the service credential. Raises UNREACHABLE."""
        return await self._call("GET", path, self._service, None, SERVICE_S)

    async def _call(
        self, method: str, path: str, headers: Headers, body: bytes | None, seconds: float
    ) -> tuple[int, bytes]:
        url = self._base + path
        session = self._single if _is_long(url, headers) else self._siblings
        async with (
            asyncio.timeout(seconds),
            session.request(method, URL(url, encoded=True), headers=[*_JSON, *headers], data=body) as answer,
        ):
            return answer.status, await answer.read()

    def _session(self, timeout: aiohttp.ClientTimeout, force_close: bool = False) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, ssl=self._tls, force_close=force_close),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=timeout,
            auto_decompress=False,
            skip_auto_headers=_SKIPPED,
            max_line_size=MAX_HEADER,
            max_field_size=MAX_HEADER,
        )


class Answer:
    """An answer whose body is still on its way."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response
        self.status = response.status
        self.headers: list[Header] = end_to_end(response.raw_headers)
        self.length = response.content_length

    async def read(self) -> bytes:
        """All of the body."""
        try:
            return await self._response.read()
        finally:
            self._response.release()

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body as it arrives."""
        async for chunk in self._response.content.iter_any():
            yield chunk

    def close(self) -> None:
        """Gives up the body; its connection goes back to the pool only where all of it was read."""
        self._response.close()


def credentials_of(request: Request) -> Headers:
    """The headers of a caller that its siblings carry: who asks, and on whose behalf; nothing else."""
    return [(name, value) for name, value in forwarded(request) if name in _CREDENTIALS]


def _split(settings: ElasticsearchSettings) -> tuple[str, Headers]:
    """The address without credentials, and the service credential, which the address may hold."""
    try:
        parts = urlsplit(settings.url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if host is None or parts.scheme not in {"http", "https"}:
        raise SettingsError("elasticsearch.url must look like http://localhost:9200")
    host = f"[{host}]" if ":" in host else host
    base = f"{parts.scheme}://{host}{f':{port}' if port else ''}{quote(parts.path.rstrip('/'))}"
    if settings.api_key:
        return base, [("authorization", f"ApiKey {settings.api_key}")]
    pair = settings.basic_auth or (
        f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else ""
    )
    return base, [("authorization", f"Basic {b64encode(pair.encode()).decode()}")] if pair else []


def _is_long(url: str, headers: Headers) -> bool:
    return len(url) > LONG_LINE or sum(len(name) + len(value) for name, value in headers) > LONG_HEADERS


def _tls(settings: ElasticsearchSettings) -> ssl.SSLContext | bool:
    if not settings.url.startswith("https:"):
        return True
    if not settings.verify_certs:
        return False
    try:
        return ssl.create_default_context(cafile=settings.ca_certs)
    except OSError as error:
        raise SettingsError(f"elasticsearch.ca_certs cannot be read: {error}") from None


def _json_object(content: bytes) -> Mapping[str, Any]:
    try:
        answer = orjson.loads(content)
    except orjson.JSONDecodeError:
        answer = None
    if not isinstance(answer, dict):
        raise SiblingError("a sibling was answered with something that is no JSON object")
    return answer


async def _pieces(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), PIECE):
        yield body[start : start + PIECE]
