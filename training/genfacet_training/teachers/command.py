"""`genfacet plans`: the plans that memory and student learn from."""

from collections import Counter
from pathlib import Path

import click
import orjson

from genfacet.cli import INCOMPLETE
from genfacet.cli.configured import configured
from genfacet.connection import Connection
from genfacet.settings import Settings
from genfacet_training.teachers.storecommands import add, export, list_
from genfacet_training.teachers.writecommand import write


@click.group(short_help="Check, keep and list plans of teachers.")
def command() -> None:
    """Plans of experts: the facets that they would offer for a query, and better queries for what is selected."""


@command.command(short_help="Execute plans, and say which do not hold.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--index", required=True, help="Index of the configuration.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
@configured
@click.pass_context
def check(
    ctx: click.Context, settings: Settings, connection: Connection, file: Path, index: str, as_json: bool
) -> None:
    """Execute the plans of FILE (JSON Lines) and name every value and rewrite that does not hold.

    A value has to find something and to leave something out, a rewrite to satisfy its selection more often than the
    query. The exit code is 1 where a plan does not hold.
    """
    # Here, because these bring linear algebra, which no other command should wait for.
    from genfacet.memory.plan import PlanError, read_plans
    from genfacet_training.evaluation.progress import progress
    from genfacet_training.evaluation.shop import Shop
    from genfacet_training.teachers.execution import problems

    plans = list(read_plans(file))
    found: list[dict[str, object]] = []
    counted: Counter[str] = Counter()
    with (
        connection.client(request_timeout=60) as client,
        Shop(client, settings, index) as shop,
        progress("Executing", len(plans)) as on_plan,
    ):
        shop.check()
        for line, plan in plans:
            wrong = [str(plan)] if isinstance(plan, PlanError) else list(map(str, problems(shop, plan)))
            if wrong:
                query = None if isinstance(plan, PlanError) else plan.query
                found.append({"line": line, "query": query, "problems": wrong})
            counted["hold" if not wrong else "do not hold"] += 1
            on_plan()
    if as_json:
        click.echo(orjson.dumps({"plans": len(plans), **counted, "found": found}, option=orjson.OPT_INDENT_2))
    else:
        for entry in found:
            for problem in entry["problems"]:  # type: ignore[attr-defined]
                click.echo(f"line {entry['line']} ({entry['query']}): {problem}", err=True)
        click.echo(f"{counted['hold']:,} of {len(plans):,} plans hold.")
    if found:
        ctx.exit(INCOMPLETE)


for each in (add, list_, export, write):
    command.add_command(each)
