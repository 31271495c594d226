"""The best blend of statistics that is known here: what serves on day 0, and what models have to beat."""

from collections.abc import Sequence

from genfacet.facets import Definition
from genfacet.probe import AttributeProbe
from genfacet.sources import View
from genfacet.sources.ranking import coverage, entropy, jlh, propose_ranked


class Statistics:
    """Coverage among the first results, contrast to the whole index, and an even split, in one score."""

    def propose(self, view: View, size: int, values: int) -> Sequence[Definition]:
        """See ``Source.propose``."""

        def score(seen: AttributeProbe) -> float:
            return coverage(seen, view) * entropy(seen, view.probe.sampled) * (1 + jlh(seen, view)) ** 0.5

        return propose_ranked("statistics", view, score, size, values)


source = Statistics()
