"""The least that a proxy in Python can do, the floor under the sidecar: one request in, one out, nothing looked at.

python tests/benchmarks/bare_proxy.py URL
"""

import sys
from typing import Any

import aiohttp
import uvicorn
from yarl import URL

from genfacet.sidecar.server import address_of, listen

SKIPPED = {b"transfer-encoding", b"content-length"}


class BareProxy:
    """Passes whole bodies, and of the headers the content type."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        message = await receive()
        if scope["type"] == "lifespan":
            connector = aiohttp.TCPConnector(limit=0)
            async with aiohttp.ClientSession(connector=connector, auto_decompress=False) as self._session:
                await send({"type": "lifespan.startup.complete"})
                await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        url = URL(self._url + scope["raw_path"].decode(), encoded=True)
        headers = {"content-type": "application/json"}
        async with self._session.request(scope["method"], url, data=message["body"], headers=headers) as answer:
            body = await answer.read()
        kept = [(name, value) for name, value in answer.raw_headers if name.lower() not in SKIPPED]
        kept.append((b"content-length", b"%d" % len(body)))
        await send({"type": "http.response.start", "status": answer.status, "headers": kept})
        await send({"type": "http.response.body", "body": body})


if __name__ == "__main__":
    listener = listen("127.0.0.1", 0)
    print("listens on", address_of(listener), flush=True)
    config = uvicorn.Config(BareProxy(sys.argv[1]), http="httptools", access_log=False, log_level="warning")
    uvicorn.Server(config).run(sockets=[listener])
