"""A mapping made from the products themselves.

Strings become text (with `.keyword` where they are short), dates, numbers and booleans what they are, and a
dictionary of scalars a *family*: nested documents of a name and a value, so that thousands of attributes
need three fields.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from genfacet.errors import GenFacetError

FieldPath = tuple[str, ...]

CLEAR = 0.95
"""Share of the values that must agree before a field becomes something narrower than text."""

LONGEST_KEYWORD = 256
"""Characters of the longest value that `.keyword` takes."""

DEEPEST = 20
"""Levels of objects; Elasticsearch takes no more by default."""

FAMILY: dict[str, Any] = {
    "type": "nested",
    "dynamic": False,
    "properties": {
        "name": {"type": "keyword"},
        "value": {"type": "keyword", "ignore_above": 512},
        "number": {"type": "double"},
    },
}

PAIR_FIELDS = frozenset(FAMILY["properties"])

_DATE = re.compile(
    r"\d{4}-\d{2}-\d{2}"
    r"(T\d{2}(:\d{2}(:\d{2}([.,]\d{1,9})?)?)?(Z|[+-]\d{2}(:?\d{2})?)?)?"
)
_LONG = 2**63
_NUMBERS = frozenset({"long", "double"})
_WHOLE_NUMBERS = frozenset({"byte", "short", "integer", "long"})
_ALL_NUMBERS = _WHOLE_NUMBERS | {"half_float", "float", "double", "scaled_float"}


class MappingError(GenFacetError):
    """The index that is there has another mapping."""


class ShapeError(ValueError):
    """A value does not fit into the family of its field; the message is for the rejected line."""


@dataclass(slots=True)
class Observed:
    """What the values of one field looked like so far."""

    kinds: dict[str, int] = field(default_factory=dict)
    longest: int = 0
    fields: dict[str, "Observed"] = field(default_factory=dict)
    in_lists: bool = False
    most_pairs: int = 0

    def add(self, value: Any, depth: int = 0) -> None:
        """Look at one more value; nulls say nothing."""
        if isinstance(value, list):
            if depth < DEEPEST:
                self.in_lists = self.in_lists or any(isinstance(item, dict) for item in value)
                self.most_pairs = max(self.most_pairs, len(value))
                for item in value:
                    self.add(item, depth + 1)
            return
        kind = _kind(value)
        if kind is None:
            return
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        if kind == "text":
            self.longest = max(self.longest, len(value))
        elif kind == "object" and depth < DEEPEST:
            self.add_fields(value, depth + 1)

    def add_fields(self, values: Mapping[str, Any], depth: int = 0) -> None:
        """Look at the fields of one more object."""
        pairs = 0
        fields = self.fields
        for name, value in values.items():
            if name not in fields:
                fields[name] = Observed()
            fields[name].add(value, depth)
            pairs += len(value) if isinstance(value, list) else 1
        self.most_pairs = max(self.most_pairs, pairs)

    def share(self, *kinds: str) -> float:
        """The share of these kinds among the values."""
        total = sum(self.kinds.values())
        return sum(self.kinds.get(kind, 0) for kind in kinds) / total if total else 0.0


def _kind(value: Any) -> str | None:
    match value:
        case None:
            return None
        case str():
            return "date" if len(value) >= 10 and value[4] == "-" and _DATE.fullmatch(value) else "text"
        case bool():
            return "boolean"
        case int():
            return "long" if -_LONG <= value < _LONG else "double"
        case float():
            return "double"
        case _:
            return "object"


def observe(documents: Iterable[Mapping[str, Any]]) -> Observed:
    """Look at all products."""
    root = Observed()
    for document in documents:
        root.add_fields(document)
    return root


def make_mapping(root: Observed, *, analyzer: str = "standard", id_field: str = "id") -> dict[str, Any]:
    """Make the `mappings` of an index."""
    properties = _properties(root, analyzer)
    if id_field in properties:
        properties[id_field] = {"type": "keyword"}
    return {"properties": properties}


def _properties(observed: Observed, analyzer: str) -> dict[str, Any]:
    mapped = {name: _property(child, analyzer) for name, child in observed.fields.items() if _mappable(name)}
    return {name: prop for name, prop in mapped.items() if prop is not None}


def _mappable(name: str) -> bool:
    """Leave odd names to Elasticsearch, which rejects the documents that hold them with a reason."""
    return not name.startswith("_") and all(part.strip() for part in name.split("."))


def _property(observed: Observed, analyzer: str) -> dict[str, Any] | None:
    if not observed.kinds:
        return None
    if observed.share("object") >= CLEAR:
        if _is_family(observed) or _is_pairs(observed):
            return FAMILY
        properties = _properties(observed, analyzer)
        return {"properties": properties} if properties else None
    if observed.share(*_NUMBERS) >= CLEAR:
        return {"type": "double" if observed.kinds.get("double") else "long"}
    for kind in ("date", "boolean"):
        if observed.share(kind) >= CLEAR:
            return {"type": kind}
    text: dict[str, Any] = {"type": "text", "analyzer": analyzer}
    if observed.longest <= LONGEST_KEYWORD:
        text["fields"] = {"keyword": {"type": "keyword", "ignore_above": LONGEST_KEYWORD}}
    return text


def _is_family(observed: Observed) -> bool:
    """Whether a field holds dictionaries of scalars (or lists of them), one a product."""
    deep = sum(child.kinds.get("object", 0) for child in observed.fields.values())
    values = sum(sum(child.kinds.values()) for child in observed.fields.values())
    return not observed.in_lists and values > 0 and deep <= (1 - CLEAR) * values


def _is_pairs(observed: Observed) -> bool:
    """Whether a field holds the nested documents of a family already."""
    names = set(observed.fields)
    return observed.in_lists and "name" in names and len(names) > 1 and names <= PAIR_FIELDS


def families(root: Observed, above: FieldPath = ()) -> Iterator[FieldPath]:
    """Find the fields whose dictionaries have to become nested documents."""
    for name, child in root.fields.items():
        if not _mappable(name) or child.share("object") < CLEAR:
            continue
        if _is_family(child):
            yield (*above, name)
        elif not child.in_lists:
            yield from families(child, (*above, name))


def largest_family(root: Observed) -> int:
    """Count the nested documents of the product that has most of them; an upper bound."""
    return sum(
        child.most_pairs if _is_family(child) or _is_pairs(child) else largest_family(child)
        for child in root.fields.values()
    )


def nest(document: dict[str, Any], paths: Iterable[FieldPath]) -> dict[str, Any]:
    """Replace the dictionaries at `paths` by nested documents, in place.

    Raises ShapeError where something else than a dictionary of scalars is there.
    """
    for path in paths:
        holder: Any = document
        for name in path[:-1]:
            holder = holder.get(name) if isinstance(holder, dict) else None
        if isinstance(holder, dict) and holder.get(path[-1]) is not None:
            holder[path[-1]] = _pairs(holder[path[-1]], ".".join(path))
    return document


def _pairs(values: Any, path: str) -> list[dict[str, Any]]:
    if not isinstance(values, dict):
        raise ShapeError(f"{path} is not an object of names and values")
    pairs: list[dict[str, Any]] = []
    for name, value in values.items():
        for item in value if isinstance(value, list) else (value,):
            match item:
                case bool():
                    pairs.append({"name": name, "value": "yes" if item else "no"})
                case int() | float():
                    pairs.append({"name": name, "number": item})
                case str():
                    if item.strip():
                        pairs.append({"name": name, "value": item})
                case None:
                    pass
                case _:
                    raise ShapeError(f"{path}.{name} is neither text, number, boolean nor a list of them")
    return pairs


def additions(wanted: Mapping[str, Any], existing: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """Find the properties that an existing index lacks.

    Raises MappingError for the first field that both have and that differs.
    """
    lacking: dict[str, Any] = {}
    for name, prop in wanted.items():
        there = existing.get(name)
        if there is None:
            lacking[name] = prop
            continue
        _check(prop, there, above + name)
        inside = additions(prop.get("properties", {}), there.get("properties", {}), f"{above}{name}.")
        if inside:
            lacking[name] = {key: prop[key] for key in ("type",) if key in prop} | {"properties": inside}
    return lacking


def _check(wanted: Mapping[str, Any], there: Mapping[str, Any], path: str) -> None:
    kind, known = wanted.get("type", "object"), there.get("type", "object")
    fits = known in _ALL_NUMBERS if kind == "long" else known in _ALL_NUMBERS - _WHOLE_NUMBERS
    if kind != known and not (kind in _NUMBERS and fits):
        raise MappingError(f"{path} is {known} there and {kind} here")
    if kind == "text" and there.get("analyzer", "standard") != wanted["analyzer"]:
        analyzer = there.get("analyzer", "standard")
        raise MappingError(f"{path} has the analyzer {analyzer} there and {wanted['analyzer']} here")


def count_fields(properties: Mapping[str, Any]) -> int:
    """Count fields as Elasticsearch counts them against its limit: objects and multi-fields too."""
    return sum(
        1 + len(prop.get("fields", {})) + count_fields(prop.get("properties", {})) for prop in properties.values()
    )
