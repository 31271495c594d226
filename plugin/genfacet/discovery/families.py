"""Families of attributes: nested fields of names and values, found by their shape."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from genfacet.discovery.fields import KEYWORDS, IndexField, IndexFields, Remark
from genfacet.discovery.names import ends_in
from genfacet.discovery.samples import Sample, objects_at, scalars_at

NAMES = frozenset({"name", "names", "key", "k", "attribute", "attr", "property", "label", "field", "feature", "spec"})
VALUES = frozenset({"value", "values", "val", "v", "text", "string", "str", "keyword", "content"})
NUMBERS = frozenset({"number", "num", "numeric", "value", "float", "double", "long", "int", "integer", "amount", "n"})
NO_VALUES = frozenset({"unit", "units", "id", "ids", "position", "order", "sort", "lang", "locale", "group"})

FEWEST_NAMES = 8
"""Names below which a shared prefix may be chance."""

FEWEST_REPEATED = 3
"""Repeated values below which their names say nothing."""


@dataclass(frozen=True, slots=True)
class FoundFamily:
    """A nested field of name/value pairs; ``name``, ``text`` and ``number`` are full paths."""

    path: str
    name: str
    text: str | None
    number: str | None


@dataclass(frozen=True, slots=True)
class NameFigures:
    """What the whole index knows of one raw name: documents, distinct texts and numbers, its most frequent texts."""

    docs: int
    texts: int = 0
    numbers: int = 0
    examples: tuple[str, ...] = ()

    @property
    def is_boolean(self) -> bool:
        """Whether its values are yes and no."""
        return not self.numbers and 0 < self.texts <= 2 and {e.lower() for e in self.examples} <= _BOOLEANS


_BOOLEANS = {"yes", "no", "true", "false", "y", "n", "0", "1"}


def find_families(fields: IndexFields, sample: Sample) -> tuple[list[FoundFamily], list[Remark]]:
    """The nested fields that are families, and the others with the reason."""
    found: list[FoundFamily] = []
    others: list[Remark] = []
    for path in fields.nested:
        inside = fields.inside(path)
        family = _family(path, inside, _pairs(path, inside, sample))
        if family is not None:
            found.append(family)
        elif inside or not any(other.startswith(f"{path}.") for other in fields.nested):
            others.append(Remark(path, "nested, but no pairs of names and values: its fields cannot be offered"))
    return found, others


Pair = Mapping[str, Sequence[Any]]
"""The values of one nested object by the full path of their field."""


def _pairs(path: str, inside: list[IndexField], sample: Sample) -> list[list[Pair]]:
    """The nested objects of each document."""
    documents: list[list[Pair]] = []
    for document in sample.documents:
        pairs = objects_at(document, path)
        if pairs:
            documents.append([{f.path: scalars_at(p, f.base.removeprefix(f"{path}.")) for f in inside} for p in pairs])
    return documents


def _family(path: str, inside: list[IndexField], documents: list[list[Pair]]) -> FoundFamily | None:
    keywords = [field for field in inside if field.type in KEYWORDS]
    numbers = [field for field in inside if field.is_number]
    names = [(score, f) for f in keywords if (score := _name_score(f, keywords, documents)) > 0]
    if not names:
        return None
    name = max(names, key=lambda scored: scored[0])[1]
    texts = [f for f in keywords if f.base != name.base and not ends_in(f.base, NO_VALUES)]
    text = max(texts, key=lambda f: (ends_in(f.base, VALUES), _distinct(f, documents)), default=None)
    plain = [f for f in numbers if f.base != name.base and not ends_in(f.base, NO_VALUES)]
    number = max(plain, key=lambda f: (ends_in(f.base, NUMBERS), _distinct(f, documents)), default=None)
    if text is None and number is None:
        return None
    return FoundFamily(path, name.path, text.path if text else None, number.path if number else None)


def _name_score(candidate: IndexField, keywords: list[IndexField], documents: list[list[Pair]]) -> float:
    """How much a keyword field is the one of names: above 0 where it is one.

    By its name; by its values, which hardly repeat within a document; and by the others' values, of which each
    occurs under one name (``black`` under ``colour``) and not under many.
    """
    if ends_in(candidate.base, NO_VALUES):
        return 0.0
    named = 1.0 if ends_in(candidate.base, NAMES) else -0.5 if ends_in(candidate.base, VALUES) else 0.0
    if not documents:
        return named
    return named + _uniqueness(candidate, documents) - 0.5 + _dependence(candidate, keywords, documents) - 0.75


def _uniqueness(candidate: IndexField, documents: list[list[Pair]]) -> float:
    """Share of the pairs whose name no other pair of the document has, less the share of names seen only once."""
    total = unique = 0
    everywhere: Counter[str] = Counter()
    for pairs in documents:
        names = [str(value) for pair in pairs for value in pair[candidate.path]]
        total, unique = total + len(names), unique + len(set(names))
        everywhere.update(set(names))
    if not total:
        return 0.0
    once = sum(1 for count in everywhere.values() if count == 1)
    return unique / total - once / total


def _dependence(candidate: IndexField, keywords: list[IndexField], documents: list[list[Pair]]) -> float:
    """Share of the other fields' repeated values that occur under one name only; 0.75 where few repeat."""
    under: dict[tuple[str, str], set[str]] = {}
    count: Counter[tuple[str, str]] = Counter()
    others = [f for f in keywords if f.base != candidate.base and not ends_in(f.base, NO_VALUES)]
    for pair in (pair for pairs in documents for pair in pairs):
        for field in others:
            for value in pair[field.path]:
                key = (field.path, str(value))
                count[key] += 1
                under.setdefault(key, set()).update(map(str, pair[candidate.path]))
    repeated = [key for key, times in count.items() if times > 1]
    if len(repeated) < FEWEST_REPEATED:
        return 0.75
    return sum(1 for key in repeated if len(under[key]) <= 1) / len(repeated)


def _distinct(field: IndexField, documents: list[list[Pair]]) -> int:
    return len({str(value) for pairs in documents for pair in pairs for value in pair[field.path]})


_HEAD = re.compile(r"[^_.:/\-]+[_.:/\-]+")
MOST_MARKS = 6


def find_prefixes(names: Collection[str]) -> tuple[str, ...]:
    """Prefixes of raw names that no shopper should read: what nearly all share, and short marks of a type behind it.

    ``attr_t_colour``, ``attr_n_weight`` and ``attr_b_touchscreen`` share ``attr_t_``, ``attr_n_`` and ``attr_b_``.
    """
    if len(names) < FEWEST_NAMES:
        return ()
    shared = ""
    while (head := _shared_head([name[len(shared) :] for name in names if name.startswith(shared)])) is not None:
        shared += head
    marks = _marks([name[len(shared) :] for name in names if name.startswith(shared)])
    found = [shared + mark for mark in marks] or ([shared] if shared else [])
    return tuple(sorted(found, key=lambda prefix: (-len(prefix), prefix)))


def _heads(rests: Sequence[str]) -> Counter[str]:
    heads: Counter[str] = Counter()
    for rest in rests:
        match = _HEAD.match(rest)
        if match and match.end() < len(rest):
            heads[match[0]] += 1
    return heads


def _shared_head(rests: Sequence[str]) -> str | None:
    """The first word that nine of ten names begin with."""
    head, count = next(iter(_heads(rests).most_common(1)), ("", 0))
    return head if rests and len(rests) >= FEWEST_NAMES and count >= 0.9 * len(rests) else None


def _marks(rests: Sequence[str]) -> list[str]:
    """Short first words (of at most three letters) that nine of ten names begin with one of."""
    short = [(head, n) for head, n in _heads(rests).most_common() if len(head.rstrip("_.:/-")) <= 3 and n > 1]
    marks = short[:MOST_MARKS]
    covered = sum(count for _, count in marks)
    return [head for head, _ in marks] if rests and covered >= 0.9 * len(rests) and covered > len(marks) * 2 else []
