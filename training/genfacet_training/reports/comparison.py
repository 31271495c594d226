"""Two reports side by side: what got better and worse, and whether it is more than noise.

Figures are paired by query, arm and metric. A difference is more than noise where its 95 % bootstrap interval leaves
out 0 and it survives Benjamini and Hochberg's step-up procedure over all comparisons (sign-flip p-values, at most
5 % of what is called more than noise is expected to be chance): two runs have hundreds of pairs of figures, and at
95 % alone a dozen of them would differ between twins. Source: Benjamini & Hochberg, J. R. Stat. Soc. B 57, 1995.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from genfacet_training.evaluation.bootstrap import mean_interval, sign_flip_p
from genfacet_training.reports.pairs import Figures, Pairs, figures_by_query, pair
from genfacet_training.reports.report import Better, Interval, Metric, Report, printable
from genfacet_training.reports.wording import count, listing

FALSE_DISCOVERIES = 0.05
SEED = 1
"""Seed of the resampling; the comparison of the same two files is always the same."""

SHOPPERS = ("click model", "layouts", "tastes", "days", "sessions")
"""Settings of a simulation that decide who its shoppers are."""

Outcome = Literal["better", "worse", "other", "noise", "same"]


@dataclass(frozen=True)
class Change:
    """One metric of one arm in both reports, in the metric's unit, over the `n` queries that both have.

    `outcome`: better or worse (more than noise), other (more than noise, neither way is better), noise, same (no
    query differs). `p` is None where the interval already says noise. `only_first` and
    `only_second` count queries that one report alone could measure. `paired` is false where there are no figures by
    query: then means and intervals of the reports are compared, and only intervals that do not overlap count.
    """

    metric: str
    label: str
    unit: str
    better: Better
    arm: str
    first: float
    second: float
    difference: Interval
    p: float | None
    only_first: int
    only_second: int
    paired: bool
    outcome: Outcome

    def as_json(self) -> dict[str, Any]:
        """As it stands in the answer of `genfacet compare --json`."""
        return {**asdict(self), "difference": self.difference.model_dump()}


@dataclass(frozen=True)
class Comparison:
    """All changes, what could not be compared and why, and what else differs between the runs, in sentences."""

    changes: tuple[Change, ...]
    not_compared: tuple[str, ...]
    notes: tuple[str, ...]
    simulated: bool

    def with_outcome(self, *outcomes: Outcome) -> list[Change]:
        """The changes of these outcomes, in the order of the metrics."""
        return [change for change in self.changes if change.outcome in outcomes]

    def as_json(self) -> dict[str, Any]:
        """The answer of `genfacet compare --json`."""
        return {
            "simulated": self.simulated,
            "changes": [change.as_json() for change in self.changes],
            "not_compared": list(self.not_compared),
            "notes": list(self.notes),
        }


def compare(first: Report, second: Report) -> Comparison:
    """Compare two reports; a change is second minus first."""
    simulated = first.is_simulated or second.is_simulated
    obstacle = _obstacle(first, second)
    if obstacle:
        return Comparison((), (obstacle,), tuple(_notes(first, second)), simulated)
    changes: list[Change] = []
    not_compared = list(_without_counterpart(first, second))
    for name in (name for name in first.metrics if name in second.metrics):
        found, missing = _compare_metric(first, second, name)
        changes += found
        not_compared += missing
    return Comparison(tuple(_decide(changes)), tuple(not_compared), tuple(_notes(first, second)), simulated)


def _obstacle(first: Report, second: Report) -> str | None:
    """Why nothing of two reports can be compared."""
    if first.index != second.index:
        one, other = printable(first.index, 80), printable(second.index, 80)
        return f"Nothing: the first is of the index {one}, the second of {other}."
    if first.kind != second.kind:
        return f"Nothing: the first is of kind {first.kind}, the second of kind {second.kind}."
    if first.kind == "simulation" and first.seed != second.seed:
        return f"Nothing: seeds {first.seed} and {second.seed} make other shoppers with other tastes."
    for name in SHOPPERS:
        one, other = (printable(report.settings.get(name, "unknown"), 60) for report in (first, second))
        if one != other:
            return f"Nothing: {name} {one} and {other} make other shoppers."
    return None


def _without_counterpart(first: Report, second: Report) -> Iterator[str]:
    """Arms and metrics that one report alone has."""
    for what, ours, theirs in (
        ("Arm", first.arms, second.arms),
        ("Metric", list(first.metrics), list(second.metrics)),
    ):
        for where, alone in (
            ("first", [name for name in ours if name not in theirs]),
            ("second", [name for name in theirs if name not in ours]),
        ):
            if alone:
                plural = "s" * (len(alone) > 1)
                yield f"{what}{plural} of the {where} report alone: {listing(alone, most=30)}."


def _compare_metric(first: Report, second: Report, name: str) -> tuple[list[Change], list[str]]:
    one, other = first.metrics[name], second.metrics[name]
    label = printable(other.label, 60)
    if (one.better, one.unit) != (other.better, other.unit):
        return [], [f"{label}: the reports measure it in another unit or direction."]
    ours, theirs = figures_by_query(first, name), figures_by_query(second, name)
    changes, missing = [], []
    for arm in (arm for arm in first.arms if arm in second.arms):
        change = _by_query(name, other, arm, ours, theirs) or _by_interval(name, one, other, arm)
        if change:
            changes.append(change)
        elif _measured(one, arm) or _measured(other, arm):
            missing.append(f"{label} of {printable(arm, 60)}: {_why(one, other, arm, ours, theirs)}.")
    return changes, missing


def _by_query(name: str, metric: Metric, arm: str, ours: Figures, theirs: Figures) -> Change | None:
    pairs = pair(ours.get(arm, {}), theirs.get(arm, {}))
    if not pairs.first:
        return None
    means, differences = (_mean(pairs.first), _mean(pairs.second)), pairs.differences
    if not any(differences):
        nothing = Interval(mean=0, low=0, high=0, n=len(differences))
        return _change(name, metric, arm, means, nothing, "same", pairs, None)
    interval = Interval(**mean_interval(differences, SEED).as_json())
    p = sign_flip_p(differences, SEED) if interval.beyond_noise else None
    return _change(name, metric, arm, means, interval, "noise" if p is None else _outcome(metric, interval), pairs, p)


def _by_interval(name: str, one: Metric, other: Metric, arm: str) -> Change | None:
    """Without figures by query: only intervals that do not overlap are more than noise, which asks for more."""
    ours, theirs = one.arms.get(arm), other.arms.get(arm)
    if ours is None or theirs is None or ours.mean is None or theirs.mean is None:
        return None
    if ours.low is None or ours.high is None or theirs.low is None or theirs.high is None:
        return None
    interval = Interval(
        mean=theirs.mean - ours.mean,
        low=theirs.low - ours.high,
        high=theirs.high - ours.low,
        n=min(ours.n, theirs.n),
    )
    outcome: Outcome = "same" if ours == theirs else _outcome(other, interval) if interval.beyond_noise else "noise"
    return _change(name, other, arm, (ours.mean, theirs.mean), interval, outcome, None, None)


def _change(
    name: str,
    metric: Metric,
    arm: str,
    means: tuple[float, float],
    interval: Interval,
    outcome: Outcome,
    pairs: Pairs | None,
    p: float | None,
) -> Change:
    return Change(
        metric=name,
        label=metric.label,
        unit=metric.unit,
        better=metric.better,
        arm=arm,
        first=means[0],
        second=means[1],
        difference=interval,
        p=p,
        only_first=pairs.only_first if pairs else 0,
        only_second=pairs.only_second if pairs else 0,
        paired=pairs is not None,
        outcome=outcome,
    )


def _outcome(metric: Metric, interval: Interval) -> Outcome:
    gain = metric.sign * (interval.mean or 0)
    return "better" if gain > 0 else "worse" if gain < 0 else "other"


def _decide(changes: Sequence[Change]) -> list[Change]:
    """Call noise what does not survive Benjamini and Hochberg over all comparisons by query."""
    tested = sum(change.paired and change.outcome != "same" for change in changes)
    ordered = sorted(change.p for change in changes if change.p is not None)
    passed = [p for place, p in enumerate(ordered, 1) if p <= FALSE_DISCOVERIES * place / tested]
    bound = max(passed, default=-1.0)
    return [replace(c, outcome="noise") if c.p is not None and c.p > bound else c for c in changes]


def _why(one: Metric, other: Metric, arm: str, ours: Figures, theirs: Figures) -> str:
    for where, metric in (("first", one), ("second", other)):
        if not _measured(metric, arm):
            return f"the {where} report has no figure"
    if ours.get(arm) and theirs.get(arm):
        return "the reports share no query"
    return "no interval, and no figures by query in both"


def _measured(metric: Metric, arm: str) -> bool:
    return arm in metric.arms and metric.arms[arm].mean is not None


def _notes(first: Report, second: Report) -> Iterator[str]:
    """What else differs, so that a change has more than one possible cause."""
    if first.kind == "evaluation" and first.seed != second.seed:
        yield f"The seeds differ ({first.seed}, {second.seed}): what they draw differs for this reason alone."
    if first.baseline != second.baseline:
        one, other = printable(first.baseline, 60), printable(second.baseline, 60)
        yield f"The baselines differ ({one}, {other}); arms are compared with themselves."
    for name in sorted(first.settings.keys() | second.settings.keys()):
        one, other = first.settings.get(name, "unknown"), second.settings.get(name, "unknown")
        if one != other:
            yield f"Setting {printable(name, 60)}: {printable(one, 60)}, then {printable(other, 60)}."
    for name in sorted(first.versions.keys() | second.versions.keys()):
        one, other = first.versions.get(name, "none"), second.versions.get(name, "none")
        if one != other:
            yield f"{printable(name, 60)}: {printable(one, 60)}, then {printable(other, 60)}."
    ours, theirs = ({row.query for row in report.per_query} for report in (first, second))
    for where, alone in (("first", ours - theirs), ("second", theirs - ours)):
        if alone:
            yield f"{count(len(alone), 'query', 'queries')} of the {where} report alone, left out."
    yield from _latencies(first, second)


def _latencies(first: Report, second: Report) -> Iterator[str]:
    for arm in (arm for arm in first.arms if arm in first.latency and arm in second.latency):
        one, other = first.latency[arm].median_ms, second.latency[arm].median_ms
        if abs(other - one) > 0.25 * max(one, other):
            yield f"Median page of {printable(arm, 60)}: {one:.1f} ms, then {other:.1f} ms (no interval)."


def _mean(figures: Iterable[float]) -> float:
    known = list(figures)
    return sum(known) / len(known)
