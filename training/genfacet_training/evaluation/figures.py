"""What is measured of one query under one arm."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from genfacet.facets import Facet
from genfacet.measures import Matches
from genfacet_training.evaluation.documents import Document, holds
from genfacet_training.evaluation.metrics.facets import (
    Counts,
    best_promotion,
    coverage_at,
    dead_end_rate,
    grounded_rate,
    novelty,
    redundancy_at,
    selectivity,
    thin_rate,
)
from genfacet_training.evaluation.metrics.matching import EXACT, Matcher, canonical_text, closed_names, open_labels
from genfacet_training.evaluation.metrics.navigation import mean_cost, mean_effort, navigate, reached_rate
from genfacet_training.evaluation.metrics.ranking import hit_at, ndcg_at, reciprocal_rank
from genfacet_training.evaluation.metrics.truth import truth_shares
from genfacet_training.evaluation.shop import Shop

Figures = dict[str, float | None]
SIZE = 5
SHOWN_HITS = 3
"""First results of a value whose truth is looked at."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What is known of a query: its ranking, its relevant products, its gold facets; and what the index holds."""

    ranking: tuple[str, ...]
    total: int
    relevant: frozenset[str]
    gold: Sequence[Facet]
    indexed: Set[str]


def facet_figures(shop: Shop, query: str, facets: Sequence[Facet], truth: Truth, matcher: Matcher = EXACT) -> Figures:
    """The figures of the facets that an arm shows for a query; raises ShopError."""
    matches = shop.matches(query, facets)
    counts = shop.counts(query, facets)
    ways = navigate(truth.ranking, facets, matches, truth.relevant).values()
    opened = [facet for facet in facets if facet.kind == "open"]
    indexed = truth.indexed | _counted(facets, counts)
    figures: Figures = {
        "promotion": best_promotion(truth.ranking, matches, truth.relevant),
        "reached": reached_rate(ways),
        "effort": mean_effort(ways),
        "cost": mean_cost(ways),
        "facets": float(len(facets)),
        "coverage": coverage_at(matches, facets, SIZE),
        "redundancy": redundancy_at(matches, facets, SIZE),
        "selectivity": selectivity(facets, counts, truth.total),
        "dead_ends": dead_end_rate(facets, counts),
        "thin": thin_rate(facets, counts),
        "grounded": grounded_rate(facets, counts),
        "novelty": novelty(facets, indexed, ()),
        "open_share": len(opened) / len(facets) if facets else None,
        "open_coverage": coverage_at(matches, opened, SIZE) if opened else None,
        "open_thin": thin_rate(opened, counts),
        "open_novelty": novelty(opened, indexed, ()),
    }
    return figures | _truth_figures(shop, matches, truth.ranking) | gold_figures(facets, truth.gold, matcher)


def _counted(facets: Sequence[Facet], counts: Counts) -> set[str]:
    """Labels of closed values that some result has: the index holds them, even where a sample of it does not."""
    return {
        canonical_text(value.label)
        for facet in facets
        if facet.kind != "open"
        for value in facet.values
        if counts[facet.name, value.value]
    }


def gold_figures(facets: Sequence[Facet], gold: Sequence[Facet], matcher: Matcher) -> Figures:
    """Closed facets against the gold ones, by the names of their attributes."""
    shown, wanted = closed_names(facets), closed_names(gold)
    return {
        "gold_top1": hit_at(shown, wanted[:1], 1, matcher),
        "gold_hit": hit_at(shown, wanted, SIZE, matcher),
        "gold_mrr": reciprocal_rank(shown, wanted, matcher),
        "gold_ndcg": ndcg_at(shown, wanted, SIZE, matcher),
    }


def expert_figures(facets: Sequence[Facet], experts: Sequence[Facet], closed: Matcher, opened: Matcher) -> Figures:
    """Shown facets against those that an expert chose: closed ones by attribute, open ones by label."""
    shown, wanted = closed_names(facets), closed_names(experts)
    return {
        "expert_ndcg": ndcg_at(shown, wanted, SIZE, closed),
        "expert_top1": hit_at(shown, wanted[:1], 1, closed),
        "expert_hit": hit_at(shown, wanted, 1, closed),
        "expert_mrr": reciprocal_rank(shown, wanted, closed),
        "expert_open_hit": hit_at(open_labels(facets), open_labels(experts), SIZE, opened),
    }


def _truth_figures(shop: Shop, matches: Matches, ranking: Sequence[str]) -> Figures:
    """Whether the first results of each value have it, as a reader of the product would say."""
    places = {id_: place for place, id_ in enumerate(ranking)}
    first = {
        pair: sorted(found & places.keys(), key=places.__getitem__)[:SHOWN_HITS]
        for pair, found in matches.values.items()
    }
    known = shop.documents(id_ for ids in first.values() for id_ in ids)
    shares = truth_shares(verdicts(first, known, shop))
    if shares is None:
        return {"true": None, "false": None, "unknown": None}
    return {"true": shares.true, "false": shares.false, "unknown": shares.unknown}


def verdicts(
    first: Mapping[tuple[str, str], Sequence[str]], known: Mapping[str, Document], shop: Shop
) -> Iterable[bool | None]:
    """Whether each value holds for each of its products."""
    for (name, value), ids in first.items():
        for id_ in ids:
            if id_ in known:
                yield holds(known[id_], name, value, shop.catalog)
