"""What a selection does to a search: the same selections, of gold facets, under several modes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from genfacet.facets import Facet
from genfacet_training.evaluation.arms import Arm
from genfacet_training.evaluation.documents import Document, holds
from genfacet_training.evaluation.figures import Figures
from genfacet_training.evaluation.metrics.facets import rank_promotion
from genfacet_training.evaluation.metrics.rewrites import (
    constraint_satisfaction,
    drift,
    hit_rate_at,
    judged_rate_at,
    recall_at,
    relevant_at,
    zero_results,
)
from genfacet_training.evaluation.shop import Page, Shop

MODES = (
    Arm("no selection", None),
    Arm("filter", None, "filter"),
    Arm("soft", None, "soft"),
    Arm("concatenation", None, "rewrite"),
)
"""``concatenation`` appends the value's words to the query and boosts what has the value: `rewrite` without a model."""
STUDENT = Arm("student", None, "rewrite", rewrites=True)
"""The rewrite of the configured student where it holds against the concatenation, else that."""
CASES = 3
HITS = 30


@dataclass(frozen=True, slots=True)
class Case:
    """One value that a shopper selects, and the relevant products that have it."""

    name: str
    value: str
    wanted: frozenset[str]


def selection_cases(gold: Sequence[Facet], relevant: Mapping[str, Document], shop: Shop) -> list[Case]:
    """Of each of the first gold facets the value that most relevant products have; none where no product has one."""
    cases = []
    for facet in gold:
        having = {value.value: _having(facet.name, value.value, relevant, shop) for value in facet.values}
        value = max(having, key=lambda value: len(having[value]), default=None)
        if value is not None and having[value]:
            cases.append(Case(facet.name, value, having[value]))
    return cases[:CASES]


def _having(name: str, value: str, relevant: Mapping[str, Document], shop: Shop) -> frozenset[str]:
    return frozenset(id_ for id_, document in relevant.items() if holds(document, name, value, shop.catalog))


def selection_figures(
    shop: Shop, mode: Arm, query: str, cases: Sequence[Case], ratings: Mapping[str, float], most: float
) -> Figures:
    """The means over the cases of what a mode finds for them; raises ShopError."""
    return mean_figures([_case_figures(shop, mode, query, case, ratings, most) for case in cases])


def _case_figures(shop: Shop, mode: Arm, query: str, case: Case, ratings: Mapping[str, float], most: float) -> Figures:
    selected = {} if mode.name == MODES[0].name else {case.name: (case.value,)}
    page = shop.page(mode, query, selected, hits=HITS)
    shares = constraint_satisfaction(_verdicts(shop, page, case))
    before = shop.page(MODES[0], query, hits=HITS)
    return {
        "rel": relevant_at(page.ids, case.wanted),
        "hit_rate": fmean(hit_rate_at(page.ids, id_) for id_ in sorted(case.wanted)),
        "recall": recall_at(page.ids, case.wanted),
        "satisfied": None if shares is None else shares.true,
        "violated": None if shares is None else shares.false,
        "drift": drift(page.ids, ratings, most),
        "judged": judged_rate_at(page.ids, ratings),
        "selected_promotion": rank_promotion(before.ids, page.ids, case.wanted),
        "zero": zero_results(page.total, page.relaxed),
    }


def _verdicts(shop: Shop, page: Page, case: Case) -> list[list[list[bool | None]]]:
    known = shop.documents(page.ids)
    return [[[holds(known[id_], case.name, case.value, shop.catalog)]] for id_ in page.ids if id_ in known]


def mean_figures(rows: Sequence[Figures]) -> Figures:
    """The mean of each figure over the rows that have it."""
    means: Figures = {}
    for name in rows[0] if rows else ():
        known = [figure for row in rows if (figure := row[name]) is not None]
        means[name] = fmean(known) if known else None
    return means
