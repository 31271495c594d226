"""A facet's value to its Elasticsearch clause: a pure function of name, value and catalogue.

The builder is closed. Whatever a model, a stored document or a request says, only ``term``, ``terms``, ``range`` and
``match_phrase`` come out, combined by ``bool`` and ``nested``, on fields of the configuration.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from genfacet.body import Clause
from genfacet.catalog import Attribute, Catalog, Family
from genfacet.facets import Kind, Selections
from genfacet.values import TEXT, Constraint, OpenValue, Range, read_number, read_open, read_range

BOOLEANS = {"yes": True, "no": False}
MAX_VALUE = 512
_ANY = Range(None, None)


class UnknownValueError(ValueError):
    """A value, or its attribute, that the catalogue cannot hold."""


def kind_of(name: str, value: str, catalog: Catalog) -> Kind:
    """The kind of a facet, as far as one of its values tells."""
    if name.startswith("~"):
        return "open"
    attribute = catalog.attribute(name)
    return "range" if attribute is not None and _span(attribute, value, catalog) is not None else "attribute"


def value_clause(name: str, value: str, catalog: Catalog) -> Clause:
    """The clause that holds for the documents that have this value.

    Raises UnknownValueError where the catalogue has no such attribute, or the value does not suit it.
    """
    if len(value) > MAX_VALUE or not value:
        raise UnknownValueError("a value has 1 to 512 characters")
    if name.startswith("~"):
        return _open_clause(value, catalog)
    attribute = _attribute(name, catalog)
    span = _span(attribute, value, catalog)
    if span is not None:
        return _range_clause(attribute, span, catalog)
    return _equal_clause(attribute, [value], catalog)


def is_expressible(name: str, values: Sequence[str], catalog: Catalog) -> bool:
    """Whether every value has a clause; odd numbers of an index, or a model, may have none."""
    try:
        for value in values:
            value_clause(name, value, catalog)
    except UnknownValueError:
        return False
    return True


def existence_clauses(name: str, value: str, catalog: Catalog) -> list[Clause]:
    """Clauses each of which holds for some document as long as the value exists in the catalogue.

    A range exists where its attribute has numbers, and words are always good, even if no document is found by them
    now: a filter that a shopper chose is not dropped because it finds nothing. Raises UnknownValueError.
    """
    if name.startswith("~"):
        named = [constraint for constraint in _meaning(value).constraints if constraint.name != TEXT]
        return [_constraint_clause(replace(c, range=_ANY) if c.range else c, catalog) for c in named]
    if kind_of(name, value, catalog) == "range":
        return [_range_clause(_attribute(name, catalog), _ANY, catalog)]
    return [value_clause(name, value, catalog)]


def facet_clause(name: str, values: Sequence[str], catalog: Catalog) -> Clause:
    """The clause of several selected values of one facet: any of them."""
    attribute = None if name.startswith("~") else catalog.attribute(name)
    if attribute is not None and all(kind_of(name, value, catalog) == "attribute" for value in values):
        return _equal_clause(attribute, values, catalog)  # one clause for all says the same, and is quicker
    return any_of([value_clause(name, value, catalog) for value in values])


def selection_clauses(selections: Selections, catalog: Catalog, without: str | None = None) -> list[Clause]:
    """One clause for every facet with selected values, leaving out one facet."""
    return [facet_clause(name, values, catalog) for name, values in selections.items() if values and name != without]


def any_of(clauses: Sequence[Clause]) -> Clause:
    """Documents for which at least one clause holds."""
    return clauses[0] if len(clauses) == 1 else {"bool": {"should": list(clauses), "minimum_should_match": 1}}


def all_of(clauses: Sequence[Clause]) -> Clause:
    """Documents for which every clause holds; no clause at all holds for every document."""
    if not clauses:
        return {"match_all": {}}
    return clauses[0] if len(clauses) == 1 else {"bool": {"filter": list(clauses)}}


def _span(attribute: Attribute, value: str, catalog: Catalog) -> Range | None:
    """The range that a value says; None where it says none, or the attribute holds no numbers: there it is raw."""
    if attribute.field is not None:
        numeric = attribute.type == "number"
    else:
        numeric = attribute.type != "boolean" and any(family.number for family in catalog.families)
    return read_range(value) if numeric and attribute.ranges else None


def _meaning(value: str) -> OpenValue:
    try:
        return read_open(value)
    except ValueError as error:
        raise UnknownValueError(str(error)) from error


def _open_clause(value: str, catalog: Catalog) -> Clause:
    meaning = _meaning(value)
    if not meaning.constraints:
        return _phrases([meaning.words], catalog)
    return all_of([_constraint_clause(constraint, catalog) for constraint in meaning.constraints])


def _constraint_clause(constraint: Constraint, catalog: Catalog) -> Clause:
    if constraint.name == TEXT:
        return _phrases(constraint.alternatives, catalog)
    attribute = _attribute(constraint.name, catalog)
    if constraint.range is not None:
        return _range_clause(attribute, constraint.range, catalog)
    return _equal_clause(attribute, constraint.alternatives, catalog)


def _phrases(phrases: Sequence[str], catalog: Catalog) -> Clause:
    fields = [field.partition("^")[0] for field in catalog.text_fields]
    if not fields:
        raise UnknownValueError("the configuration names no text fields")
    return any_of([{"match_phrase": {field: phrase}} for phrase in phrases for field in fields])


def _attribute(name: str, catalog: Catalog) -> Attribute:
    attribute = catalog.attribute(name)
    if attribute is None:
        raise UnknownValueError(f"{name!r} is no facetable attribute")
    return attribute


def _range_clause(attribute: Attribute, span: Range, catalog: Catalog) -> Clause:
    if not attribute.ranges or attribute.type == "boolean":
        raise UnknownValueError(f"{attribute.name!r} has no ranges")
    if attribute.field is not None:
        if attribute.type != "number":
            raise UnknownValueError(f"{attribute.name!r} is not a number")
        return {"range": {attribute.field: _bounds(span, attribute)}}

    def numbers(family: Family) -> Clause | None:
        return {"range": {family.number: _bounds(span, attribute)}} if family.number else None

    return _in_families(attribute, catalog, numbers)


def _bounds(span: Range, attribute: Attribute) -> dict[str, float]:
    """The sides of a range, without those that lie beyond all numbers of the field."""
    given = {"gte": span.low, "lt": span.high}
    sides = {side: _stored(bound, attribute) for side, bound in given.items() if bound is not None}
    most = attribute.most
    if most is None:
        return sides
    if sides.get("gte", -most) > most or sides.get("lt", most) < -most:
        raise UnknownValueError(f"{attribute.name!r} has no such numbers")
    return {side: bound for side, bound in sides.items() if abs(bound) <= most}


def _stored(number: Decimal, attribute: Attribute) -> float:
    return float(number / Decimal(attribute.scale))


def _equal_clause(attribute: Attribute, values: Sequence[str], catalog: Catalog) -> Clause:
    numbers = [number for value in values if (number := read_number(value)) is not None]
    if attribute.field is None:
        return _in_families(attribute, catalog, lambda family: _pair_equal(family, attribute, values, numbers))
    if attribute.type == "number":
        if len(numbers) < len(values):
            raise UnknownValueError(f"{attribute.name!r} is a number")
        stored = [_stored(number, attribute) for number in numbers]
        if attribute.most is not None and max(map(abs, stored)) > attribute.most:
            raise UnknownValueError(f"{attribute.name!r} has no such numbers")
        return {"terms": {attribute.field: stored}}
    if attribute.type == "boolean":
        if not set(values) <= BOOLEANS.keys():
            raise UnknownValueError(f"{attribute.name!r} is yes or no")
        return {"terms": {attribute.field: [BOOLEANS[value] for value in values]}}
    return {"terms": {attribute.field: list(values)}}


def _pair_equal(
    family: Family, attribute: Attribute, values: Sequence[str], numbers: Sequence[Decimal]
) -> Clause | None:
    ways: list[Clause] = []
    if family.text:
        ways.append({"terms": {family.text: list(values)}})
    if family.number and numbers:
        ways.append({"terms": {family.number: [_stored(number, attribute) for number in numbers]}})
    return any_of(ways) if ways else None


def _in_families(attribute: Attribute, catalog: Catalog, condition: Callable[[Family], Clause | None]) -> Clause:
    """Name and value match in one nested object, in any of the families that can hold such a value."""
    clauses = [
        {
            "nested": {
                "path": family.path,
                "query": {"bool": {"filter": [{"terms": {family.name: family.raw_names(attribute.name)}}, held]}},
            }
        }
        for family in catalog.families
        if (held := condition(family)) is not None
    ]
    if not clauses:
        raise UnknownValueError(f"no family holds such a value of {attribute.name!r}")
    return any_of(clauses)
