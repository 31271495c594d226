"""Brand first, price next, then the most even splits: what many shops settle on."""

from collections.abc import Sequence

from genfacet.facets import Definition
from genfacet.probe import AttributeProbe
from genfacet.sources import View
from genfacet.sources.ranking import entropy, propose_ranked, words

FIRST = (frozenset({"brand", "manufacturer"}), frozenset({"price"}))


class BrandFirst:
    """Attributes that are called brand, then price, then all others by the entropy of their values."""

    needs_background = False

    def propose(self, view: View, size: int, values: int) -> Sequence[Definition]:
        """See ``Source.propose``."""
        most = 64.0  # bits; no attribute splits a sample that evenly

        def score(seen: AttributeProbe) -> float:
            for place, names in enumerate(FIRST):
                if words(seen.attribute.label) <= names:
                    return most - place
            return entropy(seen, view.probe.sampled)

        return propose_ranked("brand_first", view, score, size, values)
