"""Random numbers that depend on what is decided and on nothing else.

A shared stream would give two arms different luck from the first decision in which they differ. Here each number is a
hash of (seed, shopper, what is decided), so that arms, threads and paths all see the same one.
"""

from collections.abc import Sequence
from hashlib import blake2b
from math import log
from typing import TypeVar

T = TypeVar("T")
_STEPS = 2**53


class Chance:
    """Numbers by key. Keys are texts and whole numbers; equal keys have equal numbers, all others independent ones."""

    __slots__ = ("_hash",)

    def __init__(self, *key: str | int) -> None:
        self._hash = blake2b(repr(key).encode(), digest_size=8)

    def of(self, *key: str | int) -> "Chance":
        """Numbers of their own for something within this."""
        inner = Chance.__new__(Chance)
        inner._hash = self._hash.copy()
        inner._hash.update(repr(key).encode())
        return inner

    def at(self, *what: str | int) -> float:
        """The number of this decision, evenly distributed in [0, 1)."""
        state = self._hash.copy()
        state.update(repr(what).encode())
        return (int.from_bytes(state.digest(), "big") >> 11) / _STEPS

    def gumbel(self, *what: str | int) -> float:
        """A standard Gumbel number: added to utilities, the greatest sum is a logit choice."""
        return -log(-log((self.at(*what) * (_STEPS - 2) + 1) / _STEPS))

    def pick(self, items: Sequence[T], weights: Sequence[float], *what: str | int) -> T:
        """One of the items, with probabilities in proportion to the weights; the weights must not all be 0."""
        left = self.at(*what) * sum(weights)
        for item, weight in zip(items, weights, strict=True):
            left -= weight
            if left < 0:
                return item
        return next(item for item, weight in zip(reversed(items), reversed(weights), strict=True) if weight > 0)
