"""What is read from the outcomes of an A/B test: every figure is a ratio of sums over users."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from genfacet_training.evaluation.bootstrap import Fraction
from genfacet_training.simulator.outcome import Outcome

Rows = Sequence[Outcome]
Curves = Mapping[str, Sequence[float]]
"""Examination by layout and place, relative to the first place."""


@dataclass(frozen=True)
class Measure:
    """A figure: numerator and denominator of one user's sessions; ``exposed``: among users who saw facets only."""

    name: str
    label: str
    unit: str
    better: str
    about: str
    fraction: Callable[[Rows], Fraction]
    exposed: bool = False


PRIMARY = "ucvr"


def _converted(rows: Rows) -> Fraction:
    return (float(any(row.bought for row in rows)), 1.0)


def _sums(top: Callable[[Outcome], float], bottom: Callable[[Outcome], float]) -> Callable[[Rows], Fraction]:
    return lambda rows: (float(sum(map(top, rows))), float(sum(map(bottom, rows))))


def _debiased(curves: Curves) -> Callable[[Outcome], float]:
    def clicks(row: Outcome) -> float:
        curve = curves.get(row.layout) or [1.0]
        return sum(1 / curve[min(place, len(curve) - 1)] for place in row.places)

    return clicks


def measures(curves: Curves) -> tuple[Measure, ...]:
    """All figures; ``curves`` are the fitted ones."""
    return (
        Measure(PRIMARY, "Conversion (UCVR)", "share", "higher", "Simulated users with an order / users.", _converted),
        Measure(
            "ucvr_exposed",
            "Conversion of exposed users",
            "share",
            "higher",
            "Users with an order / users, among those who saw facets in every simulated arm that has any.",
            _converted,
            exposed=True,
        ),
        Measure(
            "orders_per_user",
            "Orders per user",
            "orders",
            "higher",
            "Simulated orders / users.",
            lambda rows: (float(sum(row.bought for row in rows)), 1.0),
        ),
        Measure(
            "facet_ctr_event",
            "Facet CTR (event)",
            "share",
            "higher",
            "Simulated clicks on facets / facets shown.",
            _sums(lambda row: row.selections, lambda row: row.impressions),
        ),
        Measure(
            "facet_ctr_page",
            "Facet CTR (page)",
            "share",
            "higher",
            "Simulated pages with a click on a facet / pages with facets.",
            _sums(lambda row: row.clicked_pages, lambda row: row.facet_pages),
        ),
        Measure(
            "facet_ctr_debiased",
            "Facet CTR, position-debiased",
            "ratio",
            "higher",
            "Clicks, each divided by the fitted examination of its place (first place = 1) / facets shown.",
            _sums(_debiased(curves), lambda row: row.impressions),
        ),
        Measure(
            "clicks_to_purchase",
            "Clicks to purchase",
            "clicks",
            "lower",
            "All clicks of sessions that end in an order / orders; read it beside conversion.",
            _sums(lambda row: row.clicks * row.bought, lambda row: row.bought),
        ),
        Measure(
            "scanned_to_purchase",
            "Scanned to purchase",
            "items",
            "lower",
            "Facets and results looked at in sessions that end in an order / orders; read it beside conversion.",
            _sums(lambda row: row.scanned * row.bought, lambda row: row.bought),
        ),
        Measure(
            "hr_30",
            "HR@30",
            "share",
            "higher",
            "Sessions whose last page has the wanted product among its first 30 results / sessions.",
            _sums(lambda row: row.found, lambda _: 1),
        ),
        Measure(
            "zero_result_rate",
            "Zero-result pages",
            "share",
            "lower",
            "Pages without any result / pages.",
            _sums(lambda row: row.zero_pages, lambda row: row.pages),
        ),
        Measure(
            "dead_end_rate",
            "Dead ends",
            "share",
            "lower",
            "Selections that led to no result / selections; it must be 0.",
            _sums(lambda row: row.dead_ends, lambda row: row.selections),
        ),
        Measure(
            "wrong_selection_rate",
            "Misleading selections",
            "share",
            "lower",
            "Selections that exclude the wanted product / selections.",
            _sums(lambda row: row.wrong, lambda row: row.selections),
        ),
        Measure(
            "failed_rate",
            "Failed sessions",
            "share",
            "lower",
            "Sessions that ended because a search failed / sessions.",
            _sums(lambda row: row.failed, lambda _: 1),
        ),
    )
