"""Which source to choose, and why: the primary metric decides, and only where the difference is more than noise."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from genfacet_training.reports.leads import Pick, beaten_by, pick, rank
from genfacet_training.reports.report import Metric, Report, printable
from genfacet_training.reports.wording import count, listing, number, spread, unit_of

DEAD_ENDS = ("dead_ends", "dead_end_rate")
"""Metrics that must be 0: an arm that leads shoppers to empty pages is chosen for no other merit."""
FULL = 0.9
"""An arm measured on less than this share of the queries of the arm with most is said to be so."""


@dataclass(frozen=True)
class Verdict:
    """What a reader should do: `choice` is None where nothing decides; `clear` says it beats all others beyond noise.

    `best` has the best mean of the primary metric; `alike` are the arms that cannot be told apart from it.
    """

    metric: str | None
    best: str | None
    alike: tuple[str, ...]
    choice: str | None
    clear: bool
    headline: str
    reasons: tuple[str, ...]


def judge(report: Report) -> Verdict:
    """Weigh the arms by the primary metric."""
    name = report.primary
    metric = report.metrics[name] if name else None
    everyone = rank(report, metric) if metric else []
    ranked = [arm for arm in everyone if not _leads_nowhere(report, arm)] or everyone
    if name is None or metric is None or not ranked:
        return Verdict(None, None, (), None, False, "Nothing was measured that could decide.", ())
    best = ranked[0]
    beaten = beaten_by(report, name, best, ranked[1:])
    alike = tuple(arm for arm in ranked[1:] if arm not in beaten)
    picked = _choose(report, metric, best, alike)
    verdict = Verdict(name, best, alike, picked.arm, not alike, _headline(report, best, alike, picked, len(ranked)), ())
    reasons = [*_reasons(report, metric, verdict, ranked, picked), *_dead_ends(report, everyone)]
    return replace(verdict, reasons=tuple(reasons))


def _leads_nowhere(report: Report, arm: str) -> float:
    """The greatest share of an arm's values that have no results."""
    figures = (report.metrics[name].arms.get(arm) for name in DEAD_ENDS if name in report.metrics)
    return max((figure.mean or 0.0 for figure in figures if figure), default=0.0)


def _dead_ends(report: Report, arms: Sequence[str]) -> list[str]:
    return [
        f"{printable(arm, 60)} is no choice: {100 * _leads_nowhere(report, arm):.1f} % dead ends, which must be 0."
        for arm in arms
        if _leads_nowhere(report, arm)
    ]


def _choose(report: Report, metric: Metric, best: str, alike: Sequence[str]) -> Pick:
    """The best; among those not to be told apart from it the baseline, else one that beats the baseline."""
    if report.baseline in (best, *alike):
        return Pick(report.baseline, "the baseline")
    return pick(report, best, [arm for arm in alike if metric.change(arm) == "better"])


def _headline(report: Report, best: str, alike: Sequence[str], picked: Pick, measured: int) -> str:
    chosen, baseline = printable(picked.arm, 60), printable(report.baseline, 60)
    if measured == 1:
        return f"Only {chosen} was measured: there is nothing to choose from."
    if not alike and best == report.baseline:
        return f"Keep {chosen}: the baseline is better than every other source, by more than noise."
    if not alike:
        return f"Choose {chosen}: it is better than every other source, by more than noise."
    if picked.arm == report.baseline:
        others = [arm for arm in (best, *alike) if arm != report.baseline]
        return f"No winner: keep {chosen}, the baseline. The difference to {listing(others)} is not more than noise."
    return (
        f"No single winner: {listing([best, *alike])} cannot be told apart. "
        f"Take {chosen}, {picked.why}: {_over_baseline(report, picked.arm)} {baseline}, the baseline."
    )


def _over_baseline(report: Report, arm: str) -> str:
    change = report.metrics[report.primary or ""].change(arm)
    if change == "better":
        return "it is better by more than noise than"
    return "it was not measured against" if change == "unknown" else "its lead is not more than noise over"


def _reasons(report: Report, metric: Metric, verdict: Verdict, ranked: Sequence[str], picked: Pick) -> list[str]:
    reasons = [_decisive(report, metric, verdict), _rival(report, metric, verdict, ranked), _tie(report, picked)]
    if verdict.choice and verdict.choice != report.baseline:
        reasons += [_others(report, verdict, "better"), _others(report, verdict, "worse")]
    reasons += [_latency(report, verdict), *_thin(metric, ranked)]
    return [reason for reason in reasons if reason]


def _decisive(report: Report, metric: Metric, verdict: Verdict) -> str:
    """The primary metric of the choice, or of the best where that is not the baseline, against the baseline."""
    arm = verdict.choice if verdict.choice != report.baseline else verdict.best
    label = printable(metric.label, 60) + unit_of(metric)
    text = f"{label}: {printable(arm or '', 60)} {spread(metric.arms[arm or ''])}"
    if arm == report.baseline:
        return text + ", the baseline."
    text += f", {printable(report.baseline, 60)} (baseline) {spread(metric.arms.get(report.baseline))}"
    difference = metric.differences.get(arm or "")
    if difference is None or difference.mean is None:
        return text + "; the difference was not measured."
    noise = "more than noise" if difference.beyond_noise else "not more than noise"
    return f"{text}; difference {spread(difference, signed=True)}, {noise}."


def _rival(report: Report, metric: Metric, verdict: Verdict, ranked: Sequence[str]) -> str:
    """The best mean where it is not the choice, else the next best."""
    if verdict.choice == report.baseline or len(ranked) < 2:
        return ""
    rival, place = (ranked[1], "Next best") if verdict.choice == ranked[0] else (ranked[0], "Best mean")
    if rival == report.baseline:
        return ""
    noise = "not more than noise" if verdict.choice != ranked[0] or rival in verdict.alike else "more than noise"
    return f"{place}: {printable(rival, 60)} {spread(metric.arms[rival])}; the difference is {noise}."


def _tie(report: Report, picked: Pick) -> str:
    """In which other metrics the choice is ahead of the best mean."""
    if not picked.ahead:
        return ""
    ahead, behind = (
        listing([report.metrics[name].label for name in names], most=8) for names in (picked.ahead, picked.behind)
    )
    trailing = f"; behind in {behind}" if picked.behind else "; behind nowhere"
    return f"{printable(picked.arm, 60)} is ahead of the best mean by more than noise in {ahead}{trailing}."


def _others(report: Report, verdict: Verdict, change: str) -> str:
    """What else the choice makes better or worse, beyond noise, than the baseline."""
    arm = verdict.choice or ""
    found = [
        f"{printable(metric.label, 60)} {number(metric.differences[arm].mean, signed=True)}"
        for name, metric in report.metrics.items()
        if name != verdict.metric and metric.change(arm) == change
    ]
    if not found:
        return (
            ""
            if change == "better"
            else f"No other metric is worse than {printable(report.baseline, 60)} by more than noise."
        )
    lead = "Also better" if change == "better" else "What it costs: worse"
    return f"{lead} than {printable(report.baseline, 60)} by more than noise: {'; '.join(found)}."


def _latency(report: Report, verdict: Verdict) -> str:
    latency = report.latency.get(verdict.choice or "")
    if latency is None:
        return ""
    took = f"{latency.median_ms:.1f} ms (median; 95 % within {latency.p95_ms:.1f} ms)"
    text = f"A page of {printable(verdict.choice or '', 60)} takes {took}"
    against = report.latency.get(report.baseline)
    if against is None or verdict.choice == report.baseline:
        return text + "."
    return f"{text}, of {printable(report.baseline, 60)} {against.median_ms:.1f} ms ({against.p95_ms:.1f} ms)."


def _thin(metric: Metric, ranked: Sequence[str]) -> list[str]:
    """Arms that were measured on fewer queries than others: their mean may be one of easier queries."""
    most = max(metric.arms[arm].n for arm in ranked)
    return [
        f"Beware: {printable(arm, 60)} was measured on {count(metric.arms[arm].n, 'case', 'cases')} of {most:,} only."
        for arm in ranked
        if metric.arms[arm].n < FULL * most
    ]
