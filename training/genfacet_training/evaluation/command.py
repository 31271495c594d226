"""`genfacet evaluate`: how good facets and selections are on judged queries."""

from pathlib import Path

import click

from genfacet.cli.configured import configured
from genfacet.connection import Connection
from genfacet.errors import SettingsError
from genfacet.settings import Settings

OUT_FILE = click.Path(dir_okay=False, path_type=Path)
IN_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(short_help="Measure facets and selections on judged queries.")
@click.option("--index", required=True, help="Index of the configuration.")
@click.option("--judgments", "judgments_file", required=True, type=IN_FILE, help="CSV file query,docid,rating.")
@click.option(
    "--sources",
    default="count,none,significant,entropy,brand_first,retrieve,statistics",
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
@click.option("--json", "as_json", is_flag=True, help="Print both reports as one JSON object instead of tables.")
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
    # Here, because these bring plots and linear algebra, which no other command should wait for.
    from genfacet_training.evaluation.baselines import arm_names
    from genfacet_training.evaluation.evaluating import Options, evaluate
    from genfacet_training.evaluation.judgments import read_judgments

    names = [name.strip() for name in sources.split(",") if name.strip()]
    if not names:
        raise SettingsError(f"--sources names no source, known are {', '.join(arm_names())}")
    judgments = read_judgments(judgments_file, threshold)
    options = Options(index, names, out, gold_file, plans, history, matcher, seed, workers, fresh, as_json)
    evaluate(settings, connection, judgments, options)
