"""Closed facets in the ranker's order and open ones of near plans, in one list."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import Any

from genfacet.facets import Definition
from genfacet.generation import Generation
from genfacet.planning import Plan
from genfacet.sibling import Sibling
from genfacet.sources import Source, View
from genfacet.sources.consulting import Consulting
from genfacet.sources.memory import Memory
from genfacet.values import read_open

FIRST = 1.1
"""Score from which an open facet stands before the closed ones: experts put one first in a third of their plans."""


@dataclass(frozen=True)
class Together:
    """The closed facets of one source, with open ones of another that asks for more than the probe says.

    Where that one has none, ``else_`` is asked.
    """

    closed: Source
    open_: Consulting = field(default_factory=Memory)
    else_: Consulting | None = None
    needs_background = False
    needs_titles = True

    def propose(self, view: View, size: int, values: int) -> Sequence[Definition]:
        """The closed facets alone, see ``consult``."""
        return self.closed.propose(view, size, values)

    def consult(
        self, view: View, plan: Plan, size: int, values: int
    ) -> Generator[Sibling | Generation, Any, Sequence[Definition]]:
        """Both, the most useful first; see ``Consulting``."""
        found = yield from self.open_.consult(view, plan, size, values)
        if not found and self.else_ is not None:
            found = yield from self.else_.consult(view, plan, size, values)
        closed = self.closed.propose(view, size, values)
        new = [facet for facet in found if not _is_told(facet, closed, view)]
        return merged(closed, new, size)


def merged(closed: Sequence[Definition], open_: Sequence[Definition], size: int) -> list[Definition]:
    """One list: a good open facet before the first closed one, another after it; at most ``size``."""
    found = list(closed)
    for place, facet in enumerate(open_):
        found.insert(2 * place + (facet.explanation.get("score", 0.0) < FIRST), facet)
    return found[:size]


def _is_told(facet: Definition, closed: Sequence[Definition], view: View) -> bool:
    """Whether an open facet only says the values of a closed one again, in the same words."""
    same = next((other.label for other in closed if _repeats(facet, other)), None)
    if same is not None:
        view.refused.setdefault(facet.label, f"it repeats {same!r}")
    return same is not None


def _repeats(facet: Definition, closed: Definition) -> bool:
    """Whether each value of an open facet is one of the closed facet's, by its own name."""
    for value in facet.values:
        meaning = read_open(value)
        [constraint, *others] = meaning.constraints or [None]
        if others or constraint is None or constraint.name != closed.name or len(constraint.alternatives) != 1:
            return False
        if constraint.alternatives[0].casefold() not in meaning.words.casefold():
            return False
    return True


def __getattr__(name: str) -> Any:
    """``source``, made when it is asked for: importing this module reads no file."""
    if name == "source":
        from genfacet.sources.statistics import source as statistics

        return Together(statistics)
    raise AttributeError(name)
