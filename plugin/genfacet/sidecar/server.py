"""The server in front of the application."""

import socket

import uvicorn

from genfacet.errors import SettingsError
from genfacet.settings import Settings
from genfacet.sidecar.app import create_app

KEEP_ALIVE_S = 3600
"""Elasticsearch never closes an idle connection of a client, so the sidecar in front of it hardly ever does."""
GRACE_S = 10
BACKLOG = 2048


def make_server(settings: Settings) -> uvicorn.Server:
    """A server of the sidecar; raises SettingsError."""
    config = uvicorn.Config(
        create_app(settings),
        http="httptools",
        ws="none",
        lifespan="on",
        access_log=False,
        log_level="warning",
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACE_S,
    )
    return uvicorn.Server(config)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; raises SettingsError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise SettingsError(f"cannot listen on {host}:{port} ({error.strerror}); choose another --port") from None


def address_of(listener: socket.socket) -> str:
    """The URL of a listening socket."""
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"
