"""From what a client asks to what is executed: which selections hold, in which mode, and what the counts stand on."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from genfacet.body import Body, Clause
from genfacet.catalog import Catalog
from genfacet.clauses import UnknownValueError, facet_clause, selection_clauses, value_clause
from genfacet.facets import Selections
from genfacet.querytext import find_text
from genfacet.request import FacetRequest
from genfacet.rewrite import baseline_text, filter_body, is_sorted, reword_body, soften_body
from genfacet.sibling import Search, normalise
from genfacet.values import words_of


@dataclass(frozen=True, slots=True)
class Ignored:
    """A selection that was left out, and why."""

    name: str
    value: str
    reason: str

    def as_json(self) -> dict[str, str]:
        """The form of the contract."""
        return {"name": self.name, "value": self.value, "reason": self.reason}


@dataclass(frozen=True)
class Plan:
    """How one search is executed.

    ``executed`` goes to Elasticsearch for the hits. ``base`` is the same query without the filters and boosts of
    the selections: counts stand on it. ``mode`` says what was done with the selections, None where there are none.
    ``model``: the version of the model that wrote ``rewritten``.
    """

    request: FacetRequest
    catalog: Catalog
    original: Search
    executed: Search
    base: Search
    selections: Selections
    user_query: str | None
    mode: str | None = None
    rewritten: str | None = None
    model: str | None = None
    relaxed: bool = False
    ignored: tuple[Ignored, ...] = ()
    index: str | None = None
    audience: str = ""
    key: str = ""

    @property
    def is_untouched(self) -> bool:
        """Whether the user's body goes out as it came."""
        return self.executed is self.original


def make_plan(search: Search, request: FacetRequest, catalog: Catalog, soft_weight: float) -> Plan:
    """The plan of a search whose section ``ext.genfacet`` was read and removed."""
    kept, ignored = _known_selections(request.selections(), catalog)
    base = normalise(search)
    user_query = request.user_query or find_text(base.body)
    start = Plan(request, catalog, search, search, base, kept, user_query, ignored=ignored)
    if not kept and not request.rewritten:
        return start
    return _apply(start, soft_weight)


def relax(plan: Plan, total: int, soft_weight: float) -> Plan | None:
    """The plan that replaces a rewrite that found nothing: the original query, selections as boosts.

    None where nothing was rewritten, something was found, or it is not the first page.
    """
    if plan.rewritten is None or plan.relaxed or total > 0 or is_later_page(normalise(plan.original).body):
        return None
    base = normalise(plan.original)
    hard = {name: values for name, values in plan.selections.items() if not _is_reworded(plan, name)}
    soft = {name: values for name, values in plan.selections.items() if name not in hard}
    body = filter_body(base.body, selection_clauses(hard, plan.catalog))
    body = soften_body(body, selection_clauses(soft, plan.catalog), soft_weight).body
    return replace(plan, executed=base.with_body(body), base=base, relaxed=True)


def without(plan: Plan, missing: Mapping[tuple[str, str], str], soft_weight: float) -> Plan:
    """The plan without selected values that exist no more; ``missing`` gives a reason for each (facet, value)."""
    gone = tuple(Ignored(name, value, reason) for (name, value), reason in missing.items())
    left = {
        name: tuple(value for value in values if (name, value) not in missing)
        for name, values in plan.selections.items()
    }
    kept = {name: values for name, values in left.items() if values}
    start = replace(
        plan,
        selections=kept,
        ignored=plan.ignored + gone,
        mode=None,
        rewritten=None,
        relaxed=False,
        executed=plan.original,
    )
    start = replace(start, base=normalise(plan.original))
    return _apply(start, soft_weight) if kept or plan.request.rewritten else start


def is_later_page(body: Mapping[str, Any]) -> bool:
    """Whether the body asks for a page behind the first."""
    return bool(body.get("from")) or body.get("search_after") is not None


def _known_selections(
    selections: Selections, catalog: Catalog
) -> tuple[dict[str, tuple[str, ...]], tuple[Ignored, ...]]:
    kept: dict[str, tuple[str, ...]] = {}
    ignored: list[Ignored] = []
    for name, values in selections.items():
        for value in values:
            try:
                value_clause(name, value, catalog)
            except UnknownValueError as error:
                ignored.append(Ignored(name, value, str(error)))
            else:
                kept[name] = (*kept.get(name, ()), value)
    return kept, tuple(ignored)


def reworded(plan: Plan) -> dict[str, tuple[str, ...]]:
    """The selections of a plan that the text of its query carries."""
    return {name: tuple(values) for name, values in plan.selections.items() if _is_reworded(plan, name)}


def _is_reworded(plan: Plan, name: str) -> bool:
    """Whether a selection is carried by the text of the query instead of a filter."""
    return plan.request.mode == "rewrite" or (plan.request.mode == "auto" and name.startswith("~"))


def _apply(plan: Plan, soft_weight: float) -> Plan:
    mode = plan.request.mode
    if mode == "soft":
        softened = soften_body(plan.base.body, selection_clauses(plan.selections, plan.catalog), soft_weight)
        return replace(plan, executed=plan.base.with_body(softened.body), mode=softened.mode)
    reworded = {name: values for name, values in plan.selections.items() if _is_reworded(plan, name)}
    wanted = bool(reworded) or plan.request.rewritten is not None
    if wanted and mode in {"rewrite", "auto"} and not (mode == "auto" and is_sorted(plan.base.body)):
        rewritten = _reword(plan, reworded, soft_weight)
        if rewritten is not None:
            return rewritten
    body = filter_body(plan.base.body, selection_clauses(plan.selections, plan.catalog))
    return replace(plan, executed=plan.base.with_body(body), mode="filter" if plan.selections else None)


def _reword(plan: Plan, reworded: Selections, soft_weight: float) -> Plan | None:
    """The plan with the query's text replaced; None where the body holds no text of the query."""
    if plan.user_query is None:
        return None
    text = plan.request.rewritten or baseline_text(plan.user_query, _words(reworded))
    body: Body | None = reword_body(plan.base.body, plan.user_query, text)
    if body is None:
        return None
    base = plan.base.with_body(body)
    hard = {name: values for name, values in plan.selections.items() if name not in reworded}
    clauses: list[Clause] = [facet_clause(name, values, plan.catalog) for name, values in reworded.items()]
    executed = filter_body(body, selection_clauses(hard, plan.catalog))
    # What the words may miss is ranked first all the same; under a sort the boosts would do nothing.
    if clauses and not is_sorted(body):
        executed = soften_body(executed, clauses, soft_weight).body
    return replace(plan, base=base, executed=base.with_body(executed), mode="rewrite", rewritten=text)


def _words(selections: Selections) -> list[str]:
    return [
        words_of(value) if name.startswith("~") else value for name, values in selections.items() for value in values
    ]
