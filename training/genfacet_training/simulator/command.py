"""`genfacet simulate`: an A/B test with simulated shoppers."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import file_digest
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
from genfacet_training.evaluation.arms import Arm
from genfacet_training.evaluation.baselines import arm_names, make_arms
from genfacet_training.evaluation.gold import fingerprint
from genfacet_training.evaluation.judgments import Judgments, read_judgments
from genfacet_training.evaluation.parts import opened_parts
from genfacet_training.evaluation.results import provenance
from genfacet_training.evaluation.shop import Shop
from genfacet_training.reports.page import write_page
from genfacet_training.reports.report import check_report
from genfacet_training.reports.terminal import print_report
from genfacet_training.simulator.clickmodels import CLICK_MODELS
from genfacet_training.simulator.errand import World
from genfacet_training.simulator.layouts import LAYOUTS
from genfacet_training.simulator.population import Population
from genfacet_training.simulator.results import count_problems, summarise
from genfacet_training.simulator.runs import gather_events, run
from genfacet_training.simulator.unit import Plan

MODEL = "simulation 1"
"""Another number for every change of what shoppers do: parts of an earlier one are not to be mixed in."""
IN_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
MIXED = "mixed"
BEST_RATING = 3.0
"""Ratings are scaled to 0 to 3 before they say how many shoppers want a document: 2^rating - 1."""
REPEATED = 1000
"""Sessions of each side of an A/A run, at most."""


@click.command(short_help="Compare sources with simulated shoppers.")
@click.option("--index", required=True, help="Index of the configuration.")
@click.option("--judgments", "judgments_file", required=True, type=IN_FILE, help="CSV file query,docid,rating.")
@click.option(
    "--sources",
    default="none,count,statistics",
    show_default=True,
    help="Sources to compare, with commas; the first is what the others are compared with.",
)
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder of the report.")
@click.option("--threshold", type=float, help="Rating from which a product is relevant.  [default: half the highest]")
@click.option("--seed", default=1, show_default=True, help="Seed of the shoppers: who comes, for what, with what luck.")
@click.option("--tastes", type=int, help="Seed of tastes, words and trends.  [default: that of the shoppers]")
@click.option("--sessions", type=click.IntRange(1), default=10_000, show_default=True, help="Sessions of each arm.")
@click.option("--days", type=click.IntRange(1, 3650), default=28, show_default=True, help="Simulated days.")
@click.option("--click-model", type=click.Choice(sorted(CLICK_MODELS)), default="position", show_default=True)
@click.option(
    "--layout",
    type=click.Choice([MIXED, *(layout.name for layout in LAYOUTS)]),
    default=MIXED,
    show_default=True,
    help="How the page of the shoppers looks.",
)
@click.option("--history", type=IN_FILE, help="Events of shoppers (JSON Lines), for the source clicks.")
@click.option(
    "--events",
    "events_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write what the shoppers of one arm do here (JSON Lines of UBI events).",
)
@click.option("--logged", help="The source whose shoppers --events logs.  [default: the first with facets]")
@click.option(
    "--aa",
    "repeats",
    type=click.IntRange(0, 10_000),
    default=0,
    show_default=True,
    help="Also test the first source with facets against itself so many times.",
)
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
    seed: int,
    tastes: int | None,
    sessions: int,
    days: int,
    click_model: str,
    layout: str,
    history: Path | None,
    events_file: Path | None,
    logged: str | None,
    repeats: int,
    workers: int,
    fresh: bool,
    as_json: bool,
) -> None:
    """Compare sources by what simulated shoppers do with them on an index and its judged queries.

    Every shopper runs with every source and the same random numbers. Writes report.json and report.html; all figures
    are simulated. An interrupted run goes on where it stopped.
    """
    started = time.monotonic()
    names = [name.strip() for name in sources.split(",") if name.strip()]
    if not names:
        raise SettingsError(f"--sources names no source, known are {', '.join(arm_names())}")
    judgments = read_judgments(judgments_file, threshold)
    layouts = [known for known in LAYOUTS if layout in {MIXED, known.name}]
    population = Population(seed, judgments.queries(), sessions, days, layouts)
    with connection.client(request_timeout=60) as client, Shop(client, settings, index) as shop:
        arms = make_arms(names, shop, seed, history)
        shop.arms |= {arm.name: arm for arm in arms}
        plan = Plan(
            World.of(seed, days, tastes),
            arms,
            CLICK_MODELS[click_model],
            _logged(arms, logged) if events_file else None,
            _showing(arms)[0] if repeats else None,
            repeats,
            min(sessions, REPEATED),
        )
        options = {"index": index, "sources": names, "seed": seed, "sessions": sessions, "days": days}
        options |= {"tastes": tastes, "click_model": click_model, "layout": layout}
        options |= {"logged": plan.logged, "aa": repeats, "history": _digest(history), "model": MODEL}
        options |= {"inputs": fingerprint(shop, judgments)}
        asked = population.by_query()
        with opened_parts(out, options, fresh=fresh) as parts, _progress(len(asked)) as on_query:
            for _ in parts.done:
                on_query()
            found = run(asked, _ratings(judgments), shop, plan, parts, out, workers, on_query)
        stages = dict(shop.stages)
    simulated = time.monotonic()
    if events_file is not None:
        gather_events(out, list(asked), events_file)
    logged_s = time.monotonic() - simulated
    summary = summarise(found, [arm.name for arm in arms], layouts, seed, sessions, repeats, plan.alike)
    stages |= {"events": logged_s, "figures": time.monotonic() - simulated - logged_s}
    report = {
        "kind": "simulation",
        "simulated": True,
        **provenance(),
        "index": index,
        "seed": seed,
        "arms": [arm.name for arm in arms],
        "queries": {
            "judged": len(judgments.ratings),
            "used": sum(bool(part["outcomes"]) for part in found.values()),
            "problems": count_problems(judgments.problems, found),
        },
        **summary,
        "seconds": round(time.monotonic() - started, 2),
        "stages": {stage: round(seconds, 2) for stage, seconds in stages.items()},
    }
    _write(report, out, as_json=as_json)


def _digest(file: Path | None) -> str | None:
    """What says whether a file is still the same."""
    if file is None:
        return None
    with file.open("rb") as opened:
        return file_digest(opened, "sha256").hexdigest()


def _logged(arms: list[Arm], name: str | None) -> str:
    """The arm whose events are written."""
    if name is None:
        return _showing(arms)[0].name
    if name not in {arm.name for arm in arms}:
        raise SettingsError(f"--logged must be one of --sources, which {name} is not")
    return name


def _showing(arms: list[Arm]) -> list[Arm]:
    """The arms with facets; without any there is nothing to log or to test against itself."""
    showing = [arm for arm in arms if arm.source is not None]
    if not showing:
        raise SettingsError("--events and --aa want a source that shows facets among --sources")
    return showing


def _ratings(judgments: Judgments) -> Callable[[str], Mapping[str, float]]:
    """Ratings of the relevant documents of a query, 0 to `BEST_RATING`."""
    factor = BEST_RATING / judgments.most

    def ratings(query: str) -> dict[str, float]:
        return {id_: judgments.ratings[query][id_] * factor for id_ in sorted(judgments.relevant(query))}

    return ratings


def _write(report: dict[str, Any], folder: Path, *, as_json: bool) -> None:
    written = orjson.dumps(report, option=orjson.OPT_INDENT_2)
    (folder / "report.json").write_bytes(written)
    checked = check_report(report)
    write_page(checked, folder / "report.html")
    if as_json:
        click.echo(written)
        return
    console = Console()
    print_report(checked, console)
    console.print(f"{folder / 'report.html'} shows it with plots.", markup=False, highlight=False)


@contextmanager
def _progress(total: int) -> Iterator[Callable[[], None]]:
    """A bar of finished queries, on a terminal only."""
    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("Simulating", total=total)
        yield lambda: bar.update(task, advance=1)
