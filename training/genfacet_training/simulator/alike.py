"""The A/A test: how often the kit itself sees a difference where there is none.

Both sides are the same arm and the same users with the same needs, but with other luck in every decision: with equal
luck there would be nothing to see.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from math import sqrt
from typing import Any

from genfacet_training.evaluation.bootstrap import ratio_difference

DRAWS = 1000
Row = Sequence[int]
"""Run, side, user, bought, facet pages, clicked pages, impressions, clicks: as `unit.Unit` has it."""
Sums = Sequence[int]
READ: dict[str, Callable[[Sums], tuple[float, float]]] = {
    "ucvr": lambda sums: (float(sums[0] > 0), 1.0),
    "facet_ctr_page": lambda sums: (float(sums[2]), float(sums[1])),
    "facet_ctr_event": lambda sums: (float(sums[4]), float(sums[3])),
}


def false_positives(rows: Iterable[Row], runs: int, seed: int) -> dict[str, dict[str, Any]]:
    """By metric: the share of runs whose interval of the difference excludes 0, which 5 % of them should."""
    users: dict[tuple[int, int], dict[int, list[int]]] = defaultdict(dict)
    for run, side, user, *counts in rows:
        sums = users[run, side].setdefault(user, [0] * len(counts))
        for place, count in enumerate(counts):
            sums[place] += count
    found = {}
    for metric, read in READ.items():
        hits = [_differs(users[run, 0], users[run, 1], read, seed + run) for run in range(runs)]
        found[metric] = _share(sum(hits), runs)
    return found


def _differs(
    ours: dict[int, list[int]], theirs: dict[int, list[int]], read: Callable[[Sums], tuple[float, float]], seed: int
) -> bool:
    difference = ratio_difference(
        {user: read(sums) for user, sums in ours.items()},
        {user: read(sums) for user, sums in theirs.items()},
        seed,
        DRAWS,
    )
    low, high = difference.low, difference.high
    return low is not None and high is not None and (low > 0 or high < 0)


def _share(hits: int, runs: int) -> dict[str, Any]:
    """A share with its 95 % Wilson interval."""
    if runs == 0:
        return {"mean": None, "low": None, "high": None, "n": 0}
    z, p = 1.96, hits / runs
    middle = (p + z * z / (2 * runs)) / (1 + z * z / runs)
    half = z / (1 + z * z / runs) * sqrt(p * (1 - p) / runs + z * z / (4 * runs * runs))
    return {"mean": p, "low": max(0.0, middle - half), "high": min(1.0, middle + half), "n": runs}
