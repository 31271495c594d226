"""What a student is asked to be measured: facets of queries, and better queries for what experts selected."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from genfacet.generation import choices_of
from genfacet.memory.plan import Plan
from genfacet.prompt import FacetPrompt
from genfacet.sources.ranker import Weights
from genfacet_training.evaluation.shop import Shop
from genfacet_training.student.questions import Question
from genfacet_training.student.recall import recall
from genfacet_training.student.score import facet_question, planned_questions


def questions(
    shop: Shop, group: str, queries: Iterable[str], plans: Sequence[Plan], weights: Weights, plan_index: str | None
) -> Iterator[Question]:
    """Questions for facets of all queries, with a near plan too where the memory has one, without the order of the
    ranker, and for rewrites of plans.

    The memory must not hold the plans that are asked for. Raises ShopError.
    """
    known = {plan.query: plan for plan in plans}
    for query in dict.fromkeys([*queries, *known]):
        alone = facet_question(shop, query, weights)
        yield _facets(group, query, alone.prompt)
        near = recall(shop, alone.view, plan_index, query.__eq__).near if plan_index else None
        if near is not None:
            helped = facet_question(shop, query, weights, near)
            yield replace(_facets(group, query, helped.prompt), near=True)
        unordered = facet_question(shop, query, weights, order="coverage")
        yield replace(_facets(group, query, unordered.prompt), order="coverage")
        plan = known.get(query)
        for asked in planned_questions(shop, plan, alone.view.probe.titles) if plan else ():
            yield Question(group, "rewrite", query, asked.prompt, selected=asked.selected, wanted=asked.wanted)


def _facets(group: str, query: str, prompt: FacetPrompt) -> Question:
    return Question(group, "facets", query, prompt.text, choices=choices_of(prompt))
