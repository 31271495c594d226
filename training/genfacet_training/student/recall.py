"""What a memory would answer to a query while its own plan is forgotten: the neighbours that a student learns from."""

from collections.abc import Callable
from dataclasses import dataclass

from genfacet.facets import Definition
from genfacet.memory.executing import OPEN, execute
from genfacet.memory.lookup import Neighbour, lookup_request, read_neighbours
from genfacet.memory.stored import marks_of
from genfacet.prompt import Near, Proposed
from genfacet.sources import View
from genfacet.sources.memory import open_candidates
from genfacet_training.evaluation.shop import Shop

AUDIENCE = ""


@dataclass(frozen=True)
class Recalled:
    """Near plans, the nearest first, and the open facets of theirs that hold for a query, best first."""

    neighbours: tuple[Neighbour, ...]
    facets: tuple[Definition, ...]

    @property
    def near(self) -> Near | None:
        """The nearest plan with open facets as a prompt shows it."""
        for one in self.neighbours:
            facets = [f for f in one.stored.plan.facets if f.is_open]
            if facets:
                shown = tuple(Proposed(f.name, f.label or f.name, f.values) for f in facets)
                return Near(one.stored.plan.query, shown)
        return None


def recall(shop: Shop, view: View, plan_index: str, forgotten: Callable[[str], bool]) -> Recalled:
    """What the plans in an index say of a view, those for ``forgotten`` queries left out; raises ShopError."""
    marks = marks_of(view.query, view.probe)
    found = read_neighbours(shop.ask(lookup_request(plan_index, marks, AUDIENCE)), marks)
    neighbours = [one for one in found if not forgotten(one.stored.plan.query)]
    search = shop.search(view.query or "")
    facets = shop.drive(execute(open_candidates(neighbours), view, search, {}, "memory", OPEN))
    return Recalled(tuple(neighbours), tuple(facets))
