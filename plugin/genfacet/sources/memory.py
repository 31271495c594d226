"""The memory as a source: open facets of plans for similar queries, where they execute and split.

It proposes nothing where no plan is near, or where the plan index cannot be asked.
"""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from genfacet.facets import Definition
from genfacet.memory.choosing import Candidate
from genfacet.memory.executing import execute
from genfacet.memory.lookup import Neighbour, lookup_request, read_neighbours
from genfacet.memory.stored import marks_of
from genfacet.planning import Plan
from genfacet.prompt import Proposed
from genfacet.sibling import Sibling
from genfacet.sources import View

INDEX = "genfacet-plans"


@dataclass(frozen=True)
class Memory:
    """Open facets of the plans in an index."""

    plan_index: str = INDEX
    needs_background = False
    needs_titles = True

    def propose(self, view: View, size: int, values: int) -> Sequence[Definition]:
        """Nothing: a view alone does not hold the plans, see ``consult``."""
        return ()

    def consult(self, view: View, plan: Plan, size: int, values: int) -> Generator[Sibling, Any, Sequence[Definition]]:
        """Asks for near plans, then executes their open facets in one request; at most ``size``, best first."""
        marks = marks_of(view.query, view.probe)
        answer: Mapping[str, Any] | None = yield lookup_request(self.plan_index, marks, plan.audience)
        candidates = open_candidates(read_neighbours(answer, marks))
        return (yield from execute(candidates, view, plan.base, plan.selections, "memory", size))


def open_candidates(neighbours: Sequence[Neighbour]) -> list[Candidate]:
    """The open facets of near plans; a plan's nearness speaks for all of its facets, less for later ones."""
    return [
        Candidate(Proposed(facet.name, facet.label or "", facet.values), near.nearness - 0.02 * place)
        for near in neighbours
        for place, facet in enumerate(facet for facet in near.stored.plan.facets if facet.is_open)
    ]


source = Memory()
