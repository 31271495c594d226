"""`genfacet plans add|list|export`: the plan index, which the memory answers from."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import click
import orjson

from genfacet.cli.configured import configured
from genfacet.connection import Connection
from genfacet.settings import Settings

T = TypeVar("T")
OUT_FILE = click.Path(dir_okay=False, path_type=Path)
IN_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(short_help="Execute plans, and keep those that hold.")
@click.argument("files", nargs=-1, required=True, type=IN_FILE)
@click.option("--index", required=True, help="Index of the configuration.")
@click.option("--source", default="plans", show_default=True, help="Who wrote them.")
@click.option(
    "--audience", "audiences", multiple=True, help="Audience that they are for (default: all); may be repeated."
)
@click.option("--no-check", is_flag=True, help="Add them without executing them.")
@click.option(
    "--training-only",
    is_flag=True,
    help="Leave out the held-out tenth of the plans, and what is nearly the same: for a memory that is to be measured.",
)
@click.option("--without", type=IN_FILE, help="CSV file of judgements whose queries are left out like that too.")
@click.option(
    "--rejected", type=click.Path(dir_okay=False, path_type=Path), help="File for the lines that are not added."
)
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
@configured
def add(
    settings: Settings,
    connection: Connection,
    files: tuple[Path, ...],
    index: str,
    source: str,
    audiences: tuple[str, ...],
    no_check: bool,
    training_only: bool,
    without: Path | None,
    rejected: Path | None,
    as_json: bool,
) -> None:
    """Add the plans of FILES (JSON Lines) to the plan index. A plan for the same query replaces the one that is there.

    Each is executed first; what of it does not hold is left out, told and counted. The lines that lost something can
    be kept in a file of their own (--rejected).
    """
    # Here, because these bring linear algebra, which no other command should wait for.
    from genfacet.memory.plan import Plan, read_plans
    from genfacet_training.evaluation.judgments import read_judgments
    from genfacet_training.evaluation.progress import progress
    from genfacet_training.evaluation.shop import Shop
    from genfacet_training.evaluation.splits import HeldOut
    from genfacet_training.teachers.storing import Added, plan_documents, store

    outcome = Added()
    judged = read_judgments(without).queries() if without else ()
    read = [list(read_plans(file)) for file in files]
    queries = [plan.query for plans in read for _, plan in plans if isinstance(plan, Plan)]
    leave_out = HeldOut(queries if training_only else (), judged, drawn=training_only)
    lines: list[str] = []
    with (
        connection.client(request_timeout=60) as client,
        Shop(client, settings, index) as shop,
        progress("Adding", sum(map(len, read))) as on_plan,
    ):
        shop.check()
        for file, plans in zip(files, read, strict=True):
            documents = plan_documents(
                shop,
                _told(plans, on_plan),
                outcome,
                source=source,
                audiences=audiences,
                check=not no_check,
                leave_out=leave_out,
            )
            outcome.added += sum(1 for _ in store(client, settings.memory.index, documents))
            text = file.read_text(encoding="utf-8").splitlines()
            lines += [text[line - 1] for line in dict.fromkeys(line for line, _ in outcome.rejected)]
            for line, reason in outcome.rejected:
                click.echo(f"{file}, line {line}: {reason}", err=True)
            outcome.rejected.clear()
    if rejected is not None:
        rejected.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    if as_json:
        click.echo(
            orjson.dumps({"added": outcome.added, "left_out": dict(outcome.reasons)}, option=orjson.OPT_INDENT_2)
        )
    else:
        left = ", ".join(f"{count:,} {reason}" for reason, count in outcome.reasons.items())
        click.echo(f"{outcome.added:,} plans are in {settings.memory.index}{f'; left out: {left}' if left else ''}.")


@click.command("list", short_help="Show the plans that the memory knows.")
@click.option("--index", help="Only those written for this index.")
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
@configured
def list_(settings: Settings, connection: Connection, index: str | None, as_json: bool) -> None:
    """List the plans in the plan index: query, index, who wrote them, and what they offer."""
    from genfacet_training.teachers.storing import stored_plans

    listed = []
    with connection.client(request_timeout=60) as client:
        for document, plan in stored_plans(client, settings.memory.index, index):
            labels = [facet.label or facet.name for facet in plan.facets] if plan else None
            named = {name: document.get(name) for name in ("query", "index", "source", "audiences", "made_at")}
            listed.append({**named, "facets": labels})
    if as_json:
        click.echo(orjson.dumps(listed, option=orjson.OPT_INDENT_2))
        return
    for one in sorted(listed, key=lambda entry: (str(entry["index"]), str(entry["query"]))):
        facets = "not readable by this version" if one["facets"] is None else "; ".join(one["facets"])
        click.echo(f"{one['index']}  {one['query']}: {facets}")
    click.echo(f"{len(listed):,} plans.", err=True)


@click.command(short_help="Write the plans that the memory knows to a file.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--index", help="Only those written for this index.")
@configured
def export(settings: Settings, connection: Connection, file: Path, index: str | None) -> None:
    """Write the plans in the plan index to FILE (JSON Lines), which `genfacet plans add` reads again."""
    from genfacet_training.teachers.storing import stored_plans

    written = 0
    anew = file.with_name(file.name + ".new")
    with connection.client(request_timeout=60) as client, anew.open("wb") as out:
        for _, plan in stored_plans(client, settings.memory.index, index):
            if plan is not None:
                out.write(orjson.dumps(plan.as_json()) + b"\n")
                written += 1
    anew.replace(file)
    click.echo(f"{written:,} plans are in {file}.")


def _told(plans: Iterable[T], on_plan: Callable[[], None]) -> Iterator[T]:
    for numbered in plans:
        yield numbered
        on_plan()
