"""What a student's answers come to when they are executed: open facets that split, rewrites that satisfy."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

from genfacet.facets import Definition, Facet, FacetValue
from genfacet.memory.choosing import chosen, definitions
from genfacet.memory.executing import OPEN
from genfacet.memory.plan import Plan
from genfacet.prompt import (
    FacetPrompt,
    Near,
    candidates_of,
    facet_prompt,
    read_facets,
    read_rewrite,
    rewrite_prompt,
)
from genfacet.sources import View
from genfacet.sources.ranker import Weights
from genfacet.sources.student import open_candidates
from genfacet.verify import counts_request, read_counts
from genfacet_training.evaluation.shop import Shop
from genfacet_training.student.lessons import attribute_labels, open_labels, ranked_attributes
from genfacet_training.student.samples import Order
from genfacet_training.teachers.execution import satisfied


@dataclass(frozen=True)
class FacetQuestion:
    """A query that a student is asked facets for."""

    view: View
    prompt: FacetPrompt


@dataclass(frozen=True)
class RewriteQuestion:
    """A query and a selection that a student is asked a better query for; ``wanted`` is an expert's."""

    query: str
    selected: Mapping[str, tuple[str, ...]]
    prompt: str
    wanted: str


@dataclass(frozen=True)
class Proposals:
    """The open facets of a query that survived, what was proposed, and what was rejected by the reader."""

    facets: tuple[Definition, ...]
    proposed: int
    values: int
    executed: int
    closed: tuple[str, ...]
    rejected: tuple[str, ...] = field(default=())


def facet_question(
    shop: Shop, query: str, weights: Weights, near: Near | None = None, order: Order = "ranker"
) -> FacetQuestion:
    """The prompt for a query's facets, rendered over its results now; raises ShopError."""
    view = shop.view(query)
    candidates = candidates_of(ranked_attributes(view, weights, order))
    return FacetQuestion(view, facet_prompt(query, view.probe, candidates, near=near))


def rewrite_question(
    shop: Shop,
    query: str,
    selected: Mapping[str, tuple[str, ...]],
    titles: Sequence[str],
    labels: Mapping[str, str] | None = None,
    wanted: str = "",
) -> RewriteQuestion:
    """The prompt for a better query once values are selected; ``labels`` are those of open facets."""
    named = attribute_labels(shop.catalog, selected) | dict(labels or {})
    return RewriteQuestion(query, selected, rewrite_prompt(query, titles, selected, named), wanted)


def planned_questions(shop: Shop, plan: Plan, titles: Sequence[str]) -> list[RewriteQuestion]:
    """The prompts for the rewrites of an expert's plan."""
    labels = open_labels(plan)
    return [rewrite_question(shop, plan.query, one.selected, titles, labels, one.query) for one in plan.rewrites]


def proposals(
    shop: Shop, question: FacetQuestion, answers: Sequence[str], common: Mapping[str, float] | None = None
) -> Proposals:
    """The best open facets of several answers to one prompt, chosen by executing them; raises ShopError.

    ``common`` is the share (0 to 1) of queries for which a label is said: what is said everywhere says nothing.
    """
    readings = [read_facets(question.prompt, answer) for answer in answers]
    candidates = open_candidates(readings, common)
    first = readings[0].facets if readings else ()
    closed = tuple(facet.name for facet in first if not facet.is_open)
    values = sum(len(one.facet.values) for one in candidates)
    rejected = tuple(reason for reading in readings for reason in reading.rejected)
    counting = definitions(candidates, question.view.probe, question.view.catalog, "student")
    if not counting:
        return Proposals((), len(candidates), values, 0, closed, rejected)
    search = shop.search(question.view.query or "")
    request = counts_request(search, counting, {}, shop.catalog, overlaps=True)
    counts = read_counts(shop.ask(request), counting, {})
    executed = sum(0 < count < counts.total for one in counts.values.values() for count in one.values())
    kept = tuple(chosen(counting, counts, OPEN))
    return Proposals(kept, len(candidates), values, executed, closed, rejected)


def best_rewrite(shop: Shop, question: RewriteQuestion, answers: Sequence[str]) -> tuple[str, float]:
    """Of several rewrites (and the query itself) the one whose first ten results satisfy the selection most often."""
    facets = selected_facets(question)
    queries = [question.query, *filter(None, map(read_rewrite, answers))]
    scored = [(query, satisfied(shop, query, facets)) for query in dict.fromkeys(queries)]
    return max(scored, key=lambda pair: pair[1])


def selected_facets(question: RewriteQuestion) -> list[Facet]:
    """The selection of a question as facets, for `satisfied`."""
    return [
        Facet(name, name, "open" if name.startswith("~") else "attribute", "", "", _values(values))
        for name, values in question.selected.items()
    ]


def summary(found: Sequence[Proposals]) -> dict[str, Any]:
    """Shares over queries: with an open facet that survives, with two; and over values: those that execute."""
    count = len(found) or 1
    labels = Counter(facet.label for one in found for facet in one.facets)
    return {
        "queries": len(found),
        "with_one": sum(bool(one.facets) for one in found) / count,
        "with_two": sum(len(one.facets) > 1 for one in found) / count,
        "proposed": fmean(one.proposed for one in found) if found else 0.0,
        "values_that_execute": sum(one.executed for one in found) / (sum(one.values for one in found) or 1),
        "distinct_labels": len(labels) / (sum(labels.values()) or 1),
        "rejected_lines": fmean(len(one.rejected) for one in found) if found else 0.0,
    }


def _values(values: Sequence[str]) -> tuple[FacetValue, ...]:
    return tuple(FacetValue(value, value, None) for value in values)
