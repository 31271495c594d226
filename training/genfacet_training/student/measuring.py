"""What answers come to, by group of queries: open facets of memory, student and both; rewrites beside rules."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

from genfacet.facets import Definition, Facet
from genfacet.memory.plan import Plan, PlannedFacet
from genfacet.prompt import read_rewrite
from genfacet.sources.ranker import Weights
from genfacet.values import TEXT, read_open, read_range, words_of
from genfacet_training.evaluation.shop import Shop
from genfacet_training.student.questions import Question
from genfacet_training.student.recall import recall
from genfacet_training.student.score import (
    Proposals,
    RewriteQuestion,
    best_rewrite,
    facet_question,
    proposals,
    selected_facets,
    summary,
)
from genfacet_training.teachers.execution import satisfied


@dataclass
class Measured:
    """All that was found: open facets by (group, source), rewrites by group, what readers are shown, and the open
    facets of the student as plans."""

    facets: dict[tuple[str, str], list[Proposals]] = field(default_factory=lambda: defaultdict(list))
    rewrites: dict[str, list[dict[str, float]]] = field(default_factory=lambda: defaultdict(list))
    shown: list[dict[str, Any]] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Tables: shares of queries and values, and mean numbers of the first ten results that satisfy."""
        return {
            "open_facets": {f"{group} {source}": summary(found) for (group, source), found in self.facets.items()},
            "rewrites": {
                group: {"rewrites": len(rows)} | {name: fmean(row[name] for row in rows) for name in rows[0]}
                for group, rows in self.rewrites.items()
            },
        }


def measure(
    shop: Shop,
    asked: Sequence[tuple[Question, Sequence[str]]],
    weights: Weights,
    plan_index: str,
    common: Mapping[str, float],
    on_question: Callable[[], None],
) -> Measured:
    """Executes answers to questions; raises ShopError, and ValueError where the questions are out of date."""
    found = Measured()
    for question, answers in asked:
        if question.task == "facets":
            _facets(shop, question, answers, weights, plan_index, common, found)
        else:
            found.rewrites[question.group].append(_rewrites(shop, question, answers))
        on_question()
    return found


def _facets(
    shop: Shop,
    question: Question,
    answers: Sequence[str],
    weights: Weights,
    plan_index: str,
    common: Mapping[str, float],
    found: Measured,
) -> None:
    view = shop.view(question.query)
    recalled = recall(shop, view, plan_index, question.query.__eq__)
    asked = facet_question(shop, question.query, weights, recalled.near if question.near else None, question.order)
    if asked.prompt.text != question.prompt:
        raise ValueError(f"the index or the memory has changed since {question.query!r} was asked: ask again")
    name = "student with a near plan" if question.near else "student"
    if question.order != "ranker":
        name += f", candidates by {question.order}"
    one = proposals(shop, asked, answers[:1], common)
    best = proposals(shop, asked, answers, common)
    found.facets[question.group, f"{name}, greedy"].append(one)
    found.facets[question.group, f"{name}, {len(answers)} answers"].append(best)
    if not question.near and question.order == "ranker":
        memory = Proposals(recalled.facets, len(recalled.facets), 0, 0, ())
        found.facets[question.group, "memory"].append(memory)
        both = recalled.facets or best.facets
        found.facets[question.group, "memory, else student"].append(Proposals(both, len(both), 0, 0, ()))
        shown = {"group": question.group, "query": question.query, "results": view.probe.total}
        found.shown.append(shown | {"memory": _told(recalled.facets), "student": _told(best.facets)})
        if best.facets:
            facets = tuple(PlannedFacet(one.name, one.label, one.values) for one in best.facets)
            found.plans.append(Plan(question.query, facets))


def _rewrites(shop: Shop, question: Question, answers: Sequence[str]) -> dict[str, float]:
    """How many of the first ten results satisfy the selection, by way."""
    asked = RewriteQuestion(question.query, question.selected or {}, question.prompt, question.wanted or "")
    facets = selected_facets(asked)
    greedy = read_rewrite(answers[0]) if answers else None
    before = satisfied(shop, question.query, facets)
    concatenated, phrased = (satisfied(shop, query, facets) for query in _rules(question, facets))
    return {
        "query": before,
        "and value words": concatenated,
        "and first phrase of the meaning": phrased,
        "best of query and rules by execution": max(before, concatenated, phrased),
        "student, greedy": satisfied(shop, greedy, facets) if greedy else before,
        f"student, best of query and {len(answers)} answers": best_rewrite(shop, asked, answers)[1],
        "expert": satisfied(shop, question.wanted or "", facets),
    }


def _rules(question: Question, facets: Sequence[Facet]) -> tuple[str, str]:
    """The query with the words of the value, and with the first phrase or alternative of its meaning."""
    facet = facets[0]
    value = facet.values[0].value
    words = words_of(value) if facet.name.startswith("~") else value
    return f"{question.query} {words}", f"{question.query} {_first_phrase(facet.name, value)}"


def _first_phrase(name: str, value: str) -> str:
    if not name.startswith("~"):
        return "" if read_range(value) else value
    meaning = read_open(value)
    texts = [c for c in meaning.constraints if c.name == TEXT] or [c for c in meaning.constraints if c.alternatives]
    return texts[0].alternatives[0] if texts else ""


def _told(facets: Sequence[Definition]) -> list[dict[str, Any]]:
    return [{"label": facet.label, "values": list(facet.values)} for facet in facets]
