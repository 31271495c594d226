"""How sure a mean is: seeded bootstrap intervals, and a permutation test for paired differences.

The unit that is drawn is what is independent of the others: a query or a shopper, never a page of one. Values are
sorted before anything is drawn, so that the same values and seed give the same numbers, in whatever order workers
brought them. Percentile intervals: Efron & Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from math import fsum, isfinite
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

DRAWS = 2_000
FLIPS = 10_000
LEVEL = 0.95
EXACT_UNITS = 13
"""Up to this many units all 2^n signs are tried, which is fewer than `FLIPS`."""
BLOCK = 1_000_000
"""Cells that are drawn at once: 8 MB."""

Floats = NDArray[np.float64]
Fraction = tuple[float, float]
"""Numerator and denominator of one unit: a shopper's clicks and impressions."""
Unit = TypeVar("Unit")


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over ``n`` units and its 95 % interval.

    ``mean`` is None for no unit, and for a ratio whose denominators sum to 0; ``low`` and ``high`` are None where the
    units say nothing about the spread: fewer than two.
    """

    mean: float | None
    low: float | None
    high: float | None
    n: int

    def as_json(self) -> dict[str, Any]:
        """The interval as it stands in report.json."""
        return asdict(self)


def mean_interval(values: Iterable[float | None], seed: int, draws: int = DRAWS) -> Interval:
    """The mean of the units' values and its interval, in their unit; None values are left out and not in ``n``.

    Raises ValueError for values that are not finite.
    """
    known = np.sort(_floats(value for value in values if value is not None))
    if known.size == 0:
        return Interval(None, None, None, 0)
    return _interval(_mean(known), known.size, lambda places: known[places].mean(axis=1), seed, draws)


def ratio_interval(units: Iterable[Fraction], seed: int, draws: int = DRAWS) -> Interval:
    """Σ numerators / Σ denominators, such as a click-through rate, with whole units drawn.

    Draws whose denominators sum to 0 have no ratio and are left out. Raises ValueError for values that are not finite.
    """
    table = _table(units)
    return _interval(_ratio(table), len(table), lambda places: _ratios(_sums(table, places)), seed, draws)


def paired_difference(
    ours: Mapping[Unit, float | None], theirs: Mapping[Unit, float | None], seed: int, draws: int = DRAWS
) -> Interval:
    """Mean of ours - theirs over the units that have a value in both, and its interval, in their unit."""
    return mean_interval(differences(ours, theirs), seed, draws)


def ratio_difference(
    ours: Mapping[Unit, Fraction], theirs: Mapping[Unit, Fraction], seed: int, draws: int = DRAWS
) -> Interval:
    """Ratio of ours - ratio of theirs over the units that both have; a unit is drawn in both arms at once."""
    table = _table((*ours[unit], *theirs[unit]) for unit in ours if unit in theirs)
    one, other = _ratio(table[:, :2]), _ratio(table[:, 2:])
    observed = None if one is None or other is None else one - other

    def statistics(places: NDArray[np.int64]) -> Floats:
        sums = _sums(table, places)
        return _ratios(sums[:, :2]) - _ratios(sums[:, 2:])

    return _interval(observed, len(table), statistics, seed, draws)


def differences(ours: Mapping[Unit, float | None], theirs: Mapping[Unit, float | None]) -> list[float]:
    """Ours - theirs of every unit that has a value in both."""
    pairs = ((mine, theirs.get(unit)) for unit, mine in ours.items())
    return [mine - other for mine, other in pairs if mine is not None and other is not None]


def sign_flip_p(paired: Iterable[float], seed: int, flips: int = FLIPS) -> float | None:
    """Two-sided p-value (0 to 1) that paired differences come from arms that are alike; None for no pair.

    If they were alike, each difference could as well have the other sign: p is the share of sign patterns whose mean
    is at least as far from 0. All patterns are tried for up to 13 pairs, else ``flips`` drawn ones and the observed
    one. Source: Fisher's randomisation test; Smucker, Allan & Carterette, CIKM 2007.
    """
    known = np.sort(_floats(paired))
    if known.size == 0:
        return None
    # Sums of the same numbers in another order differ in the last bits and must still count as equal.
    bound = abs(fsum(known)) - 1e-12 * float(np.abs(known).sum())
    if known.size <= EXACT_UNITS:
        patterns = np.arange(2**known.size)[:, None] >> np.arange(known.size) & 1
        return float((np.abs((1 - 2 * patterns) @ known) >= bound).mean())
    random = np.random.default_rng(seed)
    far = 0
    for rows in _blocks(flips, known.size):
        signs = 1 - 2 * random.integers(0, 2, size=(rows, known.size), dtype=np.int8)
        far += int((np.abs(signs @ known) >= bound).sum())
    return (1 + far) / (1 + flips)


def _interval(
    observed: float | None, n: int, statistics: Callable[[NDArray[np.int64]], Floats], seed: int, draws: int
) -> Interval:
    if observed is None or n < 2:
        return Interval(observed, None, None, n)
    random = np.random.default_rng(seed)
    drawn = np.concatenate([statistics(random.integers(0, n, size=(rows, n))) for rows in _blocks(draws, n)])
    drawn = drawn[np.isfinite(drawn)]
    if drawn.size == 0:
        return Interval(observed, None, None, n)
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(observed, float(low), float(high), n)


def _mean(known: Floats) -> float:
    return fsum(known) / known.size


def _ratio(table: Floats) -> float | None:
    below = fsum(table[:, 1])
    return fsum(table[:, 0]) / below if below else None


def _sums(table: Floats, places: NDArray[np.int64]) -> Floats:
    """The sums of each draw's rows; shapes (units, numbers) and (draws, units) to (draws, numbers).

    Counting how often each row was drawn is four times as fast as gathering them. einsum adds in one order on every
    machine, a matrix product of BLAS need not.
    """
    draws, units = places.shape
    shifted = places + np.arange(draws)[:, None] * units
    counts = np.bincount(shifted.ravel(), minlength=draws * units).reshape(draws, units)
    sums: Floats = np.einsum("du,un->dn", counts, table)
    return sums


def _ratios(sums: Floats) -> Floats:
    """Numerator / denominator of each row; NaN where the denominator is 0. Shape (draws, 2) to (draws,)."""
    ratios = np.full(len(sums), np.nan)
    np.divide(sums[:, 0], sums[:, 1], out=ratios, where=sums[:, 1] != 0)
    return ratios


def _table(units: Iterable[tuple[float, ...]]) -> Floats:
    """The units as sorted rows; shape (units, numbers of one)."""
    rows = sorted(units)
    return _floats(number for row in rows for number in row).reshape(len(rows), -1 if rows else 4)


def _floats(values: Iterable[float]) -> Floats:
    known = list(values)
    if not all(map(isfinite, known)):
        raise ValueError("a value is not a finite number")
    return np.array(known, dtype=np.float64)


def _blocks(draws: int, n: int) -> list[int]:
    """The numbers of draws that are made at once."""
    rows = max(1, BLOCK // n)
    whole, rest = divmod(draws, rows)
    return [rows] * whole + [rest] * bool(rest)
