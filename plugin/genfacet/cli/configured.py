"""Commands that work on a configured deployment: ``--config``, and flags over it."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from genfacet.cli.options import elasticsearch_options
from genfacet.connection import Connection
from genfacet.settings import ElasticsearchSettings, load_settings

R = TypeVar("R")


def configured(command: Callable[..., R]) -> Callable[..., R]:
    """Add ``--config`` and the options of Elasticsearch; the command receives ``settings`` and ``connection``.

    The environment wins over the file, a flag over both.
    """

    @elasticsearch_options
    @click.option(
        "--config", type=click.Path(dir_okay=False, path_type=Path), help="Configuration.  [default: genfacet.yml]"
    )
    @functools.wraps(command)
    def with_settings(*args: Any, config: Path | None, connection: Connection, **kwargs: Any) -> R:
        settings = load_settings(config)
        elasticsearch = _with_flags(settings.elasticsearch, connection)
        settings = settings.model_copy(update={"elasticsearch": elasticsearch})
        return command(*args, settings=settings, connection=connection_of(elasticsearch), **kwargs)

    return with_settings


def connection_of(settings: ElasticsearchSettings) -> Connection:
    """The connection that the configuration describes."""
    user, colon, password = (settings.basic_auth or "").partition(":")
    basic_auth = (user, password) if colon else None
    return Connection(settings.url, settings.api_key, basic_auth, settings.ca_certs, settings.verify_certs)


def _with_flags(settings: ElasticsearchSettings, flags: Connection) -> ElasticsearchSettings:
    values = {
        "url": flags.url,
        "api_key": flags.api_key,
        "basic_auth": ":".join(flags.basic_auth) if flags.basic_auth else None,
        "ca_certs": flags.ca_certs,
        "verify_certs": flags.verify_certs,
    }
    return settings.model_copy(update={name: value for name, value in values.items() if _is_flag(name)})


def _is_flag(name: str) -> bool:
    return click.get_current_context().get_parameter_source(name) is ParameterSource.COMMANDLINE
