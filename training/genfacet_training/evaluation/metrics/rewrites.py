"""How good the search is that a selection leads to: by filter, by boost or by a rewritten query.

``ids`` are the results of the search that was executed, best first. Each figure is one search's; None where it is
not defined.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from itertools import islice
from statistics import fmean

from genfacet_training.evaluation.metrics.truth import TruthShares, all_hold, any_holds, truth_shares

FIRST = 30


def relevant_at(ids: Sequence[str], relevant: Set[str], k: int = FIRST) -> float | None:
    """REL@k: relevant documents among the first ``k`` results, |R ∩ first k| / k (0 to min(|R|, k) / k).

    The denominator is k however short the list is. None where nothing is known to be relevant. Source: EASP,
    arXiv 2603.15262, which gives REL@30; that it divides by 30 is our reading.
    """
    return len(relevant & set(ids[:k])) / k if relevant else None


def hit_rate_at(ids: Sequence[str], wanted: str, k: int = FIRST) -> float:
    """HR@k: 1 where the wanted document is among the first ``k`` results, else 0. Its mean is a share (0 to 1)."""
    return float(wanted in ids[:k])


def recall_at(ids: Sequence[str], relevant: Set[str], k: int = FIRST) -> float | None:
    """Recall@k: |R ∩ first k| / |R| (0 to 1; at most k / |R|); None where nothing is known to be relevant."""
    return len(relevant & set(ids[:k])) / len(relevant) if relevant else None


def constraint_satisfaction(verdicts: Iterable[Sequence[Sequence[bool | None]]], k: int = FIRST) -> TruthShares | None:
    """Shares of the first ``k`` results that satisfy the selection: true, false, unknown (0 to 1, together 1).

    ``verdicts`` holds, for each result, a row for each facet, and in it whether each selected value holds: one of a
    facet's values is enough, all facets must be satisfied. None without results, and where nothing is selected.
    """
    first = list(islice(verdicts, k))
    if not any(rows for rows in first):
        return None
    return truth_shares(all_hold(any_holds(row) for row in rows) for rows in first)


def drift(ids: Sequence[str], ratings: Mapping[str, float], most: float, k: int = FIRST) -> float | None:
    """1 - mean relevance of the first ``k`` results to the original query: 1 - mean(rating / most) (0 to 1).

    ``ratings`` are the original query's, 0 to ``most``. Results that nobody judged are left out, not taken as wrong
    (``judged_rate_at`` says how many there are); None where none is judged.
    """
    judged = [ratings[id_] / most for id_ in ids[:k] if id_ in ratings] if most > 0 else []
    return 1 - fmean(judged) if judged else None


def judged_rate_at(ids: Sequence[str], ratings: Mapping[str, float], k: int = FIRST) -> float | None:
    """Share of the first ``k`` results that have a rating (0 to 1): how much ``drift`` rests on."""
    return fmean(float(id_ in ratings) for id_ in ids[:k]) if ids[:k] else None


def zero_results(total: int, relaxed: bool = False) -> float:
    """1 where the search found nothing, else 0; its mean is the zero-result rate (0 to 1).

    A search that found something only after its rewrite was given up (``relaxed``) had found nothing.
    """
    return float(total == 0 or relaxed)
