"""Judgements: which documents are good answers to a query, read from a CSV file ``query,docid,rating``.

The first line names the columns, in any order and among others; then follows one judgement a line. A line that
cannot be used is counted under its reason, and the rest of the file still counts. Lines are parsed one by one, so that
a forgotten quote spoils one line and not all that follow.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import TextIO

from genfacet.errors import GenFacetError

COLUMNS = ("query", "docid", "rating")
HIGHEST = 100.0
"""No scale of judgements goes further; what is above it is a slip, and would move the threshold of all."""
LONGEST_HEADER = 10_000


class JudgmentsError(GenFacetError):
    """The file cannot be read, or is no CSV of judgements."""


@dataclass(frozen=True)
class Judgments:
    """Ratings by query and document id, 0 to ``most``, the highest rating of the file.

    A document is relevant where its rating is at least ``threshold`` and above 0. ``problems`` counts lines, and
    queries without a relevant document, by reason; ``lines`` names the first line of each reason.
    """

    ratings: Mapping[str, Mapping[str, float]]
    most: float
    threshold: float
    problems: Mapping[str, int]
    lines: Mapping[str, int]

    def relevant(self, query: str) -> frozenset[str]:
        """The ids of the documents that are good answers to a query; empty for a query that was not judged."""
        judged = self.ratings.get(query, {})
        return frozenset(id_ for id_, rating in judged.items() if rating >= self.threshold and rating > 0)

    def queries(self) -> list[str]:
        """The judged queries that have a relevant document, in the order of the file."""
        return [query for query in self.ratings if self.relevant(query)]

    def without_relevant(self) -> list[str]:
        """The judged queries that have none."""
        return [query for query in self.ratings if not self.relevant(query)]


WITHOUT_RELEVANT = "query without a relevant document"


def read_judgments(path: Path, threshold: float | None = None, highest: float = HIGHEST) -> Judgments:
    """Reads a file; raises JudgmentsError with one sentence where it is no such CSV or holds no usable judgement.

    ``threshold`` is half of the file's highest rating where none is given (1 for ratings of 0 and 1). Ratings below 0
    or above ``highest`` are out of range.
    """
    try:
        # utf-8-sig drops a byte order mark; a byte that is not UTF-8 spoils its line only.
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            reading = _Reading(highest)
            places = _columns(path, file)
            for number, line in enumerate(file, 2):
                reading.add(number, line, places)
    except OSError as error:
        raise JudgmentsError(f"{path} cannot be read: {error.strerror}") from error
    return reading.judgments(path, threshold)


@dataclass
class _Reading:
    """What is gathered while the file streams by."""

    highest: float
    ratings: dict[str, dict[str, float]] = field(default_factory=dict)
    contradicted: set[tuple[str, str]] = field(default_factory=set)
    problems: Counter[str] = field(default_factory=Counter)
    lines: dict[str, int] = field(default_factory=dict)

    def add(self, number: int, line: str, places: Sequence[int]) -> None:
        """Takes one line in, or counts what is wrong with it; an empty line is nothing at all."""
        if not line.strip():
            return
        try:
            query, docid, rating = _judgment(line, places, self.highest)
        except ValueError as error:
            self._problem(str(error), number)
            return
        judged = self.ratings.setdefault(query, {})
        if docid not in judged:
            judged[docid] = rating
        elif judged[docid] == rating and (query, docid) not in self.contradicted:
            self._problem("judged twice alike", number)
        else:
            self.contradicted.add((query, docid))
            self._problem("contradicts an earlier line", number)

    def judgments(self, path: Path, threshold: float | None) -> Judgments:
        """Settles what was read. Of two ratings that contradict each other neither is believed."""
        for query, docid in self.contradicted:
            del self.ratings[query][docid]
        most = max((rating for judged in self.ratings.values() for rating in judged.values()), default=None)
        if most is None:
            raise JudgmentsError(f"{path} holds no usable judgement{_most_frequent(self.problems)}")
        limit = most / 2 if threshold is None else threshold
        found = Judgments(self.ratings, most, limit, self.problems, self.lines)
        if missing := len(found.without_relevant()):
            self.problems[WITHOUT_RELEVANT] = missing
        return found

    def _problem(self, reason: str, number: int) -> None:
        self.problems[reason] += 1
        self.lines.setdefault(reason, number)


def _columns(path: Path, file: TextIO) -> list[int]:
    """The places of query, docid and rating, and how many columns there are."""
    header = file.readline(LONGEST_HEADER)
    try:
        names = [name.strip().casefold() for name in next(_rows([header]), [])]
    except csv.Error:
        names = []
    missing = [name for name in COLUMNS if names.count(name) != 1]
    if missing:
        raise JudgmentsError(
            f"{path} is no CSV of judgements: its first line must name the columns query,docid,rating once each, "
            f"and {' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not there"
        )
    return [*map(names.index, COLUMNS), len(names)]


def _judgment(line: str, places: Sequence[int], highest: float) -> tuple[str, str, float]:
    """Query, document id and rating of a line; raises ValueError with the reason."""
    if not line.isascii() and any("\udc80" <= c <= "\udcff" for c in line):
        raise ValueError("not UTF-8")
    try:
        row = next(_rows([line]))
    except csv.Error:
        raise ValueError("not readable as CSV (a quote that does not close?)") from None
    *wanted, columns = places
    if len(row) != columns:
        raise ValueError("too few columns" if len(row) < columns else "too many columns (a comma without quotes?)")
    query, docid, text = (row[place] for place in wanted)
    if not query.strip() or not docid.strip():
        raise ValueError("no query" if not query.strip() else "no docid")
    rating = _number(text)
    if not 0 <= rating <= highest:
        raise ValueError("rating out of range")
    return query, docid, rating


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not isfinite(number) or "_" in text:
        raise ValueError("rating is not a number")
    return number


def _rows(lines: Iterable[str]) -> Iterator[list[str]]:
    return csv.reader(lines, strict=True)


def _most_frequent(problems: Counter[str]) -> str:
    return "".join(f": {count} times {reason}" for reason, count in problems.most_common(1))
