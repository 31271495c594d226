"""From an attribute of the probe to a facet: which values, in which order, with which labels."""

import re
from collections.abc import Iterable, Mapping

from genfacet.facets import Definition, Kind
from genfacet.probe import AttributeProbe
from genfacet.ranges import range_label, split
from genfacet.values import read_range

WORDS = {"yes": "Yes", "true": "Yes", "y": "Yes", "no": "No", "false": "No", "n": "No"}
"""Booleans read as words."""
_EMPTY = {
    "",
    "-",
    "n/a",
    "na",
    "none",
    "null",
    "not available",
    "not applicable",
    "unknown",
    "undefined",
    "?",
}
_LONGEST = 60
# "75 x 120 x 10", "12 - 22000": several numbers in one text, which nobody chooses by and no range can be made of.
_SEVERAL = re.compile(r"[\d.,]+ - [\d.,]+\D{0,6}|[\d.,]+(?: ?[x×*] ?[\d.,]+){2,}\D{0,6}", re.IGNORECASE)
SPARE = 2
"""Values counted beyond the wanted ones, because a sample knows the most frequent ones only roughly."""


def define(
    seen: AttributeProbe, source: str, most: int, explanation: Mapping[str, float] | None = None
) -> Definition | None:
    """The facet of an attribute for ``most`` values; None where it has no two values worth showing."""
    attribute = seen.attribute
    by_count = False
    kind: Kind = "attribute"
    if not is_discrete(seen, most):
        values, kind = _ranges(seen, most), "range"
    elif seen.is_numeric:
        values = sorted((value for value, _ in usable_values(seen)), key=float)
    else:
        values = [value for value, _ in usable_values(seen)][: most + SPARE]
        by_count = not _is_boolean(values)
        if not by_count:
            values.sort(key=lambda value: WORDS[value.casefold()], reverse=True)
    if len(values) < 2:
        return None
    labels = tuple(_label(value, attribute.unit, kind) for value in values)
    return Definition(
        attribute.name, attribute.label, kind, source, tuple(values), labels, by_count, dict(explanation or {})
    )


def is_discrete(seen: AttributeProbe, most: int) -> bool:
    """Whether an attribute's values are shown one by one: texts, and numbers that take few values."""
    return not seen.is_numeric or (seen.others == 0 and len(seen.values) <= min(most, 6))


def usable_values(seen: AttributeProbe) -> list[tuple[str, int]]:
    """The values that can be shown, most frequent first.

    Left out are placeholders, essays, what reads as a range, dimensions and spans of several numbers, and rarer
    spellings that differ in case alone.
    """
    spellings: dict[str, tuple[str, int]] = {}
    for value, docs in seen.values:
        if _is_usable(value):
            spellings.setdefault(value.casefold(), (value, docs))
    return list(spellings.values())


def _is_usable(value: str) -> bool:
    return (
        value.strip().casefold() not in _EMPTY
        and len(value) <= _LONGEST
        and value.isprintable()
        and read_range(value) is None
        and _SEVERAL.fullmatch(value) is None
    )


def _ranges(seen: AttributeProbe, most: int) -> list[str]:
    spans = split(seen.quantiles, whole=all(value.lstrip("-").isdecimal() for value, _ in seen.values))
    return [str(span) for span in spans] if len(spans) <= most else []


def _is_boolean(values: Iterable[str]) -> bool:
    return all(value.casefold() in WORDS for value in values)


def _label(value: str, unit: str, kind: Kind) -> str:
    span = read_range(value) if kind == "range" else None
    if span is not None:
        return range_label(span, unit)
    return WORDS.get(value.casefold(), f"{value} {unit}".rstrip())
