"""From an attribute of the probe to a facet: which values, in which order, with which labels."""

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


def define(
    seen: AttributeProbe, source: str, most: int, explanation: Mapping[str, float] | None = None
) -> Definition | None:
    """The facet of an attribute with at most ``most`` values; None where it has no two values worth showing."""
    values, kind = _discrete(seen, most) if is_discrete(seen, most) else (_ranges(seen, most), "range")
    if len(values) < 2:
        return None
    unit = seen.attribute.unit
    labels = tuple(_label(value, unit, kind) for value in values)
    name = seen.attribute.name
    return Definition(name, seen.attribute.label, kind, source, tuple(values), labels, dict(explanation or {}))


def is_discrete(seen: AttributeProbe, most: int) -> bool:
    """Whether an attribute's values are shown one by one: texts, and numbers that take few values."""
    return not seen.is_numeric or (seen.others == 0 and len(seen.values) <= min(most, 6))


def usable_values(seen: AttributeProbe) -> list[tuple[str, int]]:
    """The values that can be shown, most frequent first: no placeholders, no essays, nothing that reads as a range."""
    return [(value, docs) for value, docs in seen.values if _is_usable(value)]


def _is_usable(value: str) -> bool:
    return (
        value.strip().casefold() not in _EMPTY
        and len(value) <= _LONGEST
        and value.isprintable()
        and read_range(value) is None
    )


def _discrete(seen: AttributeProbe, most: int) -> tuple[list[str], Kind]:
    values = [value for value, _ in usable_values(seen)][:most]
    if seen.is_numeric:
        values.sort(key=float)
    elif _is_boolean(values):
        values.sort(key=lambda value: WORDS[value.casefold()], reverse=True)
    return values, "attribute"


def _ranges(seen: AttributeProbe, most: int) -> list[str]:
    spans = split(seen.quantiles)
    return [str(span) for span in spans] if len(spans) <= most else []


def _is_boolean(values: Iterable[str]) -> bool:
    return all(value.casefold() in WORDS for value in values)


def _label(value: str, unit: str, kind: Kind) -> str:
    span = read_range(value) if kind == "range" else None
    if span is not None:
        return range_label(span, unit)
    return WORDS.get(value.casefold(), f"{value} {unit}".rstrip())
