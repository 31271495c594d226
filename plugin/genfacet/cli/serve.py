"""`genfacet serve`: the sidecar."""

import logging
from pathlib import Path
from typing import Any

import click

from genfacet.settings import Settings, load_settings


@click.command()
@click.option("--config", type=click.Path(dir_okay=False, path_type=Path), help="Configuration [genfacet.yml].")
@click.option("--host", help="Address to listen on [127.0.0.1].")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 0 takes a free one [9280].")
@click.option("--url", envvar="ELASTICSEARCH_URL", show_envvar=True, help="Address of Elasticsearch.")
def command(config: Path | None, host: str | None, port: int | None, url: str | None) -> None:
    """Serve Elasticsearch's API with facets (the sidecar)."""
    from genfacet.sidecar.server import address_of, listen, make_server  # here, so that a missing extra is a sentence

    settings = _with_flags(load_settings(config), {"host": host, "port": port}, {"url": url})
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    server = make_server(settings)
    listener = listen(settings.sidecar.host, settings.sidecar.port)
    click.echo(f"GenFacet listens on {address_of(listener)}")
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
