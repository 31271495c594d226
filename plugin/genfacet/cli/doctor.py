"""`genfacet doctor`: what of a deployment works, what does not, and what facets cost it."""

import json
from pathlib import Path
from typing import Any

import click
from elasticsearch import ApiError, Elasticsearch, TransportError
from rich.console import Console
from rich.table import Table
from rich.text import Text

from genfacet.cli import INCOMPLETE, CommandError
from genfacet.cli.configured import configured
from genfacet.connection import Connection
from genfacet.doctor.checks import Check, refused
from genfacet.doctor.cluster import check_cluster, check_control
from genfacet.doctor.cost import Cost, draw_queries, measure_cost, read_titles
from genfacet.doctor.features import check_features
from genfacet.doctor.indices import check_fields, check_readable, check_request_cache, check_template
from genfacet.roles import make_roles, role_named
from genfacet.settings import Settings

QUERIES = 20
_STYLES = {"ok": "green", "warn": "yellow", "fail": "bold red"}


@click.command(short_help="Check a deployment, and what facets cost it.")
@click.option(
    "--queries",
    "queries_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Queries for the dry run, one a line; by default words of titles.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--role", help="Print only the body of a role: search, hook, service, operator, setup or loader.")
@configured
def command(
    settings: Settings, connection: Connection, queries_file: Path | None, as_json: bool, role: str | None
) -> None:
    """Check a deployment: one line a check, what to do, and what facets will cost the cluster.

    Changes nothing. Ends with code 1 when a check fails.
    """
    if role is not None:
        click.echo(json.dumps(role_named(settings, role).body, indent=2))
        return
    queries = _read_queries(queries_file) if queries_file else None
    with connection.client() as client:
        checks, costs = _examine(client, settings, queries)
    if as_json:
        click.echo(json.dumps(_as_json(checks, costs, settings), indent=2))
    else:
        _print(checks, costs, settings)
    if any(check.status == "fail" for check in checks):
        click.get_current_context().exit(INCOMPLETE)


def _read_queries(file: Path) -> list[str]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file} cannot be read: {error}.") from error
    queries = [line.strip() for line in lines if line.strip()]
    if not queries:
        raise CommandError(f"{file} holds no queries: write one a line.")
    return queries


def _examine(client: Elasticsearch, settings: Settings, queries: list[str] | None) -> tuple[list[Check], list[Cost]]:
    checks = [_configured(settings), *check_cluster(client)]
    costs: list[Cost] = []
    if checks[-1].status == "fail":
        return checks, costs
    checks.append(check_control(client, settings))
    for name in settings.indices:
        found, cost = _examine_index(client, settings, name, queries)
        checks += found
        costs += [cost] if cost else []
    return checks, costs


def _configured(settings: Settings) -> Check:
    names = ", ".join(settings.indices)
    if not names:
        return Check("configuration", "fail", "no index is configured", "run `genfacet init --index NAME`")
    return Check("configuration", "ok", f"valid; configures {names}")


def _examine_index(
    client: Elasticsearch, settings: Settings, name: str, queries: list[str] | None
) -> tuple[list[Check], Cost | None]:
    index = settings.indices[name]
    readable = check_readable(client, name)
    if readable.status == "fail":
        return [readable], None
    checks = [readable, *check_fields(client, name, index), check_request_cache(client, name)]
    checks += check_features(client, name, index)
    about = f"{name}: dry run"
    try:
        if queries is None:
            queries = draw_queries(read_titles(client, name, index.search.text_fields), QUERIES)
        tried = check_template(client, name, index, queries)
        checks += tried
        if not queries or any(check.status == "fail" for check in tried):
            return checks, None
        cost = measure_cost(client, settings, name, queries)
    except (ApiError, TransportError) as error:
        return [*checks, refused(about, error)], None
    return [*checks, _judge(about, cost)], cost


def _judge(about: str, cost: Cost) -> Check:
    shown = cost.queries - cost.without
    found = f"{shown} of {cost.queries} queries got facets, {cost.facets:g} each"
    if not cost.without:
        return Check(about, "ok", found)
    reasons = "; ".join(cost.reasons)
    return Check(about, "warn" if shown else "fail", found, f"the others: {reasons}")


def _as_json(checks: list[Check], costs: list[Cost], settings: Settings) -> dict[str, Any]:
    return {
        "ok": all(check.status != "fail" for check in checks),
        "checks": [check.as_json() for check in checks],
        "cost": [cost.as_json() for cost in costs],
        "roles": {name: dict(role.body) for name, role in make_roles(settings).items()},
    }


def _print(checks: list[Check], costs: list[Cost], settings: Settings) -> None:
    console = Console()
    for check in checks:
        line = Text.assemble((f"{check.status:<4}", _STYLES[check.status]), f"  {check.about}: {check.found}")
        console.print(line, soft_wrap=True)
        if check.remedy:
            console.print(Text(f"      → {check.remedy}"), soft_wrap=True)
    if costs:
        console.print()
        console.print(_cost_table(costs))
        console.print("Medians, asked from here one after the other. New queries: the shard request cache is off.")
    if settings.indices:
        console.print("\nLeast privileges; `genfacet doctor --role NAME` prints the body of PUT /_security/role/…")
        for role in make_roles(settings).values():
            console.print(Text(f"{role.name}: {role.who} may {role.may}"), soft_wrap=True)
            console.print(Text(f"  {json.dumps(role.body)}"), soft_wrap=True)


def _cost_table(costs: list[Cost]) -> Table:
    table = Table(title="What facets cost this cluster", title_justify="left")
    table.add_column("")
    for cost in costs:
        table.add_column(cost.index, justify="right")
    rows = {
        "queries tried": [f"{cost.queries}" for cost in costs],
        "search alone": [f"{cost.search_ms} ms" for cost in costs],
        "new query: probe": [f"{cost.probe_ms} ms" for cost in costs],
        "new query: counts": [f"{cost.counts_ms} ms" for cost in costs],
        "repeated query: counts": [f"{cost.repeated_ms} ms" for cost in costs],
        "extra requests, new / repeated query": [
            f"{cost.requests_new:g} / {cost.requests_repeated:g}" for cost in costs
        ],
        "bytes of a new query, out / back": [f"{cost.sent:,} / {cost.received:,}" for cost in costs],
    }
    if any(cost.background_ms for cost in costs):
        rows["statistics of the whole index, now and then"] = [f"{cost.background_ms} ms" for cost in costs]
    for name, values in rows.items():
        table.add_row(name, *values)
    return table
