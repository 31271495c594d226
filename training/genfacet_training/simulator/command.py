"""`genfacet simulate`: an A/B test with simulated shoppers."""

from pathlib import Path

import click

from genfacet.cli.configured import configured
from genfacet.connection import Connection
from genfacet.errors import SettingsError
from genfacet.settings import Settings
from genfacet_training.simulator.clickmodels import CLICK_MODELS
from genfacet_training.simulator.layouts import LAYOUTS

IN_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
MIXED = "mixed"


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
    # Here, because these bring plots and linear algebra, which no other command should wait for.
    from genfacet_training.evaluation.baselines import arm_names
    from genfacet_training.evaluation.judgments import read_judgments
    from genfacet_training.simulator.simulating import Options, simulate

    names = [name.strip() for name in sources.split(",") if name.strip()]
    if not names:
        raise SettingsError(f"--sources names no source, known are {', '.join(arm_names())}")
    layouts = [known for known in LAYOUTS if layout in {MIXED, known.name}]
    options = Options(
        index=index,
        sources=names,
        out=out,
        layouts=layouts,
        seed=seed,
        tastes=tastes,
        sessions=sessions,
        days=days,
        click_model=click_model,
        history=history,
        events=events_file,
        logged=logged,
        repeats=repeats,
        workers=workers,
        fresh=fresh,
        as_json=as_json,
    )
    simulate(settings, connection, read_judgments(judgments_file, threshold), options)
