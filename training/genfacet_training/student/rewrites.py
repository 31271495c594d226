"""What the searches come to that a selection leads to: the student's and an expert's rewrites, rules, and a filter."""

from collections.abc import Iterator, Sequence
from statistics import fmean

from genfacet.facets import Facet
from genfacet.prompt import read_rewrite
from genfacet.values import TEXT, read_open, read_range, words_of
from genfacet_training.evaluation.arms import Arm
from genfacet_training.evaluation.documents import holds
from genfacet_training.evaluation.figures import Figures
from genfacet_training.evaluation.gold import Gold
from genfacet_training.evaluation.judgments import Judgments
from genfacet_training.evaluation.metrics.rewrites import FIRST as HITS
from genfacet_training.evaluation.metrics.rewrites import drift, hit_rate_at, relevant_at, zero_results
from genfacet_training.evaluation.selections import selection_cases
from genfacet_training.evaluation.shop import Shop
from genfacet_training.student.questions import Question
from genfacet_training.student.score import RewriteQuestion, best_rewrite, rewrite_question, selected_facets
from genfacet_training.teachers.execution import FIRST, LOOKED_AT, satisfied

FILTER = Arm("filter", None, "filter")


def judged_questions(shop: Shop, judgments: Judgments, golds: Sequence[Gold]) -> Iterator[Question]:
    """Rewrites for the values of gold facets that most relevant products have; raises ShopError."""
    for gold in golds:
        relevant = shop.documents(judgments.relevant(gold.query))
        titles = shop.view(gold.query).probe.titles
        for case in selection_cases(gold.facets, relevant, shop):
            asked = rewrite_question(shop, gold.query, {case.name: (case.value,)}, titles)
            yield Question("judged", "rewrite", gold.query, asked.prompt, selected=asked.selected)


def rewrite_figures(
    shop: Shop, question: Question, answers: Sequence[str], judgments: Judgments | None = None
) -> dict[str, Figures]:
    """Figures by way. Raises ShopError.

    ``satisfied``: how many of the first ten results satisfy the selection. ``rel`` and ``hit_rate``, see
    ``metrics.rewrites``, are of the wanted products: the relevant ones that satisfy the selection where the query is
    judged, else the results of the query as it was typed that do. ``drift`` is of judged queries alone.
    """
    asked = RewriteQuestion(question.query, question.selected or {}, question.prompt, question.wanted or "")
    facets = selected_facets(asked)
    ratings = judgments.ratings.get(question.query, {}) if judgments else {}
    wanted = _relevant(shop, asked, judgments) if ratings and judgments else _satisfying(shop, asked, facets)

    def figures(ids: Sequence[str], total: int, satisfying: float) -> Figures:
        return {
            "satisfied": satisfying,
            "rel": relevant_at(ids, wanted),
            "hit_rate": fmean(hit_rate_at(ids, id_) for id_ in sorted(wanted)) if wanted else None,
            "drift": drift(ids, ratings, judgments.most) if judgments else None,
            "zero": zero_results(total),
        }

    found = {
        way: figures(*shop.ranking(query, HITS), satisfied(shop, query, facets))
        for way, query in _queries(shop, asked, facets, answers)
    }
    page = shop.page(FILTER, asked.query, asked.selected, hits=HITS)
    return {**found, "filter": figures(page.ids, page.total, float(min(FIRST, page.total)))}


def _queries(
    shop: Shop, asked: RewriteQuestion, facets: Sequence[Facet], answers: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """The queries by way. What is called the best is chosen by execution, by results that satisfy the selection."""
    facet = facets[0]
    value = facet.values[0].value
    rules = {
        "and value words": f"{asked.query} {words_of(value) if facet.name.startswith('~') else value}",
        "and first phrase of the meaning": f"{asked.query} {_first_phrase(facet.name, value)}".strip(),
    }
    yield "query", asked.query
    yield from rules.items()
    yield "best of query and rules by execution", best_rewrite(shop, asked, list(rules.values()))[0]
    if answers:
        yield "student, greedy", read_rewrite(answers[0]) or asked.query
        yield f"student, best of query and {len(answers)} answers", best_rewrite(shop, asked, answers)[0]
        everything = best_rewrite(shop, asked, [*rules.values(), *answers])[0]
        yield "best of query, rules and student by execution", everything
    if asked.wanted:
        yield "expert", asked.wanted


def _first_phrase(name: str, value: str) -> str:
    if not name.startswith("~"):
        return "" if read_range(value) else value
    meaning = read_open(value)
    texts = [c for c in meaning.constraints if c.name == TEXT] or [c for c in meaning.constraints if c.alternatives]
    return texts[0].alternatives[0] if texts else ""


def _relevant(shop: Shop, asked: RewriteQuestion, judgments: Judgments) -> frozenset[str]:
    relevant = shop.documents(judgments.relevant(asked.query))
    return frozenset(
        id_
        for id_, document in relevant.items()
        if all(
            any(holds(document, name, value, shop.catalog) for value in values)
            for name, values in asked.selected.items()
        )
    )


def _satisfying(shop: Shop, asked: RewriteQuestion, facets: Sequence[Facet]) -> frozenset[str]:
    matches = shop.matches(asked.query, facets, LOOKED_AT)
    met = [frozenset[str]().union(*(matches.values[facet.name, v.value] for v in facet.values)) for facet in facets]
    return frozenset(matches.results).intersection(*met)
