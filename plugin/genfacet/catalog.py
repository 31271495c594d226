"""What of an index is facetable: attributes in plain, boolean, numeric, flattened and nested fields."""

import re
from dataclasses import dataclass
from fnmatch import translate
from functools import cached_property, lru_cache
from typing import Any, Literal

Type = Literal["keyword", "boolean", "number"]
_UNSEEN: Any = object()
MOST_NAMES = 50_000
"""Most raw names whose attribute is remembered."""


@dataclass(frozen=True, slots=True)
class Family:
    """A nested field of name/value pairs; every name that occurs in it is an attribute.

    ``text`` and ``number`` are the fields of the two kinds of value; ``strip`` lists prefixes of raw names that
    no shopper should read (``attr_t_colour`` is shown as ``colour``).
    """

    path: str
    name: str
    text: str | None
    number: str | None
    strip: tuple[str, ...] = ()

    def attribute_name(self, raw: str) -> str:
        """The attribute that a raw nested name belongs to."""
        prefix = next((p for p in self.strip if raw.startswith(p) and len(raw) > len(p)), "")
        return raw[len(prefix) :]

    @lru_cache(MOST_NAMES)  # noqa: B019  (a family is a small value, equal ones share entries)
    def raw_names(self, name: str) -> list[str]:
        """All raw nested names that belong to an attribute."""
        return [raw for raw in (name, *(prefix + name for prefix in self.strip)) if self.attribute_name(raw) == name]


@dataclass(frozen=True, slots=True)
class Attribute:
    """One facetable attribute.

    ``field`` is a field of its own; without one the attribute lives in the nested families. ``scale`` times the
    stored number is the shown one. ``ranges`` is False where numbers compare as text (flattened fields). Stored numbers
    lie between ``-most`` and ``most``: Elasticsearch refuses a search for others.
    """

    name: str
    label: str
    type: Type
    field: str | None = None
    scale: str = "1"
    unit: str = ""
    ranges: bool = True
    most: int | None = None


@dataclass(frozen=True)
class Catalog:
    """The facetable attributes of one index, and the fields that carry its text."""

    attributes: dict[str, Attribute]
    families: tuple[Family, ...]
    text_fields: tuple[str, ...]
    category: str | None = None
    exclude: tuple[str, ...] = ()

    @cached_property
    def fields(self) -> tuple[Attribute, ...]:
        """The attributes that have a field of their own, in the order of the configuration."""
        return tuple(attribute for attribute in self.attributes.values() if attribute.field is not None)

    @cached_property
    def title(self) -> str | None:
        """The text field that weighs most in the search, the first of equals; None where there is none."""
        weighed = [field.partition("^") for field in self.text_fields]
        return max(weighed, key=lambda parts: _weight(parts[2]), default=("", "", ""))[0] or None

    def attribute(self, name: str) -> Attribute | None:
        """The attribute of that name: configured, or any name of a family; None where neither can hold it."""
        known = self.attributes.get(name)
        if known is not None and (known.field is not None or self.families):
            return known
        if known is None and self.families and name and not name.startswith("~"):
            return Attribute(name, label_of(name), "keyword")
        return None

    def offered_pair(self, family: Family, raw: str) -> Attribute | None:
        """The attribute of a raw nested name; None where it is not to be offered or has a field of its own."""
        known, key = self._pairs, (family.path, raw)
        found: Attribute | None = known.get(key, _UNSEEN)
        if found is _UNSEEN:
            if len(known) >= MOST_NAMES:
                known.clear()
            found = known[key] = self._offered_pair(family.attribute_name(raw))
        return found

    def _offered_pair(self, name: str) -> Attribute | None:
        attribute = self.attribute(name) if self.is_offered(name) else None
        return attribute if attribute is not None and attribute.field is None else None

    def is_offered(self, name: str) -> bool:
        """Whether the attribute may be offered; one that is excluded can still be selected by hand."""
        return not name.startswith("~") and self._excluded.match(name) is None

    @cached_property
    def _excluded(self) -> re.Pattern[str]:
        return re.compile("|".join(translate(p) for p in self.exclude) or r"(?!)", re.IGNORECASE)

    @cached_property
    def _pairs(self) -> dict[tuple[str, str], Attribute | None]:
        return {}


def _weight(boost: str) -> float:
    """The boost after a field's name; 1 where there is none."""
    try:
        return float(boost)
    except ValueError:
        return 1.0


@lru_cache(MOST_NAMES)
def label_of(name: str) -> str:
    """A readable label made of a technical name: ``~how_far`` and ``howFar`` become "How far"."""
    words = re.sub(r"[\s_.\-]+", " ", name.lstrip("~").replace("__", " ")).strip()
    if words[:1].islower() and " " not in words:  # a capital after one letter is part of the word, as in iPhone
        words = re.sub(r"(?<=[a-z][a-z0-9])[A-Z](?=[a-z])", lambda capital: f" {capital[0].lower()}", words)
        words = re.sub(r"(?<=[a-z][a-z0-9])(?=[A-Z])", " ", words)
    return words[:1].upper() + words[1:]
