"""Which source to choose, and why: the primary metric decides, and only where the difference is more than noise."""

from collections.abc import Sequence
from dataclasses import dataclass

from genfacet_training.reports.pairs import Figures, figures_by_query, paired_interval
from genfacet_training.reports.report import Interval, Metric, Report, printable
from genfacet_training.reports.wording import count, listing, number, spread, unit_of

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
    ranked = rank(report, metric) if metric else []
    if name is None or metric is None or not ranked:
        return Verdict(None, None, (), None, False, "Nothing was measured that could decide.", ())
    figures = figures_by_query(report, name)
    best = ranked[0]
    alike = tuple(arm for arm in ranked[1:] if not _beats(report, metric, figures, best, arm))
    choice = _choose(report, best, alike)
    verdict = Verdict(name, best, alike, choice, not alike, _headline(report, best, alike, choice, len(ranked)), ())
    return Verdict(**{**vars(verdict), "reasons": tuple(_reasons(report, metric, verdict, ranked))})


def rank(report: Report, metric: Metric) -> list[str]:
    """The arms that were measured, best mean first; where means are equal the baseline, then the order of the arms."""
    means = {arm: figure.mean for arm, figure in metric.arms.items() if figure.mean is not None}
    order = [report.baseline, *(arm for arm in report.arms if arm != report.baseline)]
    return sorted((arm for arm in order if arm in means), key=lambda arm: -metric.sign * means[arm])


def _beats(report: Report, metric: Metric, figures: Figures, best: str, other: str) -> bool:
    """Whether the lead of `best` over `other` is more than noise."""
    difference = _lead(report, metric, figures, best, other)
    if difference is not None:
        return difference.beyond_noise and metric.sign * (difference.mean or 0) > 0
    return _apart(metric.arms[best], metric.arms[other])


def _lead(report: Report, metric: Metric, figures: Figures, best: str, other: str) -> Interval | None:
    """Best minus other with its interval: as recorded where one is the baseline, else from the figures by query."""
    if other == report.baseline:
        return metric.differences.get(best)
    if best == report.baseline:
        difference = metric.differences.get(other)
        return _reversed(difference) if difference else None
    return paired_interval(figures.get(other, {}), figures.get(best, {}), report.seed)


def _reversed(figure: Interval) -> Interval:
    mean, low, high = (-x if x is not None else None for x in (figure.mean, figure.high, figure.low))
    return Interval(mean=mean, low=low, high=high, n=figure.n)


def _apart(first: Interval, second: Interval) -> bool:
    """Whether two intervals do not overlap: stricter than a paired difference, and all there is without pairs."""
    if first.low is None or first.high is None or second.low is None or second.high is None:
        return False
    return first.low > second.high or second.low > first.high


def _choose(report: Report, best: str, alike: Sequence[str]) -> str:
    """The best; among those not to be told apart from it the baseline, else the fastest that beats the baseline."""
    candidates = [best, *alike]
    if report.baseline in candidates:
        return report.baseline
    metric = report.metrics[report.primary or ""]
    candidates = [arm for arm in candidates if metric.change(arm) == "better"] or candidates
    timed = [arm for arm in candidates if arm in report.latency]
    return min(timed, key=lambda arm: report.latency[arm].median_ms) if timed else best


def _headline(report: Report, best: str, alike: Sequence[str], choice: str, measured: int) -> str:
    chosen, baseline = printable(choice, 60), printable(report.baseline, 60)
    if measured == 1:
        return f"Only {chosen} was measured: there is nothing to choose from."
    if not alike and best == report.baseline:
        return f"Keep {chosen}: the baseline is better than every other source, by more than noise."
    if not alike:
        return f"Choose {chosen}: it is better than every other source, by more than noise."
    if choice == report.baseline:
        others = [arm for arm in (best, *alike) if arm != report.baseline]
        return f"No winner: keep {chosen}, the baseline. The difference to {listing(others)} is not more than noise."
    why = "the fastest of those" if choice in report.latency else "the best mean"
    return (
        f"No single winner: {listing([best, *alike])} cannot be told apart. "
        f"Take {chosen}, {why}: {_over_baseline(report, choice)} {baseline}, the baseline."
    )


def _over_baseline(report: Report, arm: str) -> str:
    change = report.metrics[report.primary or ""].change(arm)
    if change == "better":
        return "it is better by more than noise than"
    return "it was not measured against" if change == "unknown" else "its lead is not more than noise over"


def _reasons(report: Report, metric: Metric, verdict: Verdict, ranked: Sequence[str]) -> list[str]:
    reasons = [_decisive(report, metric, verdict), _next_best(report, metric, verdict, ranked)]
    if verdict.choice and verdict.choice != report.baseline:
        reasons += [_others(report, verdict, "better"), _others(report, verdict, "worse")]
    reasons += [_latency(report, verdict), *_thin(metric, ranked)]
    return [reason for reason in reasons if reason]


def _decisive(report: Report, metric: Metric, verdict: Verdict) -> str:
    """The primary metric of the best arm against the baseline."""
    best, baseline = verdict.best or "", report.baseline
    label = printable(metric.label, 60) + unit_of(metric)
    text = f"{label}: {printable(best, 60)} {spread(metric.arms[best])}"
    if best == baseline:
        return text + ", the baseline."
    text += f", {printable(baseline, 60)} (baseline) {spread(metric.arms.get(baseline))}"
    difference = metric.differences.get(best)
    if difference is None or difference.mean is None:
        return text + "; the difference was not measured."
    noise = "more than noise" if difference.beyond_noise else "not more than noise"
    return f"{text}; difference {spread(difference, signed=True)}, {noise}."


def _next_best(report: Report, metric: Metric, verdict: Verdict, ranked: Sequence[str]) -> str:
    if len(ranked) < 2 or ranked[1] == report.baseline:
        return ""
    noise = "not more than noise" if ranked[1] in verdict.alike else "more than noise"
    lead = f"the lead of {printable(ranked[0], 60)} over it is {noise}"
    return f"Next best: {printable(ranked[1], 60)} {spread(metric.arms[ranked[1]])}; {lead}."


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
