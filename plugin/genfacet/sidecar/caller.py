"""The client's end of a request: its body as it arrives, the answer as it leaves, and that it may hang up."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

from genfacet.sidecar.messages import Header, Reply

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Transmit = Callable[[Message], Awaitable[None]]


class HungUpError(Exception):
    """The client has closed its connection."""


class Caller:
    """A client that waits for one answer."""

    def __init__(self, receive: Receive, transmit: Transmit) -> None:
        self._receive, self._transmit = receive, transmit
        self._all_read = asyncio.Event()
        self.has_answer = False
        self.has_left = False

    async def read(self, limit: int) -> tuple[bytes, bool]:
        """The body, or its beginning where it is longer than ``limit``; and whether that is all of it."""
        parts: list[bytes] = []
        size = 0
        while size <= limit and not self.is_read:
            part = await self._next()
            parts.append(part)
            size += len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts), self.is_read and size <= limit

    async def rest(self, begun: bytes) -> AsyncIterator[bytes]:
        """The body from its beginning, which was read before, to its end."""
        if begun:
            yield begun
        while not self.is_read:
            part = await self._next()
            if part:
                yield part

    @property
    def is_read(self) -> bool:
        """Whether the whole body has been read."""
        return self._all_read.is_set()

    async def _next(self) -> bytes:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            self.has_left = True
            raise HungUpError
        if not message.get("more_body", False):
            self._all_read.set()
        body: bytes = message.get("body", b"")
        return body

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Cancels what runs inside when the client hangs up, and raises HungUpError instead."""
        task = asyncio.current_task()
        watch = asyncio.create_task(self._hang_up())

        def cancel(done: "asyncio.Task[None]") -> None:
            if task is not None and not done.cancelled():
                self.has_left = True
                task.cancel()

        watch.add_done_callback(cancel)
        try:
            yield
        except asyncio.CancelledError:
            if self.has_left and task is not None and task.uncancel() == 0:
                raise HungUpError from None
            raise
        finally:
            watch.remove_done_callback(cancel)
            watch.cancel()

    async def _hang_up(self) -> None:
        await self._all_read.wait()  # until then, whoever reads the body notices
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def begin(self, status: int, headers: Iterable[Header]) -> None:
        """Sends status and headers."""
        self.has_answer = True
        await self._transmit({"type": "http.response.start", "status": status, "headers": list(headers)})

    async def write(self, body: bytes, more: bool) -> None:
        """Sends a part of the body."""
        await self._transmit({"type": "http.response.body", "body": body, "more_body": more})

    async def answer(self, reply: Reply) -> None:
        """Sends a whole answer."""
        await self.begin(reply.status, reply.headers)
        await self.write(reply.body, more=False)
