"""A linear model of orders: Plackett and Luce's, by maximum likelihood.

The probability that somebody chooses c1, then c2, … of a list is the product of exp(s(c_k)) / Σ exp(s(c)) over the
candidates c that are left. Its negative logarithm is ListMLE (Xia et al., Listwise Approach to Learning to Rank,
ICML 2008), cut to the first places, which weigh 1 / √k because a page shows those. Ridge penalties keep the weights of
rare words small. The loss is convex, so that L-BFGS finds the same weights every time.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

PLACES = 5
"""Choices of one list that count."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sample:
    """One query: features of its candidates, (candidates, columns), and the chosen ones in their order.

    ``weight`` says how much the list counts.
    """

    columns: Floats
    words: csr_matrix
    chosen: Sequence[int]
    weight: float = 1.0


def fit(samples: Sequence[Sample], ridge: Floats, rounds: int = 200) -> Floats:
    """The weights of all columns; ``ridge`` is the penalty of each (half of it times its square).

    Features come scaled to a spread of about 1. Raises ValueError without a sample that chose something.
    """
    useful = [sample for sample in samples if len(sample.chosen)]
    if not useful:
        raise ValueError("no list has a choice to learn from")

    def loss(weights: Floats) -> tuple[float, Floats]:
        total, slope = 0.0, np.zeros_like(weights)
        for sample in useful:
            one, gradient = _loss(sample, weights)
            total += one
            slope += gradient
        return total + 0.5 * float(ridge @ weights**2), slope + ridge * weights

    return np.asarray(minimize(loss, np.zeros(len(ridge)), jac=True, method="L-BFGS-B", options={"maxiter": rounds}).x)


def scores(sample: Sample, weights: Floats) -> Floats:
    """The score of each candidate, (candidates,)."""
    width = sample.columns.shape[1]
    return np.asarray(sample.columns @ weights[:width] + sample.words @ weights[width:])


def _loss(sample: Sample, weights: Floats) -> tuple[float, Floats]:
    """The weighted ListMLE of one list and its gradient."""
    score = scores(sample, weights)
    score -= score.max()
    odds = np.exp(score)
    lost, spread = 0.0, np.zeros_like(score)
    for place, chosen in enumerate(sample.chosen[:PLACES], 1):
        share = sample.weight / np.sqrt(place)
        left = odds.sum()
        lost += share * (np.log(left) - score[chosen])
        spread += share * odds / left
        spread[chosen] -= share
        odds = odds.copy()
        odds[chosen] = 0.0
    return float(lost), np.concatenate([spread @ sample.columns, sample.words.T @ spread])
