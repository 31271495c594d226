"""Facets by document frequency: the attributes that most of the results carry. What most shops do."""

from collections.abc import Sequence

from genfacet.facets import Definition
from genfacet.probe import AttributeProbe
from genfacet.sources import View
from genfacet.sources.ranking import propose_ranked


class Count:
    """Ranks attributes by the number of sampled results that carry them."""

    needs_background = False

    def propose(self, view: View, size: int, values: int) -> Sequence[Definition]:
        """See ``Source.propose``."""

        def score(seen: AttributeProbe) -> float:
            return seen.docs / max(view.probe.sampled, 1)

        return propose_ranked("count", view, score, size, values)


source = Count()
