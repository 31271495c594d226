"""The student of a sidecar, asked over HTTP/1.1: connections are kept, and what goes wrong is an empty answer."""

import logging
import os
import time
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from queue import Empty, Full, Queue
from urllib.parse import urlsplit

import orjson

from genfacet.errors import SettingsError
from genfacet.generation import Generated, Generation, write_generation

log = logging.getLogger("genfacet")

PATH = "/_genfacet/student"
SLACK_S = 0.02
"""What a request may take beyond the patience of its asker."""
REST_S = 10.0
"""How long a sidecar that does not answer is left alone."""
_CONNECTIONS = 16
_UNANSWERED = Generated("", False)


class RemoteStudent:
    """A student elsewhere; see ``genfacet.generation.Student``."""

    def __init__(self, url: str) -> None:
        """Raises SettingsError where the address is none."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise SettingsError(f"{url} is no address of a sidecar: http://host:port")
        self._host, self._port = parts.hostname, parts.port
        self._is_secure = parts.scheme == "https"
        self._path = parts.path.rstrip("/") + PATH
        self._rests_until = 0.0
        self._open()

    def ask(self, generation: Generation) -> Generated:
        """Asks the sidecar; nothing where it does not answer in time."""
        if os.getpid() != self._process:
            self._open()  # a fork must not speak on its parent's connections
        if time.monotonic() < self._rests_until or generation.patience_s <= 0:
            return _UNANSWERED
        connection = self._connection()
        try:
            connection.timeout = generation.patience_s + SLACK_S
            if connection.sock is not None:
                connection.sock.settimeout(connection.timeout)
            body = orjson.dumps(write_generation(generation))
            connection.request("POST", self._path, body, {"content-type": "application/json"})
            response = connection.getresponse()
            answer = _read(response.status, response.read())
        except TimeoutError:
            connection.close()
            return _UNANSWERED
        except (OSError, HTTPException, ValueError) as error:
            connection.close()
            self._rests_until = time.monotonic() + REST_S
            log.warning("the sidecar's student does not answer: %s", type(error).__name__)
            return _UNANSWERED
        try:
            self._idle.put_nowait(connection)
        except Full:
            connection.close()
        return answer

    def close(self) -> None:
        """Closes idle connections."""
        while not self._idle.empty():
            self._idle.get_nowait().close()

    def _open(self) -> None:
        self._idle: Queue[HTTPConnection] = Queue(_CONNECTIONS)
        self._process = os.getpid()

    def _connection(self) -> HTTPConnection:
        try:
            return self._idle.get_nowait()
        except Empty:
            kind = HTTPSConnection if self._is_secure else HTTPConnection
            return kind(self._host, self._port)


def _read(status: int, body: bytes) -> Generated:
    """An answer of the sidecar; raises ValueError where it is none."""
    read = orjson.loads(body) if status == 200 else None
    match read:
        case {
            "text": str(text),
            "finished": bool(finished),
            "model": str() | None as model,
            "others": list(others),
            "seconds": float() | None as seconds,
        } if all(isinstance(other, str) for other in others):
            return Generated(text, finished, model, tuple(others), seconds)
    raise ValueError("no answer of a student")
