"""Products as a shopper knows them: shown values by attribute, and whether a facet value holds for one."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from genfacet.catalog import Attribute, Catalog, Family
from genfacet.probe import value_text
from genfacet.values import TEXT, Constraint, Range, read_number, read_open, read_range


@dataclass(frozen=True, slots=True)
class Document:
    """One product. ``values`` are the shown values of each attribute: raw text, ``yes`` and ``no``, scaled numbers."""

    id: str
    title: str
    text: str
    values: Mapping[str, tuple[str, ...]]
    category: str | None = None
    popularity: float | None = None


def fields_request(catalog: Catalog, popularity: str | None) -> list[str]:
    """What to ask for in ``fields`` of a search, so that `read_document` can read its hits."""
    nested = [f"{family.path}.*" for family in catalog.families]
    plain = [attribute.field for attribute in catalog.fields if attribute.field]
    others = [field for field in (catalog.category, popularity) if field]
    return [*dict.fromkeys([*plain, *text_fields(catalog), *nested, *others])]


def text_fields(catalog: Catalog) -> list[str]:
    """The names of the fields that carry the query's text, without boosts; the first one is the title."""
    return [field.partition("^")[0] for field in catalog.text_fields]


def read_document(hit: Mapping[str, Any], catalog: Catalog, popularity: str | None) -> Document:
    """A product from a hit of a search with `fields_request`."""
    fields = hit.get("fields", {})
    values: dict[str, dict[str, None]] = {}
    for attribute, value in (*_plain_values(fields, catalog), *_nested_values(fields, catalog)):
        values.setdefault(attribute.name, {})[value_text(value, attribute)] = None
    texts = [str(text) for field in text_fields(catalog) for text in fields.get(field, ())]
    popular = next(iter(fields.get(popularity or "", ())), None)
    category = next(iter(fields.get(catalog.category or "", ())), None)
    return Document(
        str(hit["_id"]),
        texts[0] if texts else str(hit["_id"]),
        " | ".join(texts),
        {name: tuple(found) for name, found in values.items()},
        None if category is None else str(category),
        float(popular) if isinstance(popular, int | float) else None,
    )


def _plain_values(fields: Mapping[str, Any], catalog: Catalog) -> Iterator[tuple[Attribute, Any]]:
    for attribute in catalog.fields:
        for value in fields.get(attribute.field or "", ()):
            yield attribute, value


def _nested_values(fields: Mapping[str, Any], catalog: Catalog) -> Iterator[tuple[Attribute, Any]]:
    for family in catalog.families:
        for pair in fields.get(family.path, ()):
            for raw in pair.get(_leaf(family.name, family), ()):
                attribute = catalog.attribute(family.attribute_name(str(raw)))
                if attribute is None or attribute.field is not None:
                    continue
                for field in filter(None, (family.number, family.text)):
                    for value in pair.get(_leaf(field, family), ()):
                        yield attribute, value


def _leaf(field: str, family: Family) -> str:
    return field.removeprefix(f"{family.path}.")


def holds(document: Document, name: str, value: str, catalog: Catalog) -> bool | None:
    """Whether a facet's value is right (True) or wrong (False) for a product; None where the product does not say.

    It judges as a reader does, by shown values and by words of the text with their endings folded: that may differ
    from what an analyzer finds. A missing attribute is unknown, never a violation.
    """
    if not name.startswith("~"):
        return _equals(document, name, value, catalog)
    try:
        meaning = read_open(value)
    except ValueError:
        return None
    constraints = meaning.constraints or (Constraint(TEXT, alternatives=(meaning.words,)),)
    verdicts = [_satisfies(document, constraint) for constraint in constraints]
    return False if False in verdicts else (None if None in verdicts else True)


def _equals(document: Document, name: str, value: str, catalog: Catalog) -> bool | None:
    known = document.values.get(name)
    if known is None:
        return None
    attribute = catalog.attribute(name)
    span = read_range(value) if attribute is not None and attribute.ranges else None
    if span is not None and value not in known:
        return _in_range(known, span)
    return value in known


def _satisfies(document: Document, constraint: Constraint) -> bool | None:
    if constraint.name == TEXT:
        return any(has_phrase(document.text, phrase) for phrase in constraint.alternatives)
    known = document.values.get(constraint.name)
    if known is None:
        return None
    if constraint.range is not None:
        return _in_range(known, constraint.range)
    return not set(known).isdisjoint(constraint.alternatives)


def _in_range(values: Iterable[str], span: Range) -> bool | None:
    """None where no value is a number."""
    numbers = [number for value in values if (number := read_number(value)) is not None]
    if not numbers:
        return None
    return any(
        (span.low is None or span.low <= number) and (span.high is None or number < span.high) for number in numbers
    )


def has_phrase(text: str, phrase: str) -> bool:
    """Whether the words of a phrase stand one after the other in a text, endings folded."""
    wanted = _words(phrase)
    words = _words(text)
    return bool(wanted) and any(words[at : at + len(wanted)] == wanted for at in range(len(words) - len(wanted) + 1))


@lru_cache(20_000)
def _words(text: str) -> Sequence[str]:
    return tuple(_fold(word) for word in re.findall(r"\w+", text.casefold()))


def _fold(word: str) -> str:
    """A plural as its singular; longer words only, so that "as" and "gas" stay."""
    return word.removesuffix("es" if word.endswith(("ches", "shes", "xes")) else "s") if len(word) > 3 else word
