"""The student as a source: open facets that it writes for a query's results, where they execute and split.

It is not asked where it could not help: for a product code, or for a page of results. What is late comes back without
the lines that are missing; the work goes on, and serves the next request.
"""

import re
from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from genfacet.facets import Definition
from genfacet.generation import Generated, facets_generation
from genfacet.memory.choosing import Candidate
from genfacet.memory.executing import execute
from genfacet.planning import Plan
from genfacet.prompt import Reading, candidates_of, facet_prompt, read_facets
from genfacet.sources import View
from genfacet.sources.ranker import Weights, ranked_attributes, shipped_weights

MERIT = 0.6
"""What speaks for a facet of the student before it is executed; the nearness of a near plan is of this size."""
GENERIC = 0.3
"""How much of it a label loses that the student says everywhere."""
FEWEST_RESULTS = 12
"""Fewer results than this are read faster than split."""
PATIENCE = 0.7
"""Share of the deadline that is waited for the student: counting its facets takes the rest."""
_CODE = re.compile(r"(?=\S*[0-9])(?=\S*[a-z])[a-z0-9./-]{5,}")


@dataclass(frozen=True)
class StudentSource:
    """Open facets of the student, its candidates in the order of the ranker's weights."""

    weights: Weights
    samples: int = 0
    needs_background = False
    needs_titles = True

    def propose(self, view: View, size: int, values: int) -> Sequence[Definition]:
        """Nothing: a view alone has no words of its own, see ``consult``."""
        return ()

    def consult(self, view: View, plan: Plan, size: int, values: int) -> Generator[Any, Any, Sequence[Definition]]:
        """Asks the student, then executes its open facets in one request; at most ``size``, best first."""
        if not is_worth_asking(view):
            return ()
        prompt = facet_prompt(view.query, view.probe, candidates_of(ranked_attributes(view, self.weights)))
        generated: Generated = yield facets_generation(prompt, patience_s(plan), self.samples)
        readings = [read_facets(prompt, text) for text in generated.texts]
        view.refused.update(dict.fromkeys((part for one in readings for part in one.rejected), "it cannot be read"))
        candidates = open_candidates(readings)
        found = yield from execute(candidates, view, plan.base, plan.selections, "student", size)
        return [replace(definition, model=generated.model) for definition in found]


def open_candidates(readings: Sequence[Reading], common: Mapping[str, float] | None = None) -> list[Candidate]:
    """The open facets of several answers, the first being the likeliest: what more of them say has more merit.

    ``common`` is the share (0 to 1) of queries for which a label is said: what is said everywhere says nothing.
    """
    said = Counter(facet.label for reading in readings for facet in reading.facets if facet.is_open)
    return [
        Candidate(
            facet,
            MERIT
            + 0.1 * said[facet.label] / len(readings)
            - 0.01 * min(place, 5)
            - GENERIC * (common or {}).get(facet.label, 0.0),
        )
        for place, reading in enumerate(readings)
        for facet in reading.facets
        if facet.is_open
    ]


def is_worth_asking(view: View) -> bool:
    """Whether a query has results to be split, and is no product code."""
    return view.probe.total >= FEWEST_RESULTS and not _CODE.fullmatch((view.query or "").strip().casefold())


def patience_s(plan: Plan) -> float:
    """Seconds that a search may wait for the student."""
    return PATIENCE * (plan.request.deadline_ms or 0) / 1000


def __getattr__(name: str) -> Any:
    """``source``, made when it is asked for: importing this module reads no file."""
    if name == "source":
        return StudentSource(shipped_weights())
    raise AttributeError(name)
