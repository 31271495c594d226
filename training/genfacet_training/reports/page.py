"""The page: report.html in one file, without scripts and without anything from elsewhere.

Queries and catalogues are hostile text: the template escapes everything, control characters are replaced, each text
is isolated from the reading direction around it, and a content policy forbids scripts and requests.
"""

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, StrictUndefined, Template

from genfacet_training.reports import wording
from genfacet_training.reports.contrast import Contrast, contrast
from genfacet_training.reports.leads import rank
from genfacet_training.reports.plots import (
    Plot,
    differences_plot,
    examination_plot,
    latency_plot,
    metric_plot,
)
from genfacet_training.reports.report import Metric, Report, printable
from genfacet_training.reports.verdict import Verdict, judge

MANY = 500
"""Above this many queries the list of all others names facets without their values, so that the page stays loadable."""
LONGEST = 4_000
"""Most characters of the command and of the plan."""


def write_page(report: Report, file: Path) -> None:
    """Write report.html; the same report gives the same bytes."""
    file.write_text(render_page(report), encoding="utf-8")


def render_page(report: Report) -> str:
    """The page as HTML."""
    verdict = judge(report)
    against = contrast(report, verdict)
    return _template().render(
        report=report,
        verdict=verdict,
        primary=report.metrics.get(verdict.metric or ""),
        ranked=_ranked(report, verdict),
        groups=_groups(report),
        latency_plot=_latency(report, verdict),
        contrast=against,
        differences_plot=_differences(report, against),
        examination={name: examination_plot(report, name, curves) for name, curves in report.examination.items()},
        problems=_problems(report),
        stages=sorted(report.stages.items(), key=lambda stage: -stage[1]),
        brief=against is not None and len(against.others) > MANY,
    )


def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    filters: dict[str, Callable[..., str]] = {
        "shown": printable,
        "long": lambda text: printable(text, LONGEST),
        "number": wording.number,
        "spread": wording.spread,
        "seconds": wording.seconds,
        "unit": wording.unit_of,
        "direction": wording.direction,
    }
    environment.filters |= filters
    return environment.from_string(files(__package__).joinpath("report.html.j2").read_text(encoding="utf-8"))


def _ranked(report: Report, verdict: Verdict) -> list[str]:
    """The arms by the primary metric; those that were not measured last."""
    metric = report.metrics.get(verdict.metric or "")
    measured = rank(report, metric) if metric else []
    return [*measured, *(arm for arm in report.arms if arm not in measured)]


def _groups(report: Report) -> dict[str, list[tuple[Metric, Plot]]]:
    """Metrics that were measured, by group in the order of the report."""
    measured = [m for m in report.metrics.values() if any(figure.mean is not None for figure in m.arms.values())]
    groups: dict[str, list[tuple[Metric, Plot]]] = {}
    for metric in measured:
        groups.setdefault(printable(metric.group, 60), []).append((metric, metric_plot(report, metric)))
    return groups


def _latency(report: Report, verdict: Verdict) -> Plot | None:
    metric = report.metrics.get(verdict.metric or "")
    return latency_plot(report, metric) if metric else None


def _differences(report: Report, against: Contrast | None) -> Plot | None:
    if against is None or not against.differences:
        return None
    title = (
        f"{printable(against.metric.label, 60)}, {printable(against.arm, 60)} minus {printable(against.baseline, 60)}"
    )
    return differences_plot(report, against.metric, title, against.differences)


def _problems(report: Report) -> list[tuple[str, str, int]]:
    """Where, what and how often: what the run counted first, then problems of arms that are not in its counts."""
    counted: dict[tuple[str, str], int] = {}
    for row in report.per_query:
        if row.problem is not None and f"{row.arm}: {row.problem}" not in report.queries.problems:
            counted[row.arm, row.problem] = counted.get((row.arm, row.problem), 0) + 1
    ofarms = sorted(((arm, what, n) for (arm, what), n in counted.items()), key=lambda found: (-found[2], found))
    return [("run", what, n) for what, n in sorted(report.queries.problems.items())] + ofarms
