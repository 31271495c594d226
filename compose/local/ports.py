"""Free loopback ports, and whether something answers on one."""

import http.client
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from urllib.parse import urlsplit

from failure import ServerError

LOOPBACK = "127.0.0.1"
TRIES = 200


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def choose_ports(first: Mapping[str, int], previous: Mapping[str, int]) -> dict[str, int]:
    """One free port per role: the previous one where it is free, so that addresses stay, else the next free.

    The first ones lie below the range from which the system takes ports for outgoing connections.
    """
    chosen: dict[str, int] = {}
    for role, start in first.items():
        candidates = [previous[role]] if role in previous else []
        candidates += range(start, start + TRIES)
        free = (port for port in candidates if port not in chosen.values() and is_free(port))
        port = next(free, None)
        if port is None:
            raise ServerError(f"no free port between {start} and {start + TRIES} on {LOOPBACK}; free one of them")
        chosen[role] = port
    return chosen


def answers_http(url: str, timeout: float = 3.0) -> bool:
    """Whether any HTTP answer comes, be it an error; certificates are not looked at."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    parts = urlsplit(url)
    bare = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    try:
        urllib.request.urlopen(bare, timeout=timeout, context=context).close()
    except urllib.error.HTTPError as error:
        error.close()
        return True
    except (OSError, ValueError, http.client.HTTPException):
        return False
    return True
