"""Readable ranges of numbers: bounds that people would choose, placed so that they split the results."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from genfacet.values import Range

_STEPS = (Decimal(1), Decimal("0.5"), Decimal("0.25"), Decimal("0.2"), Decimal("0.1"))


def split(quantiles: Sequence[float], whole: bool = False) -> list[Range]:
    """Half-open ranges that cover all numbers, bounded near the inner quantiles.

    ``quantiles`` are increasing; the outermost ones tell the spread, the inner ones are where to cut. Fewer ranges,
    or none, come back where numbers crowd at few points. ``whole`` numbers are cut at whole numbers.
    """
    if len(quantiles) < 3 or quantiles[0] == quantiles[-1]:
        return []
    spread = quantiles[-1] - quantiles[0]
    bounds: list[Decimal] = []
    for before, cut, after in zip(quantiles, quantiles[1:], quantiles[2:], strict=False):
        gap = min((g for g in (cut - before, after - cut) if g > 0), default=spread)
        bound = readable(cut, gap / 3)
        if whole:
            bound = bound.to_integral_value(ROUND_HALF_UP)
        if quantiles[0] < bound <= quantiles[-1] and (not bounds or bound > bounds[-1]):
            bounds.append(bound)
    if not bounds:
        return []
    return [Range(low, high) for low, high in pairwise([None, *bounds, None])]


def readable(number: float, tolerance: float) -> Decimal:
    """The roundest number within ``tolerance`` of ``number``: as few digits as will do, 1, 5, 25 and 2 preferred."""
    exact = Decimal(repr(number))
    if tolerance <= 0:
        return exact.normalize()
    magnitude = Decimal(10) ** (max(exact.copy_abs(), Decimal(repr(tolerance))).adjusted() + 1)
    while True:
        for step in _STEPS:
            unit = magnitude * step
            rounded = (exact / unit).to_integral_value() * unit
            if abs(rounded - exact) <= Decimal(repr(tolerance)):
                return Decimal(f"{rounded.normalize():f}")
        magnitude /= 10


def range_label(span: Range, unit: str) -> str:
    """What shoppers read: "under 50", "50 to 100", "100 and up", with the unit where there is one."""
    tail = f" {unit}" if unit else ""
    if span.low is None:
        return f"under {span.high:,f}{tail}"
    if span.high is None:
        return f"{span.low:,f}{tail} and up"
    return f"{span.low:,f} to {span.high:,f}{tail}"
