"""How well shown facets agree with gold ones (chosen by experts, by shoppers, or by looking ahead).

Closed facets (``matching.closed_names``) and open ones (``matching.open_labels``) are compared apart, each with gold
facets of its own kind: attribute names match exactly or not at all, words of shoppers never quite. Without gold
facets a figure is None; with gold facets and nothing shown it is 0.
"""

from collections.abc import Sequence
from math import log2

from genfacet_training.evaluation.metrics.matching import EXACT, Matcher, gold_places


def hit_at(shown: Sequence[str], gold: Sequence[str], k: int, matcher: Matcher = EXACT) -> float | None:
    """Hit@k: 1 where one of the first ``k`` shown facets is a gold facet, else 0. Its mean is a share (0 to 1)."""
    if not gold:
        return None
    return float(any(place is not None for place in gold_places(shown[:k], gold, matcher)))


def reciprocal_rank(shown: Sequence[str], gold: Sequence[str], matcher: Matcher = EXACT) -> float | None:
    """1 / rank of the first shown facet that is a gold facet, 0 where none is. Its mean is MRR (0 to 1)."""
    if not gold:
        return None
    places = gold_places(shown, gold, matcher)
    return next((1 / rank for rank, place in enumerate(places, 1) if place is not None), 0.0)


def ndcg_at(shown: Sequence[str], gold: Sequence[str], k: int, matcher: Matcher = EXACT) -> float | None:
    """nDCG@k: DCG of the shown facets over DCG of the gold order, DCG = Σ_{i<=k} gain_i / log2(i + 1) (0 to 1).

    Gains are linear in the gold order: the first of n gold facets gains n, the last 1.
    Source: Järvelin & Kekäläinen, Cumulated gain-based evaluation of IR techniques, TOIS 2002.
    """
    if not gold or k < 1:
        return None
    gains = [0 if place is None else len(gold) - place for place in gold_places(shown[:k], gold, matcher)]
    return _discounted(gains) / _discounted([len(gold) - place for place in range(len(gold))][:k])


def _discounted(gains: Sequence[float]) -> float:
    return sum(gain / log2(rank + 1) for rank, gain in enumerate(gains, 1))
