"""Sources that are bad on purpose: a kit that does not tell them from good ones is no use."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from genfacet.catalog import Catalog
from genfacet.facets import Definition
from genfacet.probe import AttributeProbe
from genfacet.sources import View
from genfacet.sources.definitions import define
from genfacet.sources.ranking import propose_ranked
from genfacet_training.evaluation.documents import Document
from genfacet_training.evaluation.probes import look

SAME = 3


@dataclass(frozen=True)
class RandomFacets:
    """Any attributes of the results, in an order drawn from seed, query and name."""

    seed: int
    needs_background = False

    def propose(self, view: View, size: int, values: int) -> Sequence[Definition]:
        """See ``Source.propose``."""

        def score(seen: AttributeProbe) -> float:
            text = f"{self.seed}\n{view.query}\n{seen.attribute.name}"
            return int.from_bytes(sha256(text.encode()).digest()[:6]) / 2**48

        return propose_ranked("random", view, score, size, values)


@dataclass(frozen=True)
class SameFacets:
    """The three attributes that most of the catalogue carries, with its most frequent values, whatever is asked."""

    seen: tuple[AttributeProbe, ...]
    needs_background = False

    @classmethod
    def of(cls, sample: Sequence[Document], catalog: Catalog) -> "SameFacets":
        """The facets of a catalogue, by a sample of it."""
        return cls(tuple(sorted(look(sample, catalog).values(), key=lambda seen: (-seen.docs, seen.attribute.name))))

    def propose(self, view: View, size: int, values: int) -> Sequence[Definition]:
        """See ``Source.propose``."""
        found: list[Definition] = []
        for seen in self.seen:
            definition = define(seen, "popular", values)
            if definition is not None:
                found.append(definition)
            if len(found) == min(size, SAME):
                break
        return found
