"""Figures query by query: what one arm has more than another on the queries that both have."""

from collections.abc import Mapping
from dataclasses import dataclass

from genfacet_training.evaluation.bootstrap import paired_difference
from genfacet_training.reports.report import Interval, Report

Figures = Mapping[str, Mapping[str, float]]
"""The figures of one metric: arm, query, figure. Queries where it could not be measured are absent."""


@dataclass(frozen=True)
class Pairs:
    """Figures of the queries that both have, in order of the query, and how many queries only one of them has."""

    first: tuple[float, ...]
    second: tuple[float, ...]
    only_first: int
    only_second: int

    @property
    def differences(self) -> list[float]:
        """Second minus first; what differs only in the last bits of the arithmetic is equal."""
        return [round(b - a, 12) for a, b in zip(self.first, self.second, strict=True)]


def figures_by_query(report: Report, metric: str) -> Figures:
    """The figures of one metric by arm and query."""
    figures: dict[str, dict[str, float]] = {}
    for row in report.per_query:
        figure = row.figures.get(metric)
        if figure is not None:
            figures.setdefault(row.arm, {})[row.query] = figure
    return figures


def pair(first: Mapping[str, float], second: Mapping[str, float]) -> Pairs:
    """Pair figures by query."""
    both = sorted(first.keys() & second.keys())
    return Pairs(
        tuple(first[query] for query in both),
        tuple(second[query] for query in both),
        len(first) - len(both),
        len(second) - len(both),
    )


def paired_interval(first: Mapping[str, float], second: Mapping[str, float], seed: int) -> Interval | None:
    """Second minus first over the queries that both have, with its 95 % interval; None where they share none."""
    difference = paired_difference(second, first, seed)
    return Interval(**difference.as_json()) if difference.n else None
