"""Query by query: where the chosen source wins against the baseline and where it loses, with what shoppers saw."""

from collections.abc import Mapping
from dataclasses import dataclass

from genfacet_training.reports.leads import rank
from genfacet_training.reports.pairs import figures_by_query
from genfacet_training.reports.report import Metric, QueryRow, Report
from genfacet_training.reports.verdict import Verdict

SHOWN = 10
"""Losers and winners that are shown side by side; the others are in a list that opens."""


@dataclass(frozen=True)
class Case:
    """One query: the difference (source minus baseline) where both were measured, and what each arm did."""

    query: str
    difference: float | None
    figures: Mapping[str, float]
    rows: Mapping[str, QueryRow]


@dataclass(frozen=True)
class Contrast:
    """A source against the baseline by one metric. `losers` are worst first, `winners` best first."""

    arm: str
    baseline: str
    metric: Metric
    arms: tuple[str, ...]
    """All arms in the order they are shown: the source and the baseline first."""
    losers: tuple[Case, ...]
    winners: tuple[Case, ...]
    others: tuple[Case, ...]
    differences: tuple[float, ...]


def contrast(report: Report, verdict: Verdict) -> Contrast | None:
    """Sort the queries; None where there is no other arm, or no figures by query."""
    name = _metric_by_query(report, verdict)
    arm = _opponent(report, verdict)
    if name is None or arm is None:
        return None
    metric = report.metrics[name]
    cases = _cases(report, name, arm)
    sign = metric.sign or 1
    compared = sorted(
        (case for case in cases if case.difference is not None), key=lambda case: sign * (case.difference or 0)
    )
    losers = [case for case in compared if sign * (case.difference or 0) < 0][:SHOWN]
    winners = [case for case in reversed(compared) if sign * (case.difference or 0) > 0][:SHOWN]
    shown = {case.query for case in (*losers, *winners)}
    others = [case for case in compared if case.query not in shown]
    others += [case for case in cases if case.difference is None]
    arms = (arm, report.baseline, *(other for other in report.arms if other not in (arm, report.baseline)))
    differences = tuple(case.difference for case in compared if case.difference is not None)
    return Contrast(arm, report.baseline, metric, arms, tuple(losers), tuple(winners), tuple(others), differences)


def _metric_by_query(report: Report, verdict: Verdict) -> str | None:
    """The primary metric, or where it has no figures by query the first that has."""
    known = {name for row in report.per_query for name, figure in row.figures.items() if figure is not None}
    names = [verdict.metric, *(name for name, metric in report.metrics.items() if metric.sign), *report.metrics]
    return next((name for name in names if name in known and name in report.metrics), None)


def _opponent(report: Report, verdict: Verdict) -> str | None:
    """The arm to set against the baseline: the chosen one, else the best or next best that is not the baseline."""
    metric = report.metrics.get(verdict.metric or "")
    wanted = [verdict.choice, *(rank(report, metric) if metric else []), *report.arms]
    return next((arm for arm in wanted if arm is not None and arm != report.baseline), None)


def _cases(report: Report, metric: str, arm: str) -> list[Case]:
    """Every query in the order of the alphabet."""
    figures = figures_by_query(report, metric)
    rows: dict[str, dict[str, QueryRow]] = {}
    for row in report.per_query:
        rows.setdefault(row.query, {})[row.arm] = row
    ours, theirs = figures.get(arm, {}), figures.get(report.baseline, {})
    return [
        Case(
            query,
            ours[query] - theirs[query] if query in ours and query in theirs else None,
            {other: known[query] for other, known in figures.items() if query in known},
            rows[query],
        )
        for query in sorted(rows)
    ]
