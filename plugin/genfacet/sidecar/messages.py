"""Requests and answers as they are on the wire, and what a proxy may pass on of their headers."""

from collections.abc import Iterable
from dataclasses import dataclass

import orjson

from genfacet.errors import error_body

Header = tuple[bytes, bytes]
# They speak of one connection, not of the message (RFC 9110, 7.6.1); ``Expect`` was answered by the server in front.
HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"expect",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
# The next server is another host, and whoever frames a body anew counts it anew.
_OWN = frozenset({b"host", b"content-length"})


@dataclass(frozen=True, slots=True)
class Request:
    """A request without its body; ``path`` and ``query`` are raw, as they came."""

    method: str
    path: str
    query: str
    headers: tuple[Header, ...] = ()

    def header(self, name: bytes) -> bytes | None:
        """The first value of a header (its name in lower case)."""
        for key, value in self.headers:
            if key == name:
                return value
        return None


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer."""

    status: int
    headers: tuple[Header, ...]
    body: bytes

    @property
    def is_json(self) -> bool:
        """Whether the answer is JSON that is not compressed."""
        return b"json" in (header_of(self.headers, b"content-type") or b"") and not header_of(
            self.headers, b"content-encoding"
        )


def header_of(headers: Iterable[Header], name: bytes) -> bytes | None:
    """The first value of a header, whatever the case of its name."""
    for key, value in headers:
        if key.lower() == name:
            return value
    return None


def end_to_end(headers: Iterable[Header]) -> list[Header]:
    """The headers that a proxy passes on, in order, with lower-case names."""
    lowered = [(key.lower(), value) for key, value in headers]
    named = {token.strip().lower() for key, value in lowered if key == b"connection" for token in value.split(b",")} - {
        b"content-length",
        b"content-type",
        b"authorization",
    }
    return [(key, value) for key, value in lowered if key not in HOP_BY_HOP and key not in named]


def forwarded(request: Request) -> list[tuple[str, str]]:
    """The headers of a request for the next server, which gets a host and a length of its own."""
    # aiohttp writes text as UTF-8: decoding it so keeps the bytes.
    return [
        (key.decode("latin-1"), value.decode("utf-8", "surrogateescape"))
        for key, value in end_to_end(request.headers)
        if key not in _OWN
    ]


def json_reply(status: int, content: object) -> Reply:
    """An answer of our own."""
    return bytes_reply(status, orjson.dumps(content), b"application/json")


def bytes_reply(status: int, body: bytes, content_type: bytes) -> Reply:
    """An answer of our own that is no JSON."""
    headers = ((b"content-type", content_type), (b"content-length", b"%d" % len(body)))
    return Reply(status, headers, body)


def error_reply(status: int, type_: str, reason: str) -> Reply:
    """An error of our own in Elasticsearch's shape."""
    return json_reply(status, error_body(reason, type_, status))


def refusal(reason: str) -> Reply:
    """The answer to a malformed request."""
    return error_reply(400, "illegal_argument_exception", reason)
