"""The best blend of statistics that is known here: what serves on day 0, and what models have to beat.

The score of an attribute is log-linear in a few figures of the probe. The weights are rounded from a listwise fit to
facets that experts chose; `tests/benchmarks/agreement.py` compares all sources on them. Contrast to the whole index
brought nothing once coverage among the first results counts this much (attributes of another kind of product have
none), so it only breaks near-ties.
"""

from collections.abc import Sequence
from math import exp, log

from genfacet.facets import Definition
from genfacet.probe import AttributeProbe
from genfacet.sources import View
from genfacet.sources.definitions import define, is_discrete, usable_values
from genfacet.sources.ranking import coverage, evenness, jlh, likeness, shown_parts, words

COVERAGE = 2.7
"""Exponent of the share of the first results that carry the attribute."""
REDUNDANT = 0.5
"""An attribute this alike to one that is already chosen is passed over."""
DIMENSIONS = frozenset({"width", "height", "depth", "weight"})
"""Measures that every product has and that few shoppers choose by."""


class Statistics:
    """Coverage among the first results, an even split into few values, the query's own words; no two facets alike."""

    def propose(self, view: View, size: int, values: int) -> Sequence[Definition]:
        """See ``Source.propose``."""
        scored = [(blend(seen, view, values), seen) for seen in view.probe.attributes.values()]
        scored.sort(key=lambda pair: (-pair[0], pair[1].attribute.name))
        chosen: list[AttributeProbe] = []
        found: list[Definition] = []
        for score, seen in scored:
            if len(found) == size:
                break
            definition = define(seen, "statistics", values, _explain(score, seen, view))
            if definition is not None and all(likeness(seen, other) < REDUNDANT for other in chosen):
                chosen.append(seen)
                found.append(definition)
        return found


def blend(seen: AttributeProbe, view: View, values: int) -> float:
    """The score of an attribute; only the order of scores means something."""
    parts = [part for part in shown_parts(seen) if part > 0]
    discrete = is_discrete(seen, values)
    usable = usable_values(seen)
    largest = max(parts, default=0.0) / (sum(parts) or 1.0)
    head = min(1.0, sum(docs for _, docs in usable[:values]) / seen.docs) if discrete else 1.0
    texts = [value for value, _ in usable] if discrete and not seen.is_numeric else []
    lists = sum("," in value for value in texts) / (len(texts) or 1)
    label = words(seen.attribute.label)
    weight = (
        evenness(parts)
        + 0.5 * (1 - largest)
        + 0.9 * head
        + 0.8 * bool(label & words(view.query or ""))
        - 1.8 * lists
        - 2.0 * bool(label & DIMENSIONS)
        + 0.1 * log(1 + jlh(seen, view))
    )
    return float(coverage(seen, view) ** COVERAGE) * exp(weight)


def _explain(score: float, seen: AttributeProbe, view: View) -> dict[str, float]:
    parts = [part for part in shown_parts(seen) if part > 0]
    return {
        "score": score,
        "coverage": coverage(seen, view),
        "evenness": evenness(parts),
        "contrast": jlh(seen, view),
    }


source = Statistics()
