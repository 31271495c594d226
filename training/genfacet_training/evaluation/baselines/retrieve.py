"""Retrieve and score over a closed vocabulary: the attributes whose meaning is nearest to the query.

After the design of arXiv 2605.16479 (retrieval of facets by embeddings, then a score of each); the embedding is the
catalogue's own, see ``embedding``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from genfacet.facets import Definition
from genfacet.probe import AttributeProbe
from genfacet.sources import View
from genfacet.sources.ranking import coverage, propose_ranked
from genfacet_training.evaluation.embedding import Embedding

RETRIEVED = 30
SHOWN = 4
"""Values whose words describe an attribute beside its label."""


@dataclass(frozen=True)
class Retrieve:
    """The nearest attributes by cosine, scored by similarity times the share of results that carry them."""

    embedding: Embedding
    needs_background = False

    def propose(self, view: View, size: int, values: int) -> Sequence[Definition]:
        """See ``Source.propose``."""
        names = list(view.probe.attributes)
        texts = [_describe(view.probe.attributes[name]) for name in names]
        near = dict(zip(names, self.embedding.similarities(view.query or "", texts), strict=True))
        retrieved = set(sorted(near, key=lambda name: (-near[name], name))[:RETRIEVED])

        def score(seen: AttributeProbe) -> float:
            name = seen.attribute.name
            return near[name] * coverage(seen, view) if name in retrieved else -1.0

        return propose_ranked("retrieve", view, score, size, values)


def _describe(seen: AttributeProbe) -> str:
    texts = [] if seen.is_numeric else [value for value, _ in seen.values[:SHOWN]]
    return " ".join([seen.attribute.label, *texts])
