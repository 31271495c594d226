"""Which queries are held out, for good: they train nothing, and stand in no few-shot prompt.

A query is drawn by its own text (a tenth of all, whatever else is in the file), and what is nearly the same as a
held-out query is held out with it: a model that has seen "black hdmi cable" has seen "hdmi cable black".
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from genfacet.measures import jaccard
from genfacet.sources.ranking import words

ALIKE = 0.75
"""Queries that share this much of their words (Jaccard) are near-duplicates."""

PARTS = 10


@dataclass(frozen=True, slots=True)
class Split:
    """Queries in the order in which they came."""

    development: tuple[str, ...]
    held_out: tuple[str, ...]


def is_drawn(query: str) -> bool:
    """Whether the query is held out by its own text: sha256 of it, as a number, is divisible by 10."""
    return int(sha256(query.encode("utf-8", "surrogatepass")).hexdigest(), 16) % PARTS == 0


def is_validation(query: str) -> bool:
    """Whether a query that is not held out says when to stop a training: a twentieth of all."""
    return int(sha256(query.encode("utf-8", "surrogatepass")).hexdigest(), 16) % (2 * PARTS) == 1


def near_duplicates(one: str, other: str) -> bool:
    """Whether two queries are nearly the same: equal but for case and spaces, or Jaccard of their words >= 0.75.

    Words have case and plural folded and numbers left out, so "iphone 12 case" and "iphone 13 case" are alike.
    """
    return _plain(one) == _plain(other) or jaccard(words(one), words(other)) >= ALIKE


class HeldOut:
    """The held-out queries among those given, and the test whether any other query must be held out with them.

    ``judged`` queries are held out too, whatever they are; without ``drawn`` these alone.
    """

    def __init__(self, queries: Iterable[str], judged: Iterable[str] = (), *, drawn: bool = True) -> None:
        self._drawn = drawn
        known = list(dict.fromkeys(queries))
        self._plain: set[str] = set()
        self._by_word: dict[str, list[str]] = {}
        for query in (*(filter(is_drawn, known) if drawn else ()), *judged):
            self._add(query)
        # What is held out as a near-duplicate has near-duplicates of its own.
        found = True
        while found:
            more = [query for query in known if _plain(query) not in self._plain and query in self]
            for query in more:
                self._add(query)
            found = bool(more)

    def __contains__(self, query: str) -> bool:
        """Whether the query is drawn, or nearly the same as one that is held out."""
        if (self._drawn and is_drawn(query)) or _plain(query) in self._plain:
            return True
        candidates = dict.fromkeys(other for word in words(query) for other in self._by_word.get(word, ()))
        return any(near_duplicates(query, other) for other in candidates)

    def _add(self, query: str) -> None:
        self._plain.add(_plain(query))
        for word in words(query):
            self._by_word.setdefault(word, []).append(query)


def split(queries: Sequence[str]) -> Split:
    """Parts the queries into those to develop and train on and those that are held out."""
    held_out = HeldOut(queries)
    parts: dict[bool, list[str]] = {False: [], True: []}
    for query in queries:
        parts[query in held_out].append(query)
    return Split(tuple(parts[False]), tuple(parts[True]))


def _plain(query: str) -> str:
    return " ".join(query.casefold().split())
