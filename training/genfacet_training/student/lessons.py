"""From a plan to samples: prompts rendered by the runtime's own code over the real results, in several variants."""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from genfacet.catalog import Catalog
from genfacet.memory.plan import Plan
from genfacet.probe import AttributeProbe
from genfacet.prompt import (
    FacetPrompt,
    Near,
    Proposed,
    candidates_of,
    facet_prompt,
    rewrite_prompt,
    write_facets,
    write_rewrite,
)
from genfacet.sources import View
from genfacet.sources.ranker import Weights
from genfacet.sources.ranker import ranked_attributes as ranker_order
from genfacet.sources.ranking import coverage
from genfacet.values import TEXT, read_open
from genfacet_training.student.samples import Order, Sample

DROPPED = 0.15
"""Share of the candidates that a changed sample leaves out."""
RENAMED = 0.15
"""Share of its labels that are written otherwise: in small letters, or cut to their last words."""
LEAST_KEPT = 0.5
"""A plan of whose open values the prompt can say fewer teaches that much is to be left out, and is left out itself."""


@dataclass(frozen=True, slots=True)
class Variant:
    """How a sample departs from what is served: ``shuffled`` candidates, some ``changed`` (dropped, renamed)."""

    shuffled: bool = False
    changed: bool = False


def ranked_attributes(view: View, weights: Weights, order: Order = "ranker") -> list[tuple[float, AttributeProbe]]:
    """Scores and attributes of a view, best first, as the runtime ranks them; by ``coverage``: without the ranker."""
    if order == "ranker":
        return ranker_order(view, weights)
    scored = [(coverage(seen, view), seen) for seen in view.probe.attributes.values()]
    return sorted(scored, key=lambda pair: (-pair[0], pair[1].attribute.name))


def proposed(plan: Plan) -> tuple[Proposed, ...]:
    """The facets of a plan as the prompt's code writes them."""
    return tuple(Proposed(facet.name, facet.label or facet.name, facet.values) for facet in plan.facets)


def facet_sample(
    plan: Plan,
    view: View,
    weights: Weights,
    near: Near | None,
    variant: Variant,
    drawing: random.Random,
    origin: Sample,
) -> Sample | None:
    """The sample of a plan's facets; None where the prompt can say too little of them.

    ``origin`` brings what the sample is named by. Open values whose attributes are no candidates are left out.
    """
    ranked = ranked_attributes(view, weights)
    if variant.changed:
        ranked = _changed(ranked, drawing)
    if variant.shuffled:
        drawing.shuffle(ranked)
    prompt = facet_prompt(plan.query, view.probe, candidates_of(ranked), near=near)
    answer = write_facets(prompt, proposed(plan))
    if not answer or _kept(prompt, answer, plan) < LEAST_KEPT:
        return None
    return replace(origin, task="facets", prompt=prompt.text, answer=answer)


def rewrite_samples(plan: Plan, view: View, catalog: Catalog, origin: Sample) -> Iterator[Sample]:
    """One sample for each rewrite of a plan."""
    for rewrite in plan.rewrites:
        named = attribute_labels(catalog, rewrite.selected) | open_labels(plan)
        prompt = rewrite_prompt(plan.query, view.probe.titles, rewrite.selected, named)
        yield replace(origin, task="rewrite", prompt=prompt, answer=write_rewrite(rewrite.query))


def open_labels(plan: Plan) -> dict[str, str]:
    """The labels of a plan's facets that bring their own."""
    return {facet.name: facet.label for facet in plan.facets if facet.label}


def attribute_labels(catalog: Catalog, selected: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The labels of all attributes that a selection names, in meanings too."""
    names = {name for name in selected if not name.startswith("~")}
    for name, values in selected.items():
        if name.startswith("~"):
            names |= set(_named(values))
    found = {name: catalog.attribute(name) for name in names}
    return {name: attribute.label for name, attribute in found.items() if attribute is not None}


def _named(values: Iterable[str]) -> Iterator[str]:
    for value in values:
        try:
            meaning = read_open(value)
        except ValueError:
            continue
        yield from (constraint.name for constraint in meaning.constraints if constraint.name != TEXT)


def _kept(prompt: FacetPrompt, answer: str, plan: Plan) -> float:
    """The share of a plan's open values that are in the answer; 1 for a plan without any."""
    wanted = sum(len(facet.values) for facet in plan.facets if facet.is_open)
    return sum(line.startswith("- ") for line in answer.split("\n")) / wanted if wanted else 1.0


def _changed(
    ranked: Sequence[tuple[float, AttributeProbe]], drawing: random.Random
) -> list[tuple[float, AttributeProbe]]:
    kept = [pair for pair in ranked if drawing.random() >= DROPPED]
    return [(score, _renamed(seen, drawing) if drawing.random() < RENAMED else seen) for score, seen in kept]


def _renamed(seen: AttributeProbe, drawing: random.Random) -> AttributeProbe:
    label = seen.attribute.label
    words = label.split()
    other = label.casefold() if len(words) < 2 or drawing.random() < 0.5 else " ".join(words[-2:])
    return replace(seen, attribute=replace(seen.attribute, label=other))
