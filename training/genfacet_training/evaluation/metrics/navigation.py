"""Navigation cost: how much an ideal shopper reads and clicks until the wanted document is in sight.

The shopper knows the document but not where it stands. On each page they read the first results; where it is not among
them, they read all values of the facets that are left and click the one that holds for the document and brings it
furthest up. They give up where none does, or when the clicks are used up. A facet that was clicked is done with
(its other values would widen), and a value without results is not shown any more.

The page after a click keeps the facets of the first one: it is a model of one answer, not of a session.
Cost alone makes giving up look cheap: a page without facets costs ten results. Read it with ``reached_rate``, or take
``mean_effort``, in which nobody gives up: where facets do not help (any more), the shopper reads on down the list.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from genfacet.facets import Facet
from genfacet.measures import Matches
from genfacet_training.evaluation.metrics.bits import bits_of, rank_in

IN_SIGHT = 10
"""Results that a shopper reads of one page."""

PATIENCE = 3
"""Clicks after which a shopper gives up."""


@dataclass(frozen=True, slots=True)
class Navigation:
    """The way to one document: what was read and clicked, and whether it led there.

    ``left`` results stand between giving up and the document, further down the list; all the rest of the list where it
    is not there at all.
    """

    reached: bool
    clicks: int
    scanned_values: int
    scanned_results: int
    left: int = 0

    @property
    def cost(self) -> int:
        """Clicks + values read + results read (actions; at least 1 on a page that shows anything)."""
        return self.clicks + self.scanned_values + self.scanned_results

    @property
    def effort(self) -> int:
        """The cost of a shopper who reads on instead of giving up (actions)."""
        return self.cost + self.left


@dataclass(frozen=True, slots=True)
class _Choice:
    """A value, and the results that it holds for as bits."""

    facet: str
    results: int


def navigate(
    ranking: Sequence[str],
    facets: Sequence[Facet],
    matches: Matches,
    targets: Iterable[str],
    in_sight: int = IN_SIGHT,
    patience: int = PATIENCE,
) -> dict[str, Navigation]:
    """The way to each target alone. ``ranking`` holds the ids of the first results, best first.

    A target that the ranking lacks cannot be reached. Facets with a selection are passed over, as their values widen.
    """
    places = {id_: place for place, id_ in enumerate(ranking)}
    offered = [facet for facet in facets if not any(value.selected for value in facet.values)]
    choices = [
        _Choice(facet.name, bits_of(matches.values.get((facet.name, value.value), ()), places))
        for facet in offered
        for value in facet.values
    ]
    everything = (1 << len(ranking)) - 1
    return {target: _walk(everything, choices, places.get(target), in_sight, patience) for target in targets}


def reached_rate(ways: Iterable[Navigation]) -> float | None:
    """Share of targets that were reached: Σ reached / n (0 to 1)."""
    seen = [float(way.reached) for way in ways]
    return fmean(seen) if seen else None


def mean_cost(ways: Iterable[Navigation]) -> float | None:
    """Mean cost of a target, reached or not: Σ cost / n (actions)."""
    costs = [way.cost for way in ways]
    return fmean(costs) if costs else None


def mean_effort(ways: Iterable[Navigation]) -> float | None:
    """Mean effort until a target is found, without giving up: Σ (cost + left) / n (actions).

    Without facets it is the target's mean rank, so that facets which take more reading than they save show.
    """
    efforts = [way.effort for way in ways]
    return fmean(efforts) if efforts else None


def _walk(results: int, choices: Sequence[_Choice], target: int | None, in_sight: int, patience: int) -> Navigation:
    read_values = read_results = clicks = 0
    while True:
        rank = rank_in(results, target)
        if rank is not None and rank <= in_sight:
            return Navigation(True, clicks, read_values, read_results + rank)
        read_results += min(in_sight, results.bit_count())
        if clicks == patience:
            break
        choices = [choice for choice in choices if choice.results & results]
        read_values += len(choices)
        best = _best(results, choices, target)
        if best is None:
            break
        clicks += 1
        results &= best.results
        choices = [choice for choice in choices if choice.facet != best.facet]
    shown = results.bit_count()
    left = (rank_in(results, target) or shown) - min(in_sight, shown)
    return Navigation(False, clicks, read_values, read_results, left)


def _best(results: int, choices: Sequence[_Choice], target: int | None) -> _Choice | None:
    """The first of the values that bring the target furthest up; None where none brings it up at all."""
    best, best_rank = None, rank_in(results, target)
    for choice in choices:
        rank = rank_in(results & choice.results, target)
        if rank is not None and best_rank is not None and rank < best_rank:
            best, best_rank = choice, rank
    return best
