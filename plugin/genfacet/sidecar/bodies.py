"""Bodies of requests and answers: unpacked, read for ``ext.genfacet``, and packed again."""

import asyncio
import gzip
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from genfacet.body import Body
from genfacet.jsonspan import NotJsonError, splice_section, strip_section
from genfacet.sidecar.messages import Reply, Request

_GZIP = 31  # window bits: a gzip header is expected
_LEVEL = 3
_LARGE = 256 * 1024
_ERROR = re.compile(rb'\s*\{\s*"error"\s*:')


@dataclass(frozen=True, slots=True)
class Asked:
    """A body that asks for facets: its bytes without the section, the same parsed, and the section."""

    raw: bytes
    body: Body
    section: Any


def plain_body(request: Request, raw: bytes, limit: int) -> bytes | None:
    """The JSON text of a body; None where it is no JSON, cannot be unpacked, or is too large."""
    kind = request.header(b"content-type") or b""
    if raw and b"json" not in kind:
        return None
    coding = (request.header(b"content-encoding") or b"identity").strip().lower()
    if coding == b"identity":
        return raw
    return _gunzip(raw, limit) if coding == b"gzip" else None


def may_ask(text: bytes) -> bool:
    """Whether a body may ask for facets: a look that costs nothing."""
    return b"genfacet" in text or b"\\u" in text


def read_asked(text: bytes, always: bool) -> Asked | None:
    """What a body asks for; None where it asks for nothing, or is no JSON: Elasticsearch has the better error.

    ``always`` stands for an index whose searches all get facets, as if they had asked with an empty section.
    """
    if not text:
        return Asked(b"", {}, {}) if always else None
    try:
        stripped, section = strip_section(text)
        if stripped is text and not always:
            return None
        body = orjson.loads(stripped) if stripped.strip() else {}
    except (NotJsonError, orjson.JSONDecodeError):
        return None
    if not isinstance(body, dict):
        return None
    return Asked(stripped, body, {} if stripped is text else section)


def hits_total(body: bytes) -> int:
    """Hits of an answer; those on the page where the total is not tracked, one where nothing is known of them."""
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return 1
    hits = answer.get("hits") if isinstance(answer, Mapping) else None
    if not isinstance(hits, Mapping):
        return 1
    total = hits.get("total")
    if isinstance(total, Mapping):
        total = total.get("value")
    return total if isinstance(total, int) else len(hits.get("hits", (1,)))


def is_error(item: bytes) -> bool:
    """Whether an item of a multi-search's answer is an error."""
    return _ERROR.match(item) is not None


def add_section(body: bytes, section: Any) -> bytes:
    """The answer with the section added; as it came where there is nothing to add, or no place for it."""
    if section is None:
        return body
    try:
        return splice_section(body, orjson.dumps(section))
    except NotJsonError:
        return body


async def packed(reply: Reply, body: bytes, request: Request) -> Reply:
    """The answer with another body, compressed where the client takes that."""
    headers = [(key, value) for key, value in reply.headers if key != b"content-length"]
    if _takes_gzip(request.header(b"accept-encoding") or b""):
        body = await asyncio.to_thread(_gzip, body) if len(body) > _LARGE else _gzip(body)
        headers.append((b"content-encoding", b"gzip"))
    headers.append((b"content-length", b"%d" % len(body)))
    return Reply(reply.status, tuple(headers), body)


def _takes_gzip(accepted: bytes) -> bool:
    for offer in accepted.lower().split(b","):
        coding, _, quality = offer.partition(b";")
        if coding.strip() == b"gzip":
            return quality.replace(b" ", b"") not in {b"q=0", b"q=0.0", b"q=0.00", b"q=0.000"}
    return False


def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, _LEVEL, mtime=0)


def _gunzip(raw: bytes, limit: int) -> bytes | None:
    """The text, if it is one gzip member of at most ``limit`` bytes: a bomb is never blown up."""
    unpack = zlib.decompressobj(_GZIP)
    try:
        text = unpack.decompress(raw, limit + 1)
    except zlib.error:
        return None
    return text if unpack.eof and not unpack.unused_data and len(text) <= limit else None
