"""Proof of a plan by executing it: every value finds something and leaves something out, every rewrite finds better.

A rewrite is proved where more of its first results satisfy the selection than of the original query's.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from genfacet.clauses import UnknownValueError, kind_of, value_clause
from genfacet.facets import Facet, FacetValue
from genfacet.memory.plan import Plan, PlannedFacet, Rewrite
from genfacet_training.evaluation.shop import Shop

LEAST = {True: 2, False: 1}
"""Fewest results of a value, open ones and closed ones: an open value that one product meets is a name for it."""
FEWEST = {True: 1, False: 2}
"""Fewest values of a facet that hold, open ones and closed ones."""
NO_RESULTS = "the query finds nothing"
FIRST = 10
"""Results of a rewrite that count."""
LOOKED_AT = 200
"""Results that are fetched for it, so that ties across the tenth place are seen."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What execution disproves, in one sentence: a value of a facet, a rewrite, or else the whole plan."""

    text: str
    value: tuple[str, str] | None = None
    rewrite: Rewrite | None = None

    @property
    def kind(self) -> str:
        """What it is that does not hold."""
        return "rewrite" if self.rewrite is not None else "value" if self.value is not None else "query"

    def __str__(self) -> str:
        return self.text


def pruned(shop: Shop, plan: Plan) -> tuple[Plan | None, list[Problem]]:
    """What of a plan holds, None where no facet does, and what does not. Raises ShopError.

    A closed facet needs two values that hold, an open one a single one.
    """
    found = list(problems(shop, plan))
    gone = {problem.value for problem in found}
    if Problem(NO_RESULTS) in found:
        return None, found
    facets = []
    for facet in plan.facets:
        values = tuple(value for value in facet.values if (facet.name, value) not in gone)
        if len(values) >= FEWEST[facet.is_open]:
            facets.append(replace(facet, values=values))
    failed = [problem.rewrite for problem in found if problem.rewrite is not None]
    rewrites = tuple(rewrite for rewrite in plan.rewrites if rewrite not in failed)
    return (replace(plan, facets=tuple(facets), rewrites=rewrites) if facets else None), found


def problems(shop: Shop, plan: Plan) -> Iterator[Problem]:
    """All that execution disproves; nothing for a plan that holds. Raises ShopError."""
    _, total = shop.ranking(plan.query, 1)
    if not total:
        yield Problem(NO_RESULTS)
        return
    facets = []
    for planned in plan.facets:
        refused = list(_inexpressible(shop, planned))
        yield from refused
        values = {problem.value for problem in refused}
        sound = tuple(value for value in planned.values if (planned.name, value) not in values)
        if sound:
            facets.append(_facet(shop, replace(planned, values=sound)))
    counts = shop.counts(plan.query, facets)
    for facet in facets:
        least = LEAST[facet.kind == "open"]
        for value in facet.values:
            count = counts[facet.name, value.value]
            if count < least or count == total:
                text = f"{facet.name}={value.value} finds {count:,} of {total:,} results"
                yield Problem(text, (facet.name, value.value))
    for rewrite in plan.rewrites:
        yield from _unproved(shop, plan, rewrite)


def _inexpressible(shop: Shop, planned: PlannedFacet) -> Iterator[Problem]:
    for value in planned.values:
        try:
            value_clause(planned.name, value, shop.catalog)
        except UnknownValueError as error:
            yield Problem(f"{planned.name}={value} means nothing here: {error}", (planned.name, value))


def _facet(shop: Shop, planned: PlannedFacet) -> Facet:
    values = tuple(FacetValue(value, value, None) for value in planned.values)
    kind = kind_of(planned.name, planned.values[0], shop.catalog)
    return Facet(planned.name, planned.label or planned.name, kind, "plan", "", values)


def _unproved(shop: Shop, plan: Plan, rewrite: Rewrite) -> Iterator[Problem]:
    selected = [PlannedFacet(name, name, values) for name, values in rewrite.selected.items()]
    refused = [problem for planned in selected for problem in _inexpressible(shop, planned)]
    if refused:
        yield from (replace(problem, value=None, rewrite=rewrite) for problem in refused)
        return
    chosen = [_facet(shop, planned) for planned in selected]
    before, after = (satisfied(shop, query, chosen) for query in (plan.query, rewrite.query))
    if after <= before:
        times = f"{after:.1f} times in {FIRST}, the query {before:.1f}"
        yield Problem(f"the rewrite {rewrite.query!r} satisfies its selection {times}", rewrite=rewrite)


def satisfied(shop: Shop, query: str, chosen: list[Facet]) -> float:
    """How many of a query's first results meet a value of each of the facets (0 to `FIRST`).

    Results of equal score could stand in any order, so that each of them counts by its chance to be among the first.
    """
    matches = shop.matches(query, chosen, LOOKED_AT)
    met = [frozenset[str]().union(*(matches.values[facet.name, v.value] for v in facet.values)) for facet in chosen]
    good = matches.results.intersection(*met)
    return expected(((id_ in good, score) for id_, score in shop.scored(query, LOOKED_AT)), FIRST)


def expected(ranked: Iterable[tuple[bool, float]], places: int) -> float:
    """The expected number of good ones in the first places, ties of the score drawn at random; best score first."""
    found = 0.0
    for _, tied in groupby(ranked, key=lambda pair: pair[1]):
        group = [good for good, _ in tied]
        found += sum(group) * min(len(group), places) / len(group)
        places -= len(group)
        if places <= 0:
            break
    return found
