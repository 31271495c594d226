"""`genfacet enable`, `disable` and `status`: the switch of a whole fleet."""

import click
import orjson
from elasticsearch import Elasticsearch, NotFoundError
from rich.console import Console
from rich.table import Table

from genfacet.cli.configured import configured
from genfacet.connection import Connection
from genfacet.control import DOCUMENT, State, read_state
from genfacet.errors import SettingsError
from genfacet.settings import Settings


@click.command(short_help="Switch facets on, for all processes.")
@click.option("--rollout-percent", type=click.IntRange(0, 100), help="Share of clients that get facets.")
@click.option("--shadow/--no-shadow", default=None, help="Compute facets without showing them.")
@click.option("--budget-ms-per-s", type=click.FloatRange(0), help="Live work of one process, in ms a second.")
@click.option("--no-budget", is_flag=True, help="Remove the bound on live work.")
@configured
def enable(
    settings: Settings,
    connection: Connection,
    rollout_percent: int | None,
    shadow: bool | None,
    budget_ms_per_s: float | None,
    no_budget: bool,
) -> None:
    """Switch facets on within seconds, on every process that reads the same cluster; what is not given stays."""
    changes: dict[str, float | bool | None] = {
        "rollout_percent": rollout_percent,
        "shadow": shadow,
        "budget_ms_per_s": budget_ms_per_s,
    }
    given = dict(item for item in changes.items() if item[1] is not None)
    if no_budget:
        given["budget_ms_per_s"] = None
    with connection.client() as client:
        _write(client, settings, _read(client, settings).model_copy(update={"enabled": True, **given}))
    click.echo(f"Facets are on; processes notice within {settings.control.refresh_s:g} s.")


@click.command(short_help="Switch facets off, for all processes.")
@configured
def disable(settings: Settings, connection: Connection) -> None:
    """Switch facets off within seconds. Searches go on, and selections that shoppers made keep filtering."""
    with connection.client() as client:
        _write(client, settings, _read(client, settings).model_copy(update={"enabled": False}))
    click.echo(f"Facets are off; processes notice within {settings.control.refresh_s:g} s.")


@click.command(short_help="Show whether facets are on.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@configured
def status(settings: Settings, connection: Connection, as_json: bool) -> None:
    """Show the state that every process follows."""
    with connection.client() as client:
        state = _read(client, settings)
    if as_json:
        click.echo(orjson.dumps(state.model_dump()))
        return
    table = Table(show_header=False)
    budget = "none" if state.budget_ms_per_s is None else f"{state.budget_ms_per_s:g} ms of live work a second"
    table.add_row("Facets", "on" if state.enabled else "off")
    table.add_row("Rollout", f"{state.rollout_percent} % of clients")
    table.add_row("Shadow", "computed, not shown" if state.shadow else "no")
    table.add_row("Budget", budget)
    Console().print(table)


def _read(client: Elasticsearch, settings: Settings) -> State:
    try:
        source = client.get(index=settings.control.index, id=DOCUMENT)["_source"]
    except NotFoundError:
        return State()
    state = read_state(source)
    if state is None:
        raise SettingsError(
            f"the document {settings.control.index}/{DOCUMENT} is malformed; delete it to go back to the defaults"
        )
    return state


def _write(client: Elasticsearch, settings: Settings, state: State) -> None:
    client.index(index=settings.control.index, id=DOCUMENT, document=state.model_dump(), refresh=True)
