"""The command `genfacet`: each subcommand is an entry point of the group `genfacet.commands`."""

from importlib.metadata import EntryPoint, entry_points, version
from typing import Any

import click

from genfacet.cli.extras import missing_module
from genfacet.errors import GenFacetError

FAILED = 2
"""Exit code of a command that could not do its work."""

INCOMPLETE = 1
"""Exit code of a command that did its work but for something that it names."""


class CommandError(click.ClickException):
    """One sentence for the terminal, and exit code 2."""

    exit_code = FAILED


class EntryPointGroup(click.Group):
    """A group that imports a subcommand only when it is called (or listed by --help)."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name every subcommand that an installed package offers."""
        return sorted(_offered())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the subcommand; one whose extra is not installed becomes a command that says so."""
        offer = _offered().get(cmd_name)
        if offer is None:
            return None
        try:
            command: click.Command = offer.load()
        except ModuleNotFoundError as error:
            return _unavailable(cmd_name, missing_module(error))
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the subcommand; expected errors become one sentence."""
        try:
            return super().invoke(ctx)
        except GenFacetError as error:
            raise CommandError(str(error)) from error
        except ModuleNotFoundError as error:
            raise CommandError(missing_module(error)) from error
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            from genfacet.connection import explain  # here, because it imports the client

            sentence = explain(error)
            if sentence is None:
                raise
            raise CommandError(sentence) from error


def _offered() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group="genfacet.commands")}


def _unavailable(name: str, sentence: str) -> click.Command:
    def refuse() -> None:
        raise CommandError(sentence)

    return click.Command(name, callback=refuse, short_help=sentence, help=sentence)


@click.group(cls=EntryPointGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("genfacet"), prog_name="genfacet")
def main() -> None:
    """Verified, query-dependent facets for an existing Elasticsearch."""
