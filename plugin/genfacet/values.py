"""The syntax of facet values: ranges, and open values with an executable meaning.

A closed value is raw text and its attribute decides what it means. A range is half-open: ``"50..100"`` is
``50 <= x < 100``, ``"..50"`` and ``"100.."`` leave one side open. An open value is a shopper's words and what they
stand for: ``words("|"name"="(range|alternative(","alternative)*))*``. A backslash takes the meaning from
``\\``, ``|``, ``,``, ``=`` and a literal ``..``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

_NUMBER = r"-?[0-9]{1,15}(?:\.[0-9]{1,9})?"
_RANGE = re.compile(rf"({_NUMBER})?\.\.({_NUMBER})?")
_PLAIN_NUMBER = re.compile(_NUMBER)
MAX_LENGTH = 512
MAX_CONSTRAINTS = 8
MAX_ALTERNATIVES = 64
"""Alternatives of one constraint; each may become a clause for every text field."""
TEXT = "text"
"""The reserved name that searches the query's text fields for phrases."""


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from ``low`` (included) to ``high`` (excluded); None leaves a side open."""

    low: Decimal | None
    high: Decimal | None

    def __str__(self) -> str:
        return f"{_plain(self.low)}..{_plain(self.high)}"


@dataclass(frozen=True, slots=True)
class Constraint:
    """One condition of an open value: the attribute ``name`` in a range, or equal to any of the alternatives."""

    name: str
    range: Range | None = None
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenValue:
    """A shopper's words and the constraints that all hold where they are true; none: the words are the phrase."""

    words: str
    constraints: tuple[Constraint, ...] = ()


def read_range(text: str) -> Range | None:
    """Reads ``"50..100"``; None where the text is no range or is empty (``low >= high``)."""
    match = _RANGE.fullmatch(text) if ".." in text else None
    if match is None or match.groups() == (None, None):
        return None
    low, high = (None if part is None else Decimal(part) for part in match.groups())
    if low is not None and high is not None and low >= high:
        return None
    return Range(low, high)


def read_number(text: str) -> Decimal | None:
    """Reads a plain decimal number such as ``"2.5"``; None where the text is something else."""
    return Decimal(text) if _PLAIN_NUMBER.fullmatch(text) else None


def read_open(text: str) -> OpenValue:
    """Reads an open value.

    Raises ValueError with the reason where the text breaks the grammar.
    """
    if len(text) > MAX_LENGTH:
        raise ValueError(f"an open value has at most {MAX_LENGTH} characters")
    words, *meaning = _split(_tokens(text), "|")
    if not _plain_text(words).strip():
        raise ValueError("an open value begins with its words")
    if len(meaning) > MAX_CONSTRAINTS:
        raise ValueError(f"an open value has at most {MAX_CONSTRAINTS} constraints")
    return OpenValue(_plain_text(words), tuple(map(_read_constraint, meaning)))


def write_open(value: OpenValue) -> str:
    """The text of an open value; ``read_open`` gives the value back."""
    return "|".join([_escape(value.words), *map(_write_constraint, value.constraints)])


def words_of(text: str) -> str:
    """The words of an open value, its label; the whole text where it breaks the grammar."""
    try:
        return read_open(text).words
    except ValueError:
        return text


# A token is one character, or ".." as a whole; the flag says whether it keeps its meaning as syntax.
_Token = tuple[str, bool]


def _tokens(text: str) -> list[_Token]:
    return list(_scan(text))


def _scan(text: str) -> Iterator[_Token]:
    place = 0
    while place < len(text):
        syntax = text[place] != "\\"
        if not syntax:
            place += 1
            if place == len(text):
                raise ValueError("an open value ends in the middle of an escape")
        token = ".." if text.startswith("..", place) else text[place]
        if not syntax and token not in {"\\", "|", ",", "=", ".."}:
            raise ValueError(f"a backslash cannot stand before {token!r}")
        yield token, syntax
        place += len(token)


def _split(tokens: list[_Token], mark: str, most: int = -1) -> list[list[_Token]]:
    parts: list[list[_Token]] = [[]]
    for token in tokens:
        if token == (mark, True) and most != len(parts) - 1:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _plain_text(tokens: list[_Token]) -> str:
    return "".join(token for token, _ in tokens)


def _read_constraint(tokens: list[_Token]) -> Constraint:
    left, *right = _split(tokens, "=", most=1)
    name = _plain_text(left)
    if not right or not name:
        raise ValueError("a constraint reads name=value")
    if ("..", True) in right[0]:
        span = read_range(_plain_text(right[0]))
        if span is None or name == TEXT:
            raise ValueError(f"{_plain_text(right[0])!r} is no range")
        return Constraint(name, range=span)
    alternatives = tuple(map(_plain_text, _split(right[0], ",")))
    if len(alternatives) > MAX_ALTERNATIVES:
        raise ValueError(f"a constraint has at most {MAX_ALTERNATIVES} alternatives")
    if not all(alternative.strip() for alternative in alternatives):
        raise ValueError("an alternative is empty")
    return Constraint(name, alternatives=alternatives)


def _write_constraint(constraint: Constraint) -> str:
    if constraint.range is not None:
        return f"{_escape(constraint.name)}={constraint.range}"
    return f"{_escape(constraint.name)}={','.join(map(_escape, constraint.alternatives))}"


def _escape(text: str) -> str:
    return re.sub(r"\\|\||,|=|\.\.", lambda match: "\\" + match[0], text)


def _plain(number: Decimal | None) -> str:
    return "" if number is None else f"{number:f}"
