"""A sample of documents, field by field."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

MOST_VALUES = 5000
"""Distinct values remembered of one field."""


@dataclass
class Values:
    """What the sampled values of one field look like. ``docs`` is the number of documents that hold any."""

    docs: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    total: int = 0
    characters: int = 0
    words: int = 0
    links: int = 0
    markup: int = 0

    def add(self, value: Any) -> None:
        """Looks at one more value."""
        text = str(value).lower() if isinstance(value, bool) else str(value)
        self.total += 1
        self.characters += len(text)
        self.words += len(text.split())
        self.links += text.startswith(("http://", "https://", "//", "www."))
        self.markup += "</" in text or "/>" in text
        if text in self.counts or len(self.counts) < MOST_VALUES:
            self.counts[text] += 1

    @property
    def mean_words(self) -> float:
        """Mean number of words of a value."""
        return self.words / self.total if self.total else 0.0

    @property
    def mean_characters(self) -> float:
        """Mean length of a value in characters."""
        return self.characters / self.total if self.total else 0.0


@dataclass(frozen=True)
class Sample:
    """The sampled documents, their values by path (objects and arrays opened), and the paths of arrays of objects."""

    documents: Sequence[Mapping[str, Any]]
    values: Mapping[str, Values]
    object_arrays: frozenset[str]

    def of(self, path: str) -> Values:
        """The values of a field; empty where the sample has none."""
        return self.values.get(path, Values())

    def under(self, path: str) -> dict[str, Values]:
        """The values of the keys of an object (of a flattened field), by key."""
        prefix = f"{path}."
        return {name.removeprefix(prefix): values for name, values in self.values.items() if name.startswith(prefix)}


def make_sample(documents: Sequence[Mapping[str, Any]]) -> Sample:
    """Opens the documents."""
    values: dict[str, Values] = {}
    arrays: set[str] = set()
    for document in documents:
        seen: set[str] = set()
        for path, value in _leaves(document, "", arrays):
            known = values.setdefault(path, Values())
            known.add(value)
            if path not in seen:
                seen.add(path)
                known.docs += 1
    return Sample(documents, values, frozenset(arrays))


def objects_at(document: Mapping[str, Any], path: str) -> list[Mapping[str, Any]]:
    """The objects of a document at a path, arrays opened."""
    found: list[Any] = [document]
    for name in path.split("."):
        inner = [item[name] for item in found if isinstance(item, Mapping) and name in item]
        found = [one for item in inner for one in (item if isinstance(item, list) else [item])]
    return [item for item in found if isinstance(item, Mapping)]


def scalars_at(pair: Mapping[str, Any], path: str) -> list[Any]:
    """The plain values of an object at a path, arrays opened."""
    head, _, rest = path.partition(".")
    items = pair.get(head)
    found = items if isinstance(items, list) else [items]
    if rest:
        return [value for item in found if isinstance(item, Mapping) for value in scalars_at(item, rest)]
    return [item for item in found if item is not None and not isinstance(item, Mapping | list)]


def _leaves(value: Any, path: str, arrays: set[str]) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(inner, f"{path}.{name}" if path else str(name), arrays)
    elif isinstance(value, list):
        if any(isinstance(item, Mapping) for item in value):
            arrays.add(path)
        for item in value:
            yield from _leaves(item, path, arrays)
    elif value is not None:
        yield path, value
