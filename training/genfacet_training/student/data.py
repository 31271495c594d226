"""The training set: samples of plans, and of queries made of the catalogue that near plans and looking ahead answer.

An open facet written for one query serves its neighbours wherever it executes and splits; so a few thousand plans are
tens of thousands of executed samples.
"""

import random
from collections.abc import Container, Iterator
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from typing import Any

from genfacet.facets import Definition, Facet, FacetValue
from genfacet.memory.plan import Plan, PlannedFacet, Rewrite
from genfacet.sources import View
from genfacet.sources.ranker import Weights
from genfacet.sources.statistics import Statistics
from genfacet_training.evaluation.shop import Shop
from genfacet_training.student.lessons import Variant, facet_sample, rewrite_samples
from genfacet_training.student.queries import MadeQuery
from genfacet_training.student.recall import Recalled, recall
from genfacet_training.student.samples import Sample
from genfacet_training.teachers.betterqueries import better_query

FEWEST_RESULTS = 10
"""Results below which a made query is not worth a facet."""
CLOSED = 3
"""Closed facets of an answer to a made query."""
REWRITES = 2
"""Rewrites that are looked for, for each made query."""
FIRST = 1.1
"""Score from which an open facet is asked before the closed ones."""
WEIGHT = 0.6
"""How much the loss of a sample counts that no expert wrote."""
VARIANTS = (Variant(), Variant(), Variant(shuffled=True, changed=True))


@dataclass(frozen=True)
class Maker:
    """Makes samples in one shop. ``held_out`` are queries of which nothing may be in a training set."""

    shop: Shop
    weights: Weights
    plan_index: str
    held_out: Container[str]
    seed: int

    def of_plan(self, plan: Plan) -> list[Sample]:
        """The samples of an expert's plan, in several variants: with and without a near plan. Raises ShopError."""
        view = self.shop.view(plan.query)
        recalled = recall(self.shop, view, self.plan_index, lambda query: query == plan.query or query in self.held_out)
        origin = Sample("facets", "", "", plan.query, self.shop.index, "plans", "plan")
        drawing = self._drawing(plan.query)
        return list(self._samples(plan, view, recalled, origin, drawing))

    def of_query(self, query: MadeQuery) -> list[Sample]:
        """The samples of a made query; none where it is held out, or its results leave nothing to choose."""
        if query.text in self.held_out:
            return []
        view = self.shop.view(query.text)
        if view.probe.total < FEWEST_RESULTS:
            return []
        drawing = self._drawing(query.text)
        recalled = recall(self.shop, view, self.plan_index, lambda other: other in self.held_out)
        facets = self._facets(view, recalled)
        if not facets:
            return []
        rewrites = tuple(self._rewrites(query.text, facets, drawing))
        plan = Plan(query.text, tuple(map(_planned, facets)), rewrites)
        origin = Sample("facets", "", "", query.text, self.shop.index, "neighbours", query.origin, WEIGHT)
        samples = list(self._samples(plan, view, recalled, origin, drawing))
        kept = drawing.sample(samples[: len(samples) - len(rewrites)], 1) if len(samples) > len(rewrites) else []
        return [*kept, *(replace(one, teacher="look-ahead") for one in samples if one.task == "rewrite")]

    def _samples(
        self, plan: Plan, view: View, recalled: Recalled, origin: Sample, drawing: random.Random
    ) -> Iterator[Sample]:
        for place, variant in enumerate(VARIANTS):
            near = recalled.near if place == 1 or (place == 2 and drawing.random() < 0.5) else None
            sample = facet_sample(plan, view, self.weights, near, variant, drawing, origin)
            if sample is not None:
                yield sample
        yield from rewrite_samples(plan, view, self.shop.catalog, origin)

    def _facets(self, view: View, recalled: Recalled) -> list[Definition]:
        """What is worth asking: the ranker's closed facets, open ones of near plans before or after the first."""
        closed = list(Statistics(self.weights).propose(view, CLOSED, 6))
        for place, facet in enumerate(recalled.facets):
            closed.insert(place if facet.explanation["score"] >= FIRST else place + 1, facet)
        return closed if recalled.facets else []

    def _rewrites(self, query: str, facets: list[Definition], drawing: random.Random) -> Iterator[Rewrite]:
        """Better queries for some of the values, those of open facets first."""
        values = [(facet, value) for facet in facets for value in facet.values]
        drawing.shuffle(values)
        values.sort(key=lambda pair: pair[0].kind != "open")
        found = 0
        for facet, value in values[: 3 * REWRITES]:
            shown = Facet(facet.name, facet.label, facet.kind, "", "", (FacetValue(value, value, None),))
            better = better_query(self.shop, query, shown) if found < REWRITES else None
            if better is not None:
                found += 1
                yield Rewrite({facet.name: (value,)}, better)

    def _drawing(self, query: str) -> random.Random:
        """Chance that depends on the query alone, so that an interrupted run goes on as it began."""
        return random.Random(sha256(f"{self.seed} {query}".encode("utf-8", "surrogatepass")).digest())  # noqa: S311


def as_part(samples: list[Sample]) -> list[dict[str, Any]]:
    """Samples as JSON, for the file of finished parts."""
    return [asdict(sample) for sample in samples]


def _planned(definition: Definition) -> PlannedFacet:
    return PlannedFacet(definition.name, definition.label, definition.values)
