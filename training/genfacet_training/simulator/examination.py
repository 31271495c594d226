"""How likely a place is looked at, fitted on clicks alone, as somebody with a real log must.

Clicks follow P(click) = p_place * a_item; expectation maximisation finds both. Only ratios of p can be known, so the
first place is 1. Source: Wang et al., Position bias estimation for unbiased learning to rank, WSDM 2018 (with one
parameter for an item instead of a regression).
"""

from collections.abc import Mapping

Item = str
ROUNDS = 300
SCARCE = 50
"""A place that was shown less often is as likely as the one before it: nothing else is known of it."""


def fit(counts: Mapping[tuple[Item, int], tuple[int, int]]) -> list[float]:
    """Examination by place relative to the first, from (impressions, clicks) by item and place; [] without any.

    A probability never rises from one place to the next: what noise lifts is lowered to the one before.
    """
    import numpy as np

    keys = sorted(counts)
    if not keys:
        return []
    items = {item: number for number, item in enumerate(dict.fromkeys(item for item, _ in keys))}
    item = np.array([items[key[0]] for key in keys])
    place = np.array([key[1] for key in keys])
    shown = np.array([counts[key][0] for key in keys], dtype=np.float64)
    clicked = np.array([counts[key][1] for key in keys], dtype=np.float64)
    places, number = int(place.max()) + 1, len(items)
    looked, liked = np.full(places, 0.5), np.full(number, 0.3)
    by_place = np.maximum(np.bincount(place, shown, places), 1)
    by_item = np.maximum(np.bincount(item, shown, number), 1)
    for _ in range(ROUNDS):
        p, a = looked[place], liked[item]
        missed = (shown - clicked) / np.maximum(1 - p * a, 1e-9)
        looked = np.bincount(place, clicked + missed * p * (1 - a), places) / by_place
        liked = np.bincount(item, clicked + missed * a * (1 - p), number) / by_item
    return _relative(looked.tolist(), np.bincount(place, shown, places).tolist())


def _relative(looked: list[float], shown: list[float]) -> list[float]:
    first = looked[0] or 1.0
    fitted = [1.0]
    for probability, impressions in zip(looked[1:], shown[1:], strict=True):
        fitted.append(fitted[-1] if impressions < SCARCE else min(fitted[-1], max(probability / first, 0.01)))
    return fitted
