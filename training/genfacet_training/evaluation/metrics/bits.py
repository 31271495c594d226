"""Sets of results as bits of a number: bit i stands for the i-th result, so that ranks are counted, not searched."""

from collections.abc import Iterable, Mapping


def bits_of(ids: Iterable[str], places: Mapping[str, int]) -> int:
    """The results with these ids; ids without a place (from 0) are left out."""
    bits = 0
    for id_ in ids:
        if id_ in places:
            bits |= 1 << places[id_]
    return bits


def rank_in(results: int, place: int | None) -> int | None:
    """The rank (from 1) among the results of the one at ``place``; None where it is not among them."""
    if place is None or not results >> place & 1:
        return None
    return (results & ((1 << place) - 1)).bit_count() + 1
