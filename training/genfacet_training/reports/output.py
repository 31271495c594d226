"""Where a report goes: a file for machines, a page for people, and the terminal."""

from pathlib import Path
from typing import Any

import orjson
from rich.console import Console

from genfacet_training.reports.page import write_page
from genfacet_training.reports.report import Report, check_report
from genfacet_training.reports.terminal import print_report


def write_report(content: dict[str, Any], stem: Path) -> Report:
    """Writes STEM.json and STEM.html; raises ReportError where the content is no report."""
    stem.with_suffix(".json").write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2))
    report = check_report(content)
    write_page(report, stem.with_suffix(".html"))
    return report


def show_report(report: Report, stem: Path) -> None:
    """Prints the tables of a report, and where its page is."""
    console = Console()
    print_report(report, console)
    console.print(f"{stem.with_suffix('.html')} shows it with plots.", markup=False, highlight=False)
