"""A server that speaks the protocol of chat completions, and misbehaves as the query that it is asked says."""

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

GOOD = {
    "facets": [
        {"name": "brand", "values": ["HP", "Canon", "Nobody's"]},
        {"name": "~desk", "label": "Where it stands", "values": ["on my desk|weight=..10", "in a corner|weight=10.."]},
    ],
    "rewrites": [{"selected": {"brand": ["HP"]}, "query": "nothing like it"}],
}
HOSTILE = {
    "facets": [
        {"name": "~x", "label": "X", "values": ["all|_id=p1", "script|text={}", "fine|duplex=Manual"]},
        {"name": "no_such", "values": ["a", "b"]},
        {"name": "brand", "values": ["HP", "Canon"]},
    ]
}


@dataclass
class ChatServer:
    """What was asked: bodies and headers, and how often each query came."""

    url: str
    bodies: list[Any] = field(default_factory=list)
    keys: set[str | None] = field(default_factory=set)
    times: Counter[str] = field(default_factory=Counter)
    at_once: int = 0
    most_at_once: int = 0


class _Handler(BaseHTTPRequestHandler):
    server: Any

    def do_POST(self) -> None:
        state, lock = self.server.state, self.server.lock
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        query = body["messages"][-1]["content"].split("\n")[0].removeprefix("query: ")
        with lock:
            state.bodies.append(body)
            state.keys.add(self.headers.get("authorization"))
            state.times[query] += 1
            turn = state.times[query]
            state.at_once += 1
            state.most_at_once = max(state.most_at_once, state.at_once)
        try:
            self._answer(query, turn)
        except (BrokenPipeError, ConnectionResetError):
            pass  # whoever asked has hung up
        finally:
            with lock:
                state.at_once -= 1

    def _answer(self, query: str, turn: int) -> None:
        time.sleep(0.02)
        if "hang" in query:
            time.sleep(3)
        if "reset" in query and turn == 1:
            self.connection.close()
        elif "limit" in query and turn == 1:
            self._send(429, b"{}", {"retry-after": "0"})
        elif "broken" in query and turn < 3:
            self._send(500, b"<html>oops</html>")
        elif "refused" in query:
            self._send(401, b"{}")
        elif "page" in query:
            self._send(200, b"<html>a page</html>")
        elif "half" in query and ("turns" not in query or turn % 2):
            self._complete('{"facets": [{"name": "bra')
        elif "types" in query:
            self._complete(json.dumps({"facets": {"name": 3}}))
        elif "endless" in query:
            self._complete("{" * 3_000_000)
        elif "hostile" in query:
            self._complete(json.dumps(HOSTILE))
        elif "fenced" in query:
            self._complete(f"Here you are:\n```json\n{json.dumps(GOOD)}\n```")
        else:
            self._complete(json.dumps(GOOD))

    def _complete(self, text: str) -> None:
        answer = {
            "choices": [{"message": {"role": "assistant", "content": text}}],
            "usage": {"prompt_tokens": 900, "completion_tokens": 100},
        }
        self._send(200, json.dumps(answer).encode())

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@contextmanager
def chatting() -> Iterator[ChatServer]:
    """The server, on a port of its own."""
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.state = ChatServer(f"http://127.0.0.1:{server.server_address[1]}/v1")
    server.lock, server.daemon_threads = threading.Lock(), True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
