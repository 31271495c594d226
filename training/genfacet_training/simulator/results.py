"""From the parts of a simulation to its report.json."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import median, quantiles
from typing import Any

from genfacet_training.evaluation.arms import Arm
from genfacet_training.simulator.abtest import TEST, by_arm_and_user, compare
from genfacet_training.simulator.alike import false_positives
from genfacet_training.simulator.examination import fit
from genfacet_training.simulator.layouts import SCREEN, Layout
from genfacet_training.simulator.measures import PRIMARY, Measure, measures
from genfacet_training.simulator.outcome import Outcome, read_outcome
from genfacet_training.simulator.storefront import SHOWN_FACETS

Parts = Mapping[str, Mapping[str, Any]]
"""What came out by query: `unit.as_part`."""


def summarise(
    parts: Parts,
    arms: Sequence[str],
    layouts: Sequence[Layout],
    seed: int,
    horizon: int,
    runs: int = 0,
    repeated: Arm | None = None,
) -> dict[str, Any]:
    """All of report.json that follows from the parts; the first arm is the baseline, ``repeated`` that of A/A runs."""
    rows = {query: [read_outcome(row) for row in part["outcomes"]] for query, part in parts.items()}
    curves = _fitted(parts, layouts)
    chosen = measures(curves)
    everything = [row for found in rows.values() for row in found]
    metrics = compare(by_arm_and_user(everything), arms, arms[0], chosen, seed)
    rates = false_positives((row for part in parts.values() for row in part["alike"]), runs, seed) if repeated else {}
    return {
        "baseline": arms[0],
        "metrics": metrics | (_alike_metrics(rates, repeated.name) if repeated else {}),
        "per_query": [line for query in rows for line in _per_query(query, rows[query], parts[query], arms, chosen)],
        "latency": _latency(parts),
        "examination": {layout.name: _examination(layout, curves.get(layout.name, [])) for layout in layouts},
        "plan": {"test": TEST, "horizon": horizon, "primary": PRIMARY},
        "bots": _bots(everything, arms[0]),
        "aa": {"runs": runs, "level": 0.05, "arm": repeated and repeated.name, "false_positives": rates},
    }


def _fitted(parts: Parts, layouts: Sequence[Layout]) -> dict[str, list[float]]:
    counts: dict[str, dict[tuple[str, int], tuple[int, int]]] = defaultdict(dict)
    for part in parts.values():
        for layout, item, place, shown, clicked in part["places"]:
            counts[layout][item, place] = (shown, clicked)
    return {layout.name: fit(counts[layout.name]) for layout in layouts}


def _examination(layout: Layout, fitted: Sequence[float]) -> dict[str, Any]:
    """The true curves and the fitted one, which is known up to a factor: it begins where the true one does."""
    true = layout.facets[:SHOWN_FACETS]
    return {
        "facets": list(true),
        "results": list(layout.results[:SCREEN]),
        "fitted": {"facets": [probability * true[0] for probability in fitted[:SHOWN_FACETS]]},
    }


def _per_query(
    query: str, rows: Sequence[Outcome], part: Mapping[str, Any], arms: Sequence[str], chosen: Iterable[Measure]
) -> Iterator[dict[str, Any]]:
    by_arm = by_arm_and_user(rows)
    for arm in arms:
        users = by_arm.get(arm, {})
        figures = {measure.name: _ratio(users, measure) for measure in chosen if not measure.exposed}
        reasons = (reason for reason in part["problems"] if not part["outcomes"] or reason.startswith(f"{arm}:"))
        yield {
            "query": query,
            "arm": arm,
            "figures": figures,
            "facets": part["facets"].get(arm, []),
            "problem": next(reasons, None),
        }


def _ratio(users: Mapping[int, Sequence[Outcome]], measure: Measure) -> float | None:
    fractions = [measure.fraction(rows) for rows in users.values()]
    below = sum(bottom for _, bottom in fractions)
    return sum(top for top, _ in fractions) / below if below else None


def _latency(parts: Parts) -> dict[str, dict[str, float]]:
    times: dict[str, list[float]] = defaultdict(list)
    for part in parts.values():
        for arm, found in part["milliseconds"].items():
            times[arm] += found
    return {
        # inclusive, because the other method goes beyond the longest time where there are few
        arm: {
            "median_ms": median(found),
            "p95_ms": quantiles(found, n=20, method="inclusive")[-1] if len(found) > 1 else found[0],
        }
        for arm, found in times.items()
    }


def _bots(rows: Iterable[Outcome], arm: str) -> dict[str, int]:
    """Sessions of programs in one arm, and how well haste tells them from people; they are in no other figure."""
    counted = Counter((row.bot, row.flagged) for row in rows if row.arm == arm)
    return {
        "sessions": counted[1, 0] + counted[1, 1],
        "flagged": counted[1, 1],
        "people_flagged": counted[0, 1],
        "people": counted[0, 0] + counted[0, 1],
    }


def _alike_metrics(found: Mapping[str, Mapping[str, Any]], arm: str) -> dict[str, dict[str, Any]]:
    return {
        f"aa_{metric}": {
            "label": f"A/A false positives: {metric}",
            "unit": "share",
            "better": "neither",
            "group": "check of the kit",
            "about": "Share of A/A runs (same arm, same users, other luck) whose interval excludes 0; 5 % should.",
            "arms": {arm: dict(share)},
            "differences": {},
        }
        for metric, share in found.items()
    }


def count_problems(judged: Mapping[str, int], parts: Parts) -> dict[str, int]:
    """Everything that was set aside, by reason."""
    counted = Counter(judged)
    for part in parts.values():
        counted.update(part["problems"])
    return {reason: count for reason, count in sorted(counted.items()) if count}
