"""Facets by how evenly their values divide the results."""

from collections.abc import Sequence

from genfacet.facets import Definition
from genfacet.probe import AttributeProbe
from genfacet.sources import View
from genfacet.sources.ranking import entropy, propose_ranked


class Entropy:
    """Ranks attributes by the entropy of their values; results without the attribute are a value of their own."""

    needs_background = False

    def propose(self, view: View, size: int, values: int) -> Sequence[Definition]:
        """See ``Source.propose``."""

        def score(seen: AttributeProbe) -> float:
            return entropy(seen, view.probe.sampled)

        return propose_ranked("entropy", view, score, size, values)


source = Entropy()
