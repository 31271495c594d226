"""Whether one arm of a report beats another by more than noise."""

from collections.abc import Sequence
from dataclasses import dataclass

from genfacet_training.reports.pairs import Figures, figures_by_query, paired_interval
from genfacet_training.reports.report import FEWEST, Interval, Metric, Report, printable

FASTER = 0.8
"""A source that takes less than this share of another's time is called faster."""


def rank(report: Report, metric: Metric) -> list[str]:
    """The arms that were measured, best mean first; where means are equal the baseline, then the order of the arms."""
    means = {arm: figure.mean for arm, figure in metric.arms.items() if figure.mean is not None}
    order = [report.baseline, *(arm for arm in report.arms if arm != report.baseline)]
    return sorted((arm for arm in order if arm in means), key=lambda arm: -metric.sign * means[arm])


def beaten_by(report: Report, name: str, best: str, among: Sequence[str]) -> frozenset[str]:
    """Those of `among` that `best` beats by more than noise in this metric."""
    figures = figures_by_query(report, name)
    return frozenset(arm for arm in among if _ahead(report, report.metrics[name], figures, best, arm) > 0)


def _ahead(report: Report, metric: Metric, figures: Figures, ours: str, theirs: str) -> int:
    """1 where ours is ahead of theirs by more than noise, -1 where it is behind, else 0."""
    one, other = metric.arms.get(ours), metric.arms.get(theirs)
    if one is None or other is None or one.mean is None or other.mean is None:
        return 0
    lead = _recorded(report, metric, ours, theirs)
    if lead is None and _is_unit(figures, ours, one) and _is_unit(figures, theirs, other):
        lead = paired_interval(figures[theirs], figures[ours], report.seed)
    if lead is None:
        return _direction(metric, one.mean - other.mean) if _apart(one, other) else 0
    return _direction(metric, lead.mean or 0) if lead.beyond_noise else 0


def _direction(metric: Metric, difference: float) -> int:
    gain = metric.sign * difference
    return 1 if gain > 0 else -1 if gain < 0 else 0


def _recorded(report: Report, metric: Metric, ours: str, theirs: str) -> Interval | None:
    """Ours minus theirs as the report has it, where one of them is the baseline."""
    if theirs == report.baseline:
        return metric.differences.get(ours)
    if ours == report.baseline and theirs in metric.differences:
        found = metric.differences[theirs]
        mean, low, high = (-x if x is not None else None for x in (found.mean, found.high, found.low))
        return Interval(mean=mean, low=low, high=high, n=found.n)
    return None


def _is_unit(figures: Figures, arm: str, figure: Interval) -> bool:
    """Whether the query is what was counted: of shoppers, the figures by query are another mean than the report's."""
    return len(figures.get(arm, {})) == figure.n > 0


def _apart(first: Interval, second: Interval) -> bool:
    """Whether two intervals do not overlap: stricter than a paired difference, and all there is without pairs."""
    if first.low is None or first.high is None or second.low is None or second.high is None:
        return False
    return min(first.n, second.n) >= FEWEST and (first.low > second.high or second.low > first.high)


@dataclass(frozen=True)
class Pick:
    """Which of several arms that the primary metric cannot tell apart to take, and why, as the end of a sentence."""

    arm: str
    why: str
    ahead: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()


def pick(report: Report, best: str, candidates: Sequence[str]) -> Pick:
    """Break a tie: the arm that is ahead of the best mean in most of the other metrics, else a much faster one.

    `ahead` and `behind` name metrics in which the picked arm differs from the best mean by more than noise.
    """
    others = [arm for arm in candidates if arm != best]
    places: dict[str, dict[int, list[str]]] = {arm: {1: [], 0: [], -1: []} for arm in others}
    for name, metric in report.metrics.items():
        if metric.sign and name != report.primary:
            figures = figures_by_query(report, name)
            for arm in others:
                places[arm][_ahead(report, metric, figures, arm, best)].append(name)
    why = f"ahead of {printable(best, 60)} in more of the other metrics"
    found = [Pick(arm, why, tuple(place[1]), tuple(place[-1])) for arm, place in places.items()]
    leader = max(found, key=lambda pick: len(pick.ahead) - len(pick.behind), default=None)
    if leader and len(leader.ahead) > len(leader.behind):
        return leader
    return _fastest(report, best, [pick.arm for pick in found if len(pick.ahead) == len(pick.behind)])


def _fastest(report: Report, best: str, equals: Sequence[str]) -> Pick:
    timed = [arm for arm in equals if arm in report.latency]
    if best in report.latency and timed:
        arm = min(timed, key=lambda arm: report.latency[arm].median_ms)
        if report.latency[arm].median_ms < FASTER * report.latency[best].median_ms:
            return Pick(arm, "the fastest of those")
    return Pick(best, "the best mean")
