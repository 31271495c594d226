"""Looking ahead as a teacher: closed facets that bring shoppers nearer to first results, better queries by trying."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from genfacet.facets import Facet
from genfacet.memory.plan import Plan, PlanError, PlannedFacet, Rewrite
from genfacet.sources import View
from genfacet_training.evaluation.gold import look_ahead
from genfacet_training.evaluation.shop import Shop
from genfacet_training.teachers.betterqueries import better_query

WANTED = 50
"""First results that are taken to be wanted: nobody has judged them."""
REWRITES = 3


@dataclass(frozen=True)
class LookingAhead:
    """Needs no model: it tries facets and queries on the results themselves."""

    shop: Shop

    async def plans(self, view: View) -> Sequence[Plan]:
        """See ``Teacher``."""
        return [await asyncio.to_thread(self._plan, view.query or "")]

    def _plan(self, query: str) -> Plan:
        found = look_ahead(self.shop, query, self.shop.ranking(query, WANTED)[0])
        facets = tuple(
            PlannedFacet(facet.name, facet.label, tuple(value.value for value in facet.values))
            for facet in found.facets
        )
        if not facets:
            raise PlanError("no attribute splits the results")
        return Plan(query, facets, tuple(self._rewrites(query, found.facets)))

    def _rewrites(self, query: str, facets: Sequence[Facet]) -> Iterator[Rewrite]:
        """Better queries for the most frequent value of each facet."""
        for facet in facets[:REWRITES]:
            value = max(facet.values, key=lambda one: one.count or 0)
            better = better_query(self.shop, query, replace(facet, values=(value,)))
            if better is not None:
                yield Rewrite({facet.name: (value.value,)}, better)
