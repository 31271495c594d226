"""Options that several commands share."""

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import click

from genfacet.connection import DEFAULT_URL, Connection

R = TypeVar("R")


def elasticsearch_options(command: Callable[..., R]) -> Callable[..., R]:
    """Add the options that say where Elasticsearch is; the command receives `connection: Connection`."""

    @functools.wraps(command)
    def with_connection(
        *args: Any,
        url: str,
        api_key: str | None,
        basic_auth: tuple[str, str] | None,
        ca_certs: str | None,
        verify_certs: bool,
        **kwargs: Any,
    ) -> R:
        connection = Connection(url, api_key or None, basic_auth, ca_certs, verify_certs)
        return command(*args, connection=connection, **kwargs)

    decorated: Callable[..., R] = with_connection
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return decorated


def _read_basic_auth(ctx: click.Context, param: click.Parameter, value: str | None) -> tuple[str, str] | None:
    """Split `user:password` at the first colon: passwords may hold more of them."""
    if not value:
        return None
    user, colon, password = value.partition(":")
    if not user or not colon:
        raise click.BadParameter("expected user:password", ctx, param)
    return user, password


_OPTIONS = (
    click.option(
        "--url",
        envvar="ELASTICSEARCH_URL",
        default=DEFAULT_URL,
        show_default=True,
        show_envvar=True,
        help="Address of Elasticsearch.",
    ),
    click.option("--api-key", envvar="ELASTIC_API_KEY", show_envvar=True, help="API key for Elasticsearch."),
    click.option(
        "--basic-auth",
        metavar="USER:PASSWORD",
        envvar="ELASTIC_BASIC_AUTH",
        show_envvar=True,
        callback=_read_basic_auth,
        help="User and password for Elasticsearch.",
    ),
    click.option("--ca-certs", type=click.Path(exists=True), help="Certificate authorities (PEM) to trust."),
    click.option(
        "--verify-certs/--no-verify-certs",
        default=True,
        show_default=True,
        help="Check the certificate of Elasticsearch.",
    ),
)
