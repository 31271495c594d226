"""The default, which serves on day 0: the ranker's order, without facets that show the same thing twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from genfacet.facets import Definition
from genfacet.probe import AttributeProbe
from genfacet.sources import View
from genfacet.sources.definitions import define
from genfacet.sources.ranker import Weights, shipped_weights
from genfacet.sources.ranking import Look, coverage, evenness, look_of, shown_parts

REDUNDANT = 0.5
"""An attribute this alike to one that is already chosen is passed over."""


@dataclass(frozen=True)
class Statistics:
    """Attributes by learnt weights of their statistics; no two facets alike."""

    weights: Weights
    needs_background = False

    def propose(self, view: View, size: int, values: int) -> Sequence[Definition]:
        """See ``Source.propose``."""
        chosen: list[Look] = []
        found: list[Definition] = []
        for score, seen in self._best_first(view):
            if len(found) == size:
                break
            look = look_of(seen)
            if any(look.likeness(other) >= REDUNDANT for other in chosen):
                continue
            definition = define(seen, "statistics", values, _explain(score, seen, view))
            if definition is not None:
                chosen.append(look)
                found.append(definition)
        return found

    def _best_first(self, view: View) -> list[tuple[float, AttributeProbe]]:
        scored = [(self.weights.score(seen, view), seen) for seen in view.probe.attributes.values()]
        return sorted(scored, key=lambda pair: (-pair[0], pair[1].attribute.name))


def _explain(score: float, seen: AttributeProbe, view: View) -> dict[str, float]:
    parts = [part for part in shown_parts(seen) if part > 0]
    return {"score": score, "coverage": coverage(seen, view), "evenness": evenness(parts)}


def __getattr__(name: str) -> Any:
    """``source``, made when it is asked for: importing this module reads no file."""
    if name == "source":
        return Statistics(shipped_weights())
    raise AttributeError(name)
