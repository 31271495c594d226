"""Requests that pass through: body and answer stream, nothing is looked into."""

from collections.abc import AsyncIterator

from genfacet.sidecar.caller import Caller
from genfacet.sidecar.messages import Request, forwarded
from genfacet.sidecar.service import Service
from genfacet.sidecar.upstream import Answer

SMALL = 256 * 1024
"""An answer of at most this length is read whole: one write instead of many."""


async def pass_through(service: Service, request: Request, caller: Caller, begun: bytes | None) -> None:
    """Sends a request on and its answer back. ``begun``: what of the body was read before, if any."""
    headers = forwarded(request)
    length, chunked = request.header(b"content-length"), request.header(b"transfer-encoding")
    body: bytes | AsyncIterator[bytes] | None = None
    if begun is None:
        # The first part is nearly always the whole body.
        begun, _ = await caller.read(0)
    if not caller.is_read:
        body = caller.rest(begun)
        if length is not None and chunked is None:
            headers.append(("content-length", length.decode("latin-1")))
    elif begun or length is not None or chunked is not None:
        body = begun
    async with caller.watched():
        answer = await service.upstream.request(request, headers, body)
        try:
            await _send_back(answer, caller)
        finally:
            answer.close()
    service.metrics.count_pass()


async def _send_back(answer: Answer, caller: Caller) -> None:
    await caller.begin(answer.status, answer.headers)
    length = answer.length
    if length is not None and length <= SMALL:
        await caller.write(await answer.read(), more=False)
        return
    async for chunk in answer.chunks():
        await caller.write(chunk, more=True)
    await caller.write(b"", more=False)
