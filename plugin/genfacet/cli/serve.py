"""`genfacet serve`: the sidecar."""

import logging
import socket
from pathlib import Path
from typing import Any

import click

from genfacet.errors import SettingsError
from genfacet.settings import Settings, load_settings

KEEP_ALIVE_S = 3600
"""Elasticsearch never closes an idle connection of a client, so neither does the sidecar in front of it."""
GRACE_S = 10
BACKLOG = 2048


@click.command()
@click.option("--config", type=click.Path(dir_okay=False, path_type=Path), help="Configuration [genfacet.yml].")
@click.option("--host", help="Address to listen on [127.0.0.1].")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 0 takes a free one [9280].")
@click.option("--url", envvar="ELASTICSEARCH_URL", show_envvar=True, help="Address of Elasticsearch.")
def command(config: Path | None, host: str | None, port: int | None, url: str | None) -> None:
    """Serve Elasticsearch's API with facets (the sidecar)."""
    import uvicorn  # here, so that a missing extra is a sentence

    from genfacet.sidecar import create_app

    settings = _with_flags(load_settings(config), {"host": host, "port": port}, {"url": url})
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    app = create_app(settings)
    listener = _listen(settings.sidecar.host, settings.sidecar.port)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
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
    )
    bound = listener.getsockname()
    name = f"[{bound[0]}]" if ":" in bound[0] else bound[0]
    click.echo(f"GenFacet listens on http://{name}:{bound[1]}")
    try:
        server.run(sockets=[listener])
    except KeyboardInterrupt:
        return


def _with_flags(settings: Settings, sidecar: dict[str, Any], elasticsearch: dict[str, Any]) -> Settings:
    """The configuration with the flags that were given."""
    given = {
        "sidecar": settings.sidecar.model_copy(update={k: v for k, v in sidecar.items() if v is not None}),
        "elasticsearch": settings.elasticsearch.model_copy(
            update={k: v for k, v in elasticsearch.items() if v is not None}
        ),
    }
    return settings.model_copy(update=given)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise SettingsError(f"cannot listen on {host}:{port}: {error.strerror}; choose another --port") from None
