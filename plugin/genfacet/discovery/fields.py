"""The fields of an index, of all the indices behind an alias, a data stream or a pattern taken together."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

KEYWORDS = frozenset({"keyword", "constant_keyword", "wildcard"})
TEXTS = frozenset({"text", "match_only_text", "search_as_you_type", "annotated_text"})
WHOLE_NUMBERS = frozenset({"long", "integer", "short", "byte", "unsigned_long"})
NUMBERS = WHOLE_NUMBERS | {"double", "float", "half_float", "scaled_float"}
_SMALL_NUMBERS = frozenset({"integer", "short", "byte"})
DATES = frozenset({"date", "date_nanos"})
_FACETABLE = KEYWORDS | NUMBERS | {"boolean", "flattened"}

_REASONS = {
    "aggregate_metric_double": "pre-aggregated metrics cannot be filtered by value",
    "alias": "an alias of another field: configure that field",
    "annotated_text": "annotated text",
    "binary": "binary values",
    "completion": "a field for completion",
    "dense_vector": "vectors have no values to show",
    "geo_point": "geographic points: facets by distance are not supported",
    "geo_shape": "geographic shapes are not supported",
    "histogram": "histograms cannot be filtered by value",
    "ip": "addresses",
    "join": "parent and child documents are not supported: counts are of single documents",
    "percolator": "stored queries",
    "point": "points are not supported",
    "rank_feature": "rank features can be neither counted nor filtered",
    "rank_features": "rank features can be neither counted nor filtered",
    "semantic_text": "semantic text has no values to show; put it into search.template where the shop searches it",
    "shape": "shapes are not supported",
    "sparse_vector": "vectors have no values to show",
    "token_count": "a count of words",
    "version": "versions",
}


@dataclass(frozen=True, slots=True)
class IndexField:
    """One field that holds values.

    ``parent`` is the field that it is a multi-field of, ``nested`` the innermost nested field around it.
    """

    path: str
    type: str
    parent: str | None = None
    nested: str | None = None
    aggregatable: bool = True
    searchable: bool = True
    analyzer: str = "standard"

    @property
    def base(self) -> str:
        """The path in a document."""
        return self.parent or self.path

    @property
    def is_number(self) -> bool:
        """Whether it holds numbers."""
        return self.type in NUMBERS

    @property
    def most(self) -> int | None:
        """The largest number that a search of it may hold; None: any."""
        return 2**31 - 1 if self.type in _SMALL_NUMBERS else None


@dataclass(frozen=True, slots=True)
class Remark:
    """A field that is left out or cannot be handled, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class IndexFields:
    """All fields by path, the nested fields, and what cannot be handled."""

    fields: Mapping[str, IndexField]
    nested: tuple[str, ...]
    problems: tuple[Remark, ...]

    def plain(self) -> list[IndexField]:
        """The fields of the documents themselves, nested ones left out."""
        return [field for field in self.fields.values() if field.nested is None]

    def inside(self, path: str) -> list[IndexField]:
        """The fields of a nested field."""
        return [field for field in self.fields.values() if field.nested == path]


def read_fields(mappings: Mapping[str, Any], caps: Mapping[str, Any]) -> IndexFields:
    """The fields, from the answers of ``GET INDEX/_mapping`` and ``GET INDEX/_field_caps?fields=*``."""
    merged: dict[str, list[IndexField]] = {}
    nested: dict[str, None] = {}
    problems: dict[str, Remark] = {}
    for mapping in (index["mappings"] for index in mappings.values()):
        for field in _walk(mapping.get("properties", {}), "", None):
            if field.type == "nested":
                nested[field.path] = None
            else:
                merged.setdefault(field.path, []).append(field)
        for remark in _remarks(mapping):
            problems.setdefault(remark.path, remark)
    fields: dict[str, IndexField] = {}
    for path, found in merged.items():
        one = _merge(path, found)
        if isinstance(one, IndexField):
            one = _usable(one, caps.get("fields", {}).get(path, {}))
        if isinstance(one, IndexField):
            fields[path] = one
        else:
            problems.setdefault(path, one)
    return IndexFields(fields, tuple(nested), tuple(problems.values()))


def _walk(properties: Mapping[str, Any], above: str, nested: str | None) -> Iterator[IndexField]:
    for name, options in properties.items():
        path = above + name
        kind = options.get("type", "object")
        if kind == "nested":
            yield IndexField(path, "nested", nested=nested)
        if kind in {"object", "nested", "passthrough"}:
            if options.get("enabled", True):
                yield from _walk(options.get("properties", {}), f"{path}.", path if kind == "nested" else nested)
            continue
        field = IndexField(
            path,
            kind,
            nested=nested,
            aggregatable=options.get("doc_values", True),
            searchable=options.get("index", True),
            analyzer=options.get("search_analyzer", options.get("analyzer", "standard")),
        )
        yield field
        for sub, details in options.get("fields", {}).items():
            yield replace(
                field,
                path=f"{path}.{sub}",
                type=details.get("type", "text"),
                parent=path,
                aggregatable=details.get("doc_values", True),
                searchable=details.get("index", True),
                analyzer=details.get("search_analyzer", details.get("analyzer", "standard")),
            )


def _remarks(mapping: Mapping[str, Any]) -> Iterator[Remark]:
    if not mapping.get("_source", {}).get("enabled", True):
        yield Remark("_source", "is disabled: no sample can be read, so values are judged by their counts alone")
    for name in mapping.get("runtime", {}):
        yield Remark(name, "computed at search time: too slow to count; index it to offer it")
    yield from _disabled(mapping.get("properties", {}), "")


def _disabled(properties: Mapping[str, Any], above: str) -> Iterator[Remark]:
    for name, options in properties.items():
        path = above + name
        if not options.get("enabled", True):
            yield Remark(path, "enabled is false: its values are not indexed")
        else:
            yield from _disabled(options.get("properties", {}), f"{path}.")


def _merge(path: str, found: list[IndexField]) -> IndexField | Remark:
    kinds = sorted({field.type for field in found})
    if len(kinds) > 1 and not set(kinds) <= NUMBERS:
        return Remark(path, f"has different types in the indices behind the name: {', '.join(kinds)}")
    kind = kinds[0] if len(kinds) == 1 else "double"
    return replace(
        found[0],
        type=kind,
        aggregatable=all(field.aggregatable for field in found),
        searchable=all(field.searchable for field in found),
    )


def _usable(field: IndexField, caps: Mapping[str, Any]) -> IndexField | Remark:
    """The field as ``field_caps`` knows it, or why it cannot be used."""
    if field.type in _REASONS and field.type not in TEXTS:
        return Remark(field.path, _REASONS[field.type])
    if field.type.endswith("_range"):
        return Remark(field.path, "ranges are not supported: index the bounds as two numbers")
    if field.type not in _FACETABLE | TEXTS | DATES:
        return Remark(field.path, f"fields of type {field.type} are not supported")
    own = [cap for kind, cap in caps.items() if kind != "unmapped"]
    field = replace(
        field,
        aggregatable=field.aggregatable and all(cap.get("aggregatable", True) for cap in own),
        searchable=field.searchable and all(cap.get("searchable", True) for cap in own),
    )
    if field.type in _FACETABLE and not field.aggregatable:
        return Remark(field.path, "doc_values is false: its values cannot be counted")
    if field.type in _FACETABLE and not field.searchable:
        return Remark(field.path, "index is false: it cannot be filtered")
    return field
