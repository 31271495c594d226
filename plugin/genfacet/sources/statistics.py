"""The best blend of statistics that is known here: what serves on day 0, and what models have to beat.

The score of an attribute is log-linear in a few figures of the probe. The weights are rounded from a listwise fit to
facets that experts chose; `tests/benchmarks/agreement.py` compares all sources on them. Contrast to the whole index is
no part of it: it brought nothing once coverage among the first results counts this much, because attributes of another
kind of product have none, and it would cost every audience an aggregation over the whole index.
"""

from collections.abc import Iterator, Sequence
from heapq import heappop, heappush
from math import exp

from genfacet.facets import Definition
from genfacet.probe import AttributeProbe
from genfacet.sources import View
from genfacet.sources.definitions import define, is_discrete
from genfacet.sources.ranking import Look, coverage, evenness, look_of, shown_parts, words

COVERAGE = 2.7
"""Exponent of the share of the first results that carry the attribute."""
REDUNDANT = 0.5
"""An attribute this alike to one that is already chosen is passed over."""
BEST = exp(1 + 0.5 + 0.9 + 0.8)
"""What `blend` makes of an attribute that all results carry and that has every other merit."""
DIMENSIONS = frozenset({"width", "height", "depth", "weight"})
"""Measures that every product has and that few shoppers choose by."""


class Statistics:
    """Coverage among the first results, an even split into few values, the query's own words; no two facets alike."""

    needs_background = False

    def propose(self, view: View, size: int, values: int) -> Sequence[Definition]:
        """See ``Source.propose``."""
        chosen: list[Look] = []
        found: list[Definition] = []
        for score, seen in _best_first(view, values):
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


def _best_first(view: View, values: int) -> Iterator[tuple[float, AttributeProbe]]:
    """All attributes by falling score, ties by name; those that too few results carry to matter are not scored."""
    waiting: list[tuple[float, str, AttributeProbe]] = []
    for seen in sorted(view.probe.attributes.values(), key=lambda seen: -seen.docs):
        best = coverage(seen, view) ** COVERAGE * BEST  # nothing from here on can score more
        while waiting and -waiting[0][0] > best:
            score, _, ready = heappop(waiting)
            yield -score, ready
        heappush(waiting, (-blend(seen, view, values), seen.attribute.name, seen))
    while waiting:
        score, _, ready = heappop(waiting)
        yield -score, ready


def blend(seen: AttributeProbe, view: View, values: int) -> float:
    """The score of an attribute; only the order of scores means something."""
    parts = [part for part in shown_parts(seen) if part > 0]
    discrete = is_discrete(seen, values)
    largest = max(parts, default=0.0) / (sum(parts) or 1.0)
    head = min(1.0, sum(docs for _, docs in seen.values[:values]) / seen.docs) if discrete else 1.0
    lists = sum("," in value for value, _ in seen.values) / (len(seen.values) or 1)
    label = words(seen.attribute.label)
    weight = (
        evenness(parts)
        + 0.5 * (1 - largest)
        + 0.9 * head
        + 0.8 * (not label.isdisjoint(words(view.query or "")))
        - 1.8 * lists
        - 2.0 * (not label.isdisjoint(DIMENSIONS))
    )
    return float(coverage(seen, view) ** COVERAGE) * exp(weight)


def _explain(score: float, seen: AttributeProbe, view: View) -> dict[str, float]:
    parts = [part for part in shown_parts(seen) if part > 0]
    return {"score": score, "coverage": coverage(seen, view), "evenness": evenness(parts)}


source = Statistics()
