"""Sources that ask more than the probe says."""

from collections.abc import Generator, Sequence
from typing import Any, Protocol, runtime_checkable

from genfacet.facets import Definition
from genfacet.generation import Generation
from genfacet.planning import Plan
from genfacet.sibling import Sibling
from genfacet.sources import View


@runtime_checkable
class Consulting(Protocol):
    """A source that yields siblings and questions to the student, and is sent their answers before it proposes."""

    def consult(
        self, view: View, plan: Plan, size: int, values: int
    ) -> Generator[Sibling | Generation, Any, Sequence[Definition]]:
        """At most ``size`` facets of at most ``values`` values each, best first."""
