"""Judges a student while it is trained: by what it answers for validation queries, executed in their index."""

from collections.abc import Sequence
from statistics import fmean
from typing import Any

from genfacet.memory.plan import Plan
from genfacet.sources.ranker import Weights
from genfacet_training.evaluation.shop import Shop
from genfacet_training.student.generate import MOST_TOKENS, answers
from genfacet_training.student.score import (
    best_rewrite,
    facet_question,
    planned_questions,
    proposals,
    summary,
)
from genfacet_training.student.sft import Judge

MOST = 60
"""Questions of each task that a judgement asks."""


def judge_by_execution(shop: Shop, plans: Sequence[Plan], weights: Weights) -> Judge:
    """The share of queries with an open facet that survives, plus the share of first results that rewrites satisfy.

    Both are of greedy answers, 0 to 2 together; prompts are rendered once. Raises ShopError.
    """
    questions = [facet_question(shop, plan.query, weights) for plan in plans[:MOST]]
    titles = {question.view.query: question.view.probe.titles for question in questions}
    asked = [one for plan in plans[:MOST] for one in planned_questions(shop, plan, titles[plan.query])][:MOST]

    def judge(model: Any, tokenizer: Any) -> float:
        said = answers(model, tokenizer, [q.prompt.text for q in questions], MOST_TOKENS["facets"])
        facets = summary([proposals(shop, q, answer) for q, answer in zip(questions, said, strict=True)])
        if not asked:
            return float(facets["with_one"])
        said = answers(model, tokenizer, [q.prompt for q in asked], MOST_TOKENS["rewrite"])
        rewrites = fmean(best_rewrite(shop, q, answer)[1] for q, answer in zip(asked, said, strict=True))
        return float(facets["with_one"]) + rewrites / 10

    return judge
