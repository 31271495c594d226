"""`genfacet evaluate`: how good facets and selections are on judged queries."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from genfacet.cli.configured import configured
from genfacet.connection import Connection
from genfacet.errors import SettingsError
from genfacet.settings import Settings
from genfacet_training.evaluation.baselines import arm_names, make_arms
from genfacet_training.evaluation.embedding import Embedding
from genfacet_training.evaluation.experts import read_experts
from genfacet_training.evaluation.gold import Gold, fingerprint, make_gold, read_gold, write_gold
from genfacet_training.evaluation.judgments import Judgments, read_judgments
from genfacet_training.evaluation.metrics.matching import CANONICAL, EXACT, Matcher, embedding
from genfacet_training.evaluation.parts import opened_parts
from genfacet_training.evaluation.results import count_problems, make_report, merge
from genfacet_training.evaluation.run import Evaluation, Row, count_parts, run
from genfacet_training.evaluation.selections import MODES
from genfacet_training.evaluation.shop import Shop
from genfacet_training.reports.page import write_page
from genfacet_training.reports.report import check_report
from genfacet_training.reports.terminal import print_report

LIKE = 0.7
"""Cosine from which two labels mean the same facet."""
OUT_FILE = click.Path(dir_okay=False, path_type=Path)
IN_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(short_help="Measure facets and selections on judged queries.")
@click.option("--index", required=True, help="Index of the configuration.")
@click.option("--judgments", "judgments_file", required=True, type=IN_FILE, help="CSV file query,docid,rating.")
@click.option(
    "--sources",
    default="none,count,significant,entropy,brand_first,retrieve,statistics",
    show_default=True,
    help="Sources to compare, with commas; the first is what the others are compared with.",
)
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder of the reports.")
@click.option("--threshold", type=float, help="Rating from which a product is relevant.  [default: half the highest]")
@click.option("--gold", "gold_file", type=OUT_FILE, help="Gold facets of `genfacet gold`.  [default: made in --out]")
@click.option("--plans", type=IN_FILE, help="Facets of experts (JSON Lines); their held-out queries are compared.")
@click.option("--history", type=IN_FILE, help="Events of shoppers (JSON Lines), for the source clicks.")
@click.option(
    "--matcher",
    type=click.Choice(["exact", "canonical", "embedding"]),
    default="exact",
    show_default=True,
    help="When a facet counts as the gold one. Labels of open facets are compared as canonical at least.",
)
@click.option("--seed", default=1, show_default=True, help="Seed of intervals, samples and orders.")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Queries at once.")
@click.option("--fresh", is_flag=True, help="Forget what an earlier run in --out finished.")
@click.option("--json", "as_json", is_flag=True, help="Print report.json instead of a table.")
@configured
def command(
    settings: Settings,
    connection: Connection,
    index: str,
    judgments_file: Path,
    sources: str,
    out: Path,
    threshold: float | None,
    gold_file: Path | None,
    plans: Path | None,
    history: Path | None,
    matcher: str,
    seed: int,
    workers: int,
    fresh: bool,
    as_json: bool,
) -> None:
    """Measure facets and selections on an index and its judged queries.

    Writes report.json and report.html on the sources, and selections.json and selections.html on what a selected
    value does to the search in each mode. An interrupted run goes on where it stopped.
    """
    started = time.monotonic()
    names = [name.strip() for name in sources.split(",") if name.strip()]
    if not names:
        raise SettingsError(f"--sources names no source, known are {', '.join(arm_names())}")
    judgments = read_judgments(judgments_file, threshold)
    with connection.client(request_timeout=60) as client, Shop(client, settings, index) as shop:
        arms = make_arms(names, shop, seed, history)
        experts = read_experts(plans, shop.catalog) if plans else {}
        out.mkdir(parents=True, exist_ok=True)
        gold = _gold(shop, judgments, gold_file, out / "gold.jsonl")
        closed, opened = _matchers(matcher, shop, seed)
        evaluation = Evaluation(shop, arms, judgments, gold, experts, seed, closed, opened)
        unknown = _unknown(shop, judgments)
        options = {"index": index, "sources": names, "seed": seed, "matcher": matcher, "plans": sorted(experts)}
        options |= {"inputs": fingerprint(shop, judgments), "history": str(history)}
        with opened_parts(out, options, fresh=fresh) as parts, _progress("Evaluating", count_parts(evaluation)) as on:
            for _ in parts.done:
                on()
            rows = run(evaluation, parts, workers, on)
        stages = shop.stages
    spent = {"seconds": round(time.monotonic() - started, 2), "stages": {k: round(v, 2) for k, v in stages.items()}}
    compared = {"report": [arm.name for arm in arms], "selections": [mode.name for mode in MODES]}
    for stem, compared_arms in compared.items():
        own = merge(row for row in rows if row["arm"] in compared_arms)
        queries = _queries(judgments, unknown, own)
        report = make_report(index=index, seed=seed, arms=compared_arms, queries=queries, rows=own, **spent)
        _write(report, out / stem, as_json=as_json)


def _gold(shop: Shop, judgments: Judgments, given: Path | None, own: Path) -> dict[str, Gold]:
    """The gold facets: those given, else those that an earlier run left, else made now and kept."""
    mark = fingerprint(shop, judgments)
    if given is not None:
        return read_gold(given, mark)
    if own.exists():
        try:
            return read_gold(own, mark)
        except SettingsError:
            pass  # of an earlier run with other options: made again below
    return {gold.query: gold for gold in find_gold(shop, judgments, own)}


def find_gold(shop: Shop, judgments: Judgments, file: Path) -> list[Gold]:
    """Looks ahead for every judged query, with a progress bar, and keeps what was found in a file."""
    with _progress("Looking ahead", len(judgments.queries())) as on_query:
        found = make_gold(shop, judgments, lambda *_: on_query())
    write_gold(file, found, fingerprint(shop, judgments))
    return found


def _matchers(name: str, shop: Shop, seed: int) -> tuple[Matcher, Matcher]:
    """The tests for closed facets and for the labels of open ones, which no two people spell alike."""
    if name != "embedding":
        return (EXACT if name == "exact" else CANONICAL), CANONICAL
    learned = Embedding.fit(shop.sample(3000, seed), shop.catalog, seed)
    alike = embedding(learned.similarity, LIKE)
    return alike, alike


def _unknown(shop: Shop, judgments: Judgments) -> int:
    """How many judgements are of documents that the index does not hold."""
    judged = {id_ for ratings in judgments.ratings.values() for id_ in ratings}
    known = shop.known(sorted(judged))
    return sum(id_ not in known for ratings in judgments.ratings.values() for id_ in ratings)


def _queries(judgments: Judgments, unknown: int, rows: Sequence[Row]) -> dict[str, Any]:
    used = {row["query"] for row in rows if row["figures"] and row["query"] in judgments.ratings}
    return {
        "judged": len(judgments.ratings),
        "used": len(used),
        "problems": count_problems(judgments, unknown, rows),
    }


def _write(report: dict[str, Any], stem: Path, *, as_json: bool) -> None:
    written = orjson.dumps(report, option=orjson.OPT_INDENT_2)
    stem.with_suffix(".json").write_bytes(written)
    checked = check_report(report)
    write_page(checked, stem.with_suffix(".html"))
    if as_json:
        click.echo(written)
        return
    console = Console()
    print_report(checked, console)
    console.print(f"{stem.with_suffix('.html')} shows it with plots.", markup=False, highlight=False)


@contextmanager
def _progress(label: str, total: int) -> Iterator[Callable[[], None]]:
    """A bar of finished parts, on a terminal only."""
    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(label, total=total)
        yield lambda: bar.update(task, advance=1)
