"""`genfacet compare`: what got better and worse between two runs, and whether it is more than noise."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from genfacet.cli import FAILED, INCOMPLETE
from genfacet_training.reports.report import printable, read_report
from genfacet_training.reports.wording import count, number, spread

if TYPE_CHECKING:
    from genfacet_training.reports.comparison import Change, Comparison

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_STYLES = {"better": "green", "worse": "bold red", "other": "cyan"}


@click.command(short_help="What got better and worse between two runs.")
@click.argument("first", metavar="A.json", type=_FILE)
@click.argument("second", metavar="B.json", type=_FILE)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(first: Path, second: Path, as_json: bool) -> None:
    """Say what got better and worse from A.json to B.json, and whether it is more than noise.

    Both are a report.json of `genfacet evaluate` or `genfacet simulate`. Figures are paired by query, source and
    metric. What cannot be compared is named with the reason.

    Ends with code 0 when nothing got worse by more than noise, 1 when something did, and 2 when a file is no report
    or nothing can be compared.
    """
    from genfacet_training.reports.comparison import compare  # here, because it imports numpy

    comparison = compare(read_report(first), read_report(second))
    if as_json:
        click.echo(json.dumps(comparison.as_json(), indent=2))
    else:
        _print(comparison, Console())
    if not comparison.changes:
        click.get_current_context().exit(FAILED)
    if comparison.with_outcome("worse"):
        click.get_current_context().exit(INCOMPLETE)


def _print(comparison: "Comparison", console: Console) -> None:
    found = comparison.with_outcome("worse", "better", "other")
    simulated = " (simulated)" if comparison.simulated else ""
    console.print(Text(_headline(comparison) + simulated, style="bold"), soft_wrap=True)
    if found:
        console.print(_table(found, f"More than noise{simulated}"))
    for title, sentences in (("Not compared", comparison.not_compared), ("Also different", comparison.notes)):
        if sentences:
            console.print(f"\n{title}")
            for sentence in sentences:
                console.print(Text(f"  {sentence}"), soft_wrap=True)


def _headline(comparison: "Comparison") -> str:
    if not comparison.changes:
        return "Nothing could be compared."
    outcomes = {o: len(comparison.with_outcome(o)) for o in ("better", "worse", "other", "noise", "same")}
    parts = [f"{outcomes['better']:,} better", f"{outcomes['worse']:,} worse"]
    if outcomes["other"]:
        parts.append(f"{outcomes['other']:,} different where neither way is better")
    still = outcomes["noise"] + outcomes["same"]
    compared = count(len(comparison.changes), "figure", "figures")
    return f"Of {compared} compared: {', '.join(parts)} by more than noise; {still:,} not ({outcomes['same']:,} equal)."


def _table(changes: list["Change"], title: str) -> Table:
    table = Table(title=title, title_justify="left")
    for name in ("", "source", "metric"):
        table.add_column(name)
    for name in ("A", "B", "B minus A (95 % interval)", "queries"):
        table.add_column(name, justify="right")
    order = {"worse": 0, "better": 1, "other": 2}
    for change in sorted(changes, key=lambda change: order[change.outcome]):
        unit = f" [{printable(change.unit, 40)}]" if change.unit else ""
        table.add_row(
            Text(change.outcome, style=_STYLES[change.outcome]),
            Text(printable(change.arm, 30)),
            Text(printable(change.label, 60) + unit),
            number(change.first),
            number(change.second),
            spread(change.difference, signed=True),
            _queries(change),
        )
    return table


def _queries(change: "Change") -> str:
    """How many queries stand behind it; those that one report alone measured are not among them."""
    if not change.paired:
        return "not paired"
    alone = change.only_first + change.only_second
    return f"{change.difference.n:,}" + (f" (+{alone:,} in one alone)" if alone else "")
