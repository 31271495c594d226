"""An evaluation: every judged query under every arm, each a part of its own that an interrupted run keeps.

A query is looked at once (its ranking, its relevant products, its gold facets); then come the arms, in an order that
seed and query decide, so that no arm always finds the caches of Elasticsearch warm.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from statistics import quantiles
from typing import Any

from genfacet.facets import Facet
from genfacet.runner import failure
from genfacet_training.evaluation.arms import Arm
from genfacet_training.evaluation.figures import Figures, Truth, expert_figures, facet_figures
from genfacet_training.evaluation.gold import Gold
from genfacet_training.evaluation.judgments import Judgments
from genfacet_training.evaluation.metrics.matching import CANONICAL, EXACT, Matcher, canonical_text
from genfacet_training.evaluation.parts import Parts
from genfacet_training.evaluation.selections import MODES, selection_cases, selection_figures
from genfacet_training.evaluation.shop import Page, Shop, ShopError

Row = dict[str, Any]
"""One line of ``per_query`` of report.json, and the milliseconds of the arm's page."""
SAMPLE = 3000
NO_RESULTS = "no results"


@dataclass(frozen=True)
class Evaluation:
    """What is evaluated on what. ``experts`` are facets by query, of queries beside the judged ones."""

    shop: Shop
    arms: Sequence[Arm]
    judgments: Judgments
    gold: Mapping[str, Gold]
    experts: Mapping[str, Sequence[Facet]] = field(default_factory=dict)
    seed: int = 1
    matcher: Matcher = EXACT
    open_matcher: Matcher = CANONICAL
    modes: Sequence[Arm] = MODES

    @cached_property
    def indexed(self) -> frozenset[str]:
        """Canonical texts of the values that a sample of the index holds."""
        sample = self.shop.sample(SAMPLE, self.seed)
        return frozenset(canonical_text(v) for d in sample for values in d.values.values() for v in values)


def run(
    evaluation: Evaluation, parts: Parts, workers: int = 2, on_part: Callable[[], None] = lambda: None
) -> list[Row]:
    """All rows in the order of queries and arms, however many workers brought them."""
    tasks = [*_judged(evaluation), *_expert(evaluation)]
    evaluation.indexed  # noqa: B018  (here, so that two workers do not both read the sample)

    def work(task: "_Task") -> None:
        for name, make in task.left(parts):
            parts.add(task.key(name), make())
            on_part()

    with ThreadPoolExecutor(workers) as pool:
        for _ in pool.map(work, tasks):
            pass
    return [parts.done[task.key(name)] for task in tasks for name in task.names]


def count_parts(evaluation: Evaluation) -> int:
    """How many parts an evaluation has."""
    return sum(len(task.names) for task in (*_judged(evaluation), *_expert(evaluation)))


@dataclass(frozen=True)
class _Task:
    """One query and what is to be made of it, by name."""

    query: str
    kind: str
    names: Sequence[str]
    make: Callable[[], Iterable[tuple[str, Callable[[], Row]]]]

    def key(self, name: str) -> str:
        return f"{self.kind}\t{self.query}\t{name}"

    def left(self, parts: Parts) -> Iterator[tuple[str, Callable[[], Row]]]:
        """What no earlier run finished; a query of which nothing is left is not looked at again."""
        if all(self.key(name) in parts.done for name in self.names):
            return
        for name, make in self.make():
            if self.key(name) not in parts.done:
                yield name, make


def _judged(evaluation: Evaluation) -> list[_Task]:
    names = [*(arm.name for arm in evaluation.arms), *(mode.name for mode in evaluation.modes)]
    return [
        _Task(query, "judged", names, lambda query=query: _judged_rows(evaluation, query))  # type: ignore[misc]
        for query in evaluation.judgments.queries()
    ]


def _expert(evaluation: Evaluation) -> list[_Task]:
    names = [arm.name for arm in evaluation.arms]
    return [
        _Task(query, "experts", names, lambda query=query: _expert_rows(evaluation, query))  # type: ignore[misc]
        for query in evaluation.experts
    ]


def _judged_rows(evaluation: Evaluation, query: str) -> Iterator[tuple[str, Callable[[], Row]]]:
    shop, relevant = evaluation.shop, evaluation.judgments.relevant(query)
    gold = evaluation.gold[query].facets if query in evaluation.gold else ()
    try:
        ranking, total = shop.ranking(query)
        known = shop.documents(sorted(relevant))
    except ShopError as error:
        reason = str(error)
        yield from ((arm.name, lambda arm=arm: _row(query, arm.name, {}, (), reason)) for arm in evaluation.arms)
        yield from ((mode.name, lambda mode=mode: _row(query, mode.name, {}, (), reason)) for mode in evaluation.modes)
        return
    truth = Truth(ranking, total, frozenset(known), gold, evaluation.indexed)
    cases = selection_cases(gold, known, shop)
    ratings = evaluation.judgments.ratings[query]

    def facets_of(arm: Arm) -> Row:
        return _arm_row(
            shop, arm, query, lambda page: facet_figures(shop, query, page.facets, truth, evaluation.matcher)
        )

    def selections_of(mode: Arm) -> Row:
        try:
            figures = selection_figures(shop, mode, query, cases, ratings, evaluation.judgments.most)
        except ShopError as error:
            return _row(query, mode.name, {}, (), str(error))
        return _row(query, mode.name, figures, (), None)

    for arm in _shuffled(evaluation, query):
        yield arm.name, lambda arm=arm: facets_of(arm)  # type: ignore[misc]
    for mode in evaluation.modes:
        yield mode.name, lambda mode=mode: selections_of(mode)  # type: ignore[misc]


def _expert_rows(evaluation: Evaluation, query: str) -> Iterator[tuple[str, Callable[[], Row]]]:
    experts = evaluation.experts[query]

    def facets_of(arm: Arm) -> Row:
        return _arm_row(
            evaluation.shop,
            arm,
            query,
            lambda page: expert_figures(page.facets, experts, evaluation.matcher, evaluation.open_matcher),
        )

    for arm in _shuffled(evaluation, query):
        yield arm.name, lambda arm=arm: facets_of(arm)  # type: ignore[misc]


def _shuffled(evaluation: Evaluation, query: str) -> list[Arm]:
    arms = list(evaluation.arms)
    random.Random(f"{evaluation.seed}\n{query}").shuffle(arms)  # noqa: S311  (an order, no secret)
    return arms


def _arm_row(shop: Shop, arm: Arm, query: str, measure: Callable[[Page], Figures]) -> Row:
    """The figures of an arm's page; what goes wrong with it is the row's problem."""
    try:
        page = shop.page(arm, query)
        figures = measure(page) if page.failure is None else {}
    except ShopError as error:
        return _row(query, arm.name, {}, (), str(error))
    except Exception as error:  # a source of someone else may raise anything, and the run goes on
        return _row(query, arm.name, {}, (), failure(error))
    problem = page.failure or (NO_RESULTS if not page.total else None)
    return _row(query, arm.name, figures, page.facets, problem) | {"ms": page.seconds * 1000}


def _row(query: str, arm: str, figures: Figures, facets: Sequence[Facet], problem: str | None) -> Row:
    return {
        "query": query,
        "arm": arm,
        "figures": figures,
        "facets": [
            {
                "name": facet.name,
                "label": facet.label,
                "kind": facet.kind,
                "values": [{"label": value.label, "count": value.count} for value in facet.values],
            }
            for facet in facets
        ],
        "problem": problem,
    }


def latency(rows: Iterable[Row]) -> dict[str, dict[str, float]]:
    """Median and 95th percentile of the milliseconds of a page, by arm."""
    taken: dict[str, list[float]] = {}
    for row in rows:
        if "ms" in row:
            taken.setdefault(row["arm"], []).append(row["ms"])
    found = {}
    for arm, times in taken.items():
        cuts = quantiles(times if len(times) > 1 else times * 2, n=20, method="inclusive")
        found[arm] = {"median_ms": round(cuts[9], 2), "p95_ms": round(cuts[18], 2)}
    return found
