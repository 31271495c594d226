"""Facets by contrast: attributes that the results carry far more often than the whole index does."""

from collections.abc import Sequence

from genfacet.facets import Definition
from genfacet.probe import AttributeProbe
from genfacet.sources import View
from genfacet.sources.ranking import jlh, propose_ranked


class Significant:
    """Ranks attributes by the JLH score of their presence, foreground against background."""

    needs_background = True

    def propose(self, view: View, size: int, values: int) -> Sequence[Definition]:
        """See ``Source.propose``."""

        def score(seen: AttributeProbe) -> float:
            return jlh(seen, view)

        return propose_ranked("significant", view, score, size, values)


source = Significant()
