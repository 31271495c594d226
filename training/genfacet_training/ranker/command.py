"""`genfacet train ranker`: learn in which order attributes are worth showing."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import orjson
from rich.console import Console
from rich.table import Table

from genfacet.cli.configured import configured
from genfacet.connection import Connection
from genfacet.errors import SettingsError
from genfacet.settings import Settings

IN_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(short_help="Learn the order of facets.")
@click.option("--index", "indices", required=True, multiple=True, help="Index of the configuration; may be repeated.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File of weights to write.")
@click.option("--plans", type=IN_FILE, help="Facets of experts (JSON Lines) for the first index.")
@click.option("--judgments", "judgments_file", type=IN_FILE, help="CSV file query,docid,rating for the first index.")
@click.option("--threshold", type=float, help="Rating from which a product is relevant.  [default: half the highest]")
@click.option(
    "--queries",
    type=click.IntRange(0, 10_000),
    default=300,
    show_default=True,
    help="Queries made of the titles of each index.",
)
@click.option(
    "--without",
    type=IN_FILE,
    help="CSV file of judgements whose queries, and what is nearly the same, teach nothing: they are to judge.",
)
@click.option("--seed", default=1, show_default=True, help="Seed of those queries, and of intervals.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
@configured
def command(
    settings: Settings,
    connection: Connection,
    indices: tuple[str, ...],
    out: Path,
    plans: Path | None,
    judgments_file: Path | None,
    threshold: float | None,
    queries: int,
    without: Path | None,
    seed: int,
    as_json: bool,
) -> None:
    """Learn in which order attributes are worth showing, from plans of experts and from looking ahead.

    Says by how much the ranker beats other sources on held-out queries, which it has not learnt from. Name the file in
    engine.ranker of the configuration to serve with it.
    """
    # Here, because these bring linear algebra, which no other command should wait for.
    from genfacet.sources import load_source
    from genfacet_training.evaluation.baselines.brandfirst import BrandFirst
    from genfacet_training.evaluation.judgments import read_judgments
    from genfacet_training.ranker.training import compare, learn, parted

    started = time.monotonic()
    with connection.client(request_timeout=60) as client:
        lessons = list(_lessons(client, settings, indices, plans, judgments_file, threshold, queries, seed))
    judged = read_judgments(without).ratings if without is not None else ()
    known, held_out = parted(lessons, judged)
    if not known:
        raise SettingsError("there is nothing to learn from: give --plans, --judgments or more --queries")
    weights = learn(known)
    out.write_bytes(orjson.dumps(weights.as_json(), option=orjson.OPT_INDENT_2) + b"\n")
    others = {name: load_source(name) for name in ("count", "entropy")} | {"brand_first": BrandFirst()}
    teachers = sorted({lesson.teacher for lesson in held_out})
    compared = {
        teacher: compare([lesson for lesson in held_out if lesson.teacher == teacher], weights, others, seed)
        for teacher in teachers
    }
    outcome = {
        "out": str(out),
        "learnt_from": len(known),
        "held_out": len(held_out),
        "words": len(weights.words),
        "seconds": round(time.monotonic() - started, 1),
        "ndcg_at_5": compared,
    }
    if as_json:
        click.echo(orjson.dumps(outcome, option=orjson.OPT_INDENT_2))
    else:
        _show(outcome)


def _lessons(
    client: Any,
    settings: Settings,
    indices: tuple[str, ...],
    plans: Path | None,
    judgments_file: Path | None,
    threshold: float | None,
    queries: int,
    seed: int,
) -> Iterator[Any]:
    """The lessons of all indices, with a progress bar for each."""
    from genfacet_training.evaluation.experts import read_plans
    from genfacet_training.evaluation.judgments import read_judgments
    from genfacet_training.evaluation.progress import progress
    from genfacet_training.evaluation.shop import Shop
    from genfacet_training.ranker.lessons import (
        catalogue_targets,
        judged_targets,
        lookahead_lessons,
        plan_lessons,
    )

    for index in indices:  # first, so that a misspelt one is told before the work
        with Shop(client, settings, index) as shop:
            shop.check()
    for place, index in enumerate(indices):
        with Shop(client, settings, index) as shop:
            with progress(f"Making queries of {index}", queries) as on_query:
                targets: dict[str, Any] = dict(catalogue_targets(shop, queries, seed, on_query))
            if judgments_file is not None and not place:
                targets |= judged_targets(read_judgments(judgments_file, threshold))
            chosen = read_plans(plans, shop.catalog) if plans is not None and not place else {}
            with progress(f"Looking at {index}", len(targets) + len(chosen)) as on_query:
                for lesson in (*plan_lessons(shop, chosen), *lookahead_lessons(shop, targets)):
                    yield lesson
                    on_query()


def _show(outcome: dict[str, Any]) -> None:
    console = Console()
    console.print(
        f"Learnt from {outcome['learnt_from']:,} queries in {outcome['seconds']:.0f} s; "
        f"{outcome['held_out']:,} were held out. The weights are in {outcome['out']}.",
        highlight=False,
        markup=False,
    )
    for teacher, compared in outcome["ndcg_at_5"].items():
        table = Table(title=f"nDCG@5 on held-out queries, chosen by {teacher}", title_justify="left")
        for column in ("source", "mean (95 %)", "ranker has more", "queries"):
            table.add_column(column)
        for name, figures in compared.items():
            more = figures.get("ranker_minus")
            table.add_row(name, _spread(figures["ndcg"]), _spread(more) if more else "", str(figures["ndcg"]["n"]))
        console.print(table)


def _spread(figure: dict[str, Any]) -> str:
    if figure["mean"] is None:
        return "–"
    if figure["low"] is None:
        return f"{figure['mean']:.3f}"
    return f"{figure['mean']:.3f} ({figure['low']:.3f} to {figure['high']:.3f})"
