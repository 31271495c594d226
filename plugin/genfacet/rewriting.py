"""A better query once open values are selected, written by the student and held against the plain one by execution."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from genfacet.catalog import Catalog, label_of
from genfacet.clauses import facet_clause
from genfacet.facets import Selections
from genfacet.generation import Generated, Generation
from genfacet.planning import Plan, is_later_page, reworded
from genfacet.probe import Probe
from genfacet.prompt import read_rewrite, rewrite_prompt
from genfacet.sibling import Search, Sibling, normalise, sibling
from genfacet.sources.ranking import words
from genfacet.values import TEXT, read_open

FIRST = 10
"""Results of a shard that are looked at: the page that the shopper reads."""
DECIDING, WRITING = 0.7, 0.6
"""Shares of the deadline: when a rewrite is decided at the latest, so that facets have the rest, and when the student
has written it, so that it can be looked at."""
FORGETTING = 0.99
"""What is left of a measured pace after each search that did not wait: a student that was slow may have become fast."""
KEPT = 0.5
"""A rewrite that keeps fewer of the query's words than this share is about something else."""


class Pace:
    """How long the student takes for a rewrite by now, so that no search waits for one that would come too late."""

    def __init__(self) -> None:
        self._seconds = 0.0

    def is_within(self, seconds: float) -> bool:
        """Whether a rewrite is likely to be there after so many seconds. Now and then one that is not is tried."""
        if self._seconds <= seconds:
            return True
        self._seconds *= FORGETTING
        return False

    def saw(self, generated: Generated, patience_s: float) -> None:
        """Learns of an answer, or that there was none within a patience."""
        if generated.seconds is not None:
            self._seconds += (generated.seconds - self._seconds) / 4
        elif not generated.finished:
            self._seconds = max(self._seconds, 1.2 * patience_s)


@dataclass(frozen=True, slots=True)
class Looked:
    """How many results a query finds, how many of them are looked at, and how many of these satisfy the selection."""

    total: int
    first: int
    satisfying: int


def may_be_rewritten(plan: Plan) -> bool:
    """Whether the model may be asked for other words: the first page of a search that asks for a rewrite and waits."""
    return (
        plan.mode == "rewrite"
        and bool(plan.request.deadline_ms)
        and plan.request.rewritten is None
        and not is_later_page(normalise(plan.original).body)
        and bool(reworded(plan))
        and plan.index is not None
    )


def deciding_s(plan: Plan) -> float:
    """Seconds that a search may wait for a rewrite."""
    return DECIDING * (plan.request.deadline_ms or 0) / 1000


def writing_s(plan: Plan) -> float:
    """Seconds in which the student must have written it."""
    return WRITING * (plan.request.deadline_ms or 0) / 1000


def question(plan: Plan, probe: Probe, patience_s: float, samples: int) -> Generation:
    """What the student is asked for a plan, whose original query has the probe's results."""
    selected = reworded(plan)
    prompt = rewrite_prompt(plan.user_query, probe.titles, selected, labels_of(plan.catalog, selected))
    return Generation("rewrite", prompt, (), patience_s, samples)


def read_answers(plan: Plan, generated: Generated) -> list[str]:
    """The queries of an answer, each once, without those that say nothing new or leave the shopper's words behind."""
    asked = words(plan.user_query or "")
    read = dict.fromkeys(filter(None, map(read_rewrite, generated.texts)))
    new = [text for text in read if text not in (plan.user_query, plan.rewritten)]
    return [text for text in new if len(asked & words(text)) >= KEPT * len(asked)]


def best_of(plan: Plan, others: Sequence[Plan]) -> Generator[Sibling, Any, Plan]:
    """The wording of whose first results the most satisfy the selection.

    The first of the others is taken where it is no worse than the plan, a later one where it is better.
    """
    if not others:
        return plan
    clauses = [facet_clause(name, values, plan.catalog) for name, values in reworded(plan).items()]
    best, most = plan, _read((yield _look(plan.base, clauses))).satisfying
    for other in others:
        there = _read((yield _look(other.base, clauses)))
        if there.total and (there.satisfying > most or (best is plan and there.satisfying == most)):
            best, most = other, there.satisfying
            if there.satisfying == there.first:
                break
    return best


def labels_of(catalog: Catalog, selected: Selections) -> dict[str, str]:
    """The labels of facets and attributes that a selection names."""
    names = {name for name in selected if not name.startswith("~")}
    for name, values in selected.items():
        if name.startswith("~"):
            names |= {one.name for value in values for one in read_open(value).constraints if one.name != TEXT}
    found = {name: catalog.attribute(name) for name in names}
    attributes = {name: attribute.label for name, attribute in found.items() if attribute is not None}
    return {name: label_of(name) for name in selected if name.startswith("~")} | attributes


def _look(search: Search, clauses: Sequence[Mapping[str, Any]]) -> Sibling:
    satisfying = {"satisfying": {"filter": {"bool": {"filter": list(clauses)}}}}
    return sibling("gate", search, {"first": {"sampler": {"shard_size": FIRST}, "aggs": satisfying}})


def _read(answer: Mapping[str, Any]) -> Looked:
    first = answer["aggregations"]["first"]
    return Looked(int(answer["hits"]["total"]["value"]), int(first["doc_count"]), int(first["satisfying"]["doc_count"]))
