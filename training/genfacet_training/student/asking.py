"""What a student is asked to be measured: facets of queries, and better queries for what experts selected."""

from collections.abc import Iterable, Iterator, Sequence

from genfacet.memory.plan import Plan
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
        yield Question(group, "facets", query, alone.prompt.text)
        near = recall(shop, alone.view, plan_index, query.__eq__).near if plan_index else None
        if near is not None:
            helped = facet_question(shop, query, weights, near)
            yield Question(group, "facets", query, helped.prompt.text, near=True)
        unordered = facet_question(shop, query, weights, order="coverage")
        yield Question(group, "facets", query, unordered.prompt.text, order="coverage")
        plan = known.get(query)
        for asked in planned_questions(shop, plan, alone.view.probe.titles) if plan else ():
            yield Question(group, "rewrite", query, asked.prompt, selected=asked.selected, wanted=asked.wanted)
