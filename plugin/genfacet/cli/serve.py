"""`genfacet serve`: the sidecar."""

import logging
from typing import Any

import click

from genfacet.cli.configured import configured
from genfacet.connection import Connection
from genfacet.settings import Settings


@click.command()
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 0 takes a free one.  [default: 9280]")
@configured
def command(settings: Settings, connection: Connection, **listener: Any) -> None:
    """Serve Elasticsearch's API with facets (the sidecar).

    Requests run under the credentials that they carry. Those given here are the service's own: it reads the switch
    of the fleet with them and nothing else.
    """
    from genfacet.sidecar.server import address_of, listen, make_server  # here, so that a missing extra is a sentence

    given = {name: value for name, value in listener.items() if value is not None}
    settings = settings.model_copy(update={"sidecar": settings.sidecar.model_copy(update=given)})
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    server = make_server(settings)
    if not settings.indices:
        click.echo("No index is configured, so no search gets facets: `genfacet init` writes genfacet.yml.", err=True)
    socket = listen(settings.sidecar.host, settings.sidecar.port)
    click.echo(f"GenFacet listens on {address_of(socket)}")
    try:
        server.run(sockets=[socket])
    except KeyboardInterrupt:
        return
