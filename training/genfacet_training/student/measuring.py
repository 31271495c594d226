"""What answers come to, by group of queries: open facets of memory, student and both; rewrites beside rules."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from genfacet.facets import Definition
from genfacet.memory.plan import Plan, PlannedFacet
from genfacet.sources.ranker import Weights
from genfacet_training.evaluation.figures import Figures
from genfacet_training.evaluation.judgments import Judgments
from genfacet_training.evaluation.selections import mean_figures
from genfacet_training.evaluation.shop import Shop
from genfacet_training.student.questions import Question
from genfacet_training.student.recall import recall
from genfacet_training.student.rewrites import rewrite_figures
from genfacet_training.student.score import Proposals, facet_question, proposals, summary


@dataclass
class Measured:
    """All that was found: open facets by (group, source), rewrites by (group, way), what readers are shown, and the
    open facets of the student as plans."""

    facets: dict[tuple[str, str], list[Proposals]] = field(default_factory=lambda: defaultdict(list))
    rewrites: dict[tuple[str, str], list[Figures]] = field(default_factory=lambda: defaultdict(list))
    shown: list[dict[str, Any]] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Tables: shares of queries and values, and means over rewrites."""
        return {
            "open_facets": {f"{group} {source}": summary(found) for (group, source), found in self.facets.items()},
            "rewrites": {
                f"{group} {way}": {"rewrites": len(rows)} | mean_figures(rows)
                for (group, way), rows in self.rewrites.items()
            },
        }


def measure(
    shop: Shop,
    asked: Sequence[tuple[Question, Sequence[str]]],
    weights: Weights,
    plan_index: str,
    common: Mapping[str, float],
    on_question: Callable[[], None],
    judgments: Judgments | None = None,
) -> Measured:
    """Executes answers to questions, and the memory beside them; without answers the memory and rules alone.

    Raises ShopError, and ValueError where the questions are out of date.
    """
    found = Measured()
    for question, answers in asked:
        if question.task == "facets":
            _facets(shop, question, answers, weights, plan_index, common, found)
        else:
            for way, figures in rewrite_figures(shop, question, answers, judgments).items():
                found.rewrites[question.group, way].append(figures)
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
    if answers:
        found.facets[question.group, f"{name}, greedy"].append(one)
        found.facets[question.group, f"{name}, {len(answers)} answers"].append(best)
    if not question.near and question.order == "ranker":
        memory = Proposals(recalled.facets, len(recalled.facets), 0, 0, ())
        found.facets[question.group, "memory"].append(memory)
        if answers:
            both = recalled.facets or best.facets
            found.facets[question.group, "memory, else student"].append(Proposals(both, len(both), 0, 0, ()))
        shown = {"group": question.group, "query": question.query, "results": view.probe.total}
        found.shown.append(shown | {"memory": _told(recalled.facets), "student": _told(best.facets)})
        if best.facets:
            facets = tuple(PlannedFacet(one.name, one.label, one.values) for one in best.facets)
            found.plans.append(Plan(question.query, facets))


def _told(facets: Sequence[Definition]) -> list[dict[str, Any]]:
    return [{"label": facet.label, "values": list(facet.values)} for facet in facets]
