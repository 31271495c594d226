"""What of an index is facetable: attributes in plain, boolean, numeric, flattened and nested fields."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import translate
from typing import Literal

Type = Literal["keyword", "boolean", "number"]


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

    def raw_names(self, name: str) -> list[str]:
        """All raw nested names that belong to an attribute."""
        return [raw for raw in (name, *(prefix + name for prefix in self.strip)) if self.attribute_name(raw) == name]


@dataclass(frozen=True, slots=True)
class Attribute:
    """One facetable attribute.

    ``field`` is a field of its own; without one the attribute lives in the nested families. ``scale`` times the
    stored number is the shown one. ``ranges`` is False where numbers compare as text (flattened fields).
    """

    name: str
    label: str
    type: Type
    field: str | None = None
    scale: str = "1"
    unit: str = ""
    ranges: bool = True


@dataclass(frozen=True)
class Catalog:
    """The facetable attributes of one index, and the fields that carry its text."""

    attributes: dict[str, Attribute]
    families: tuple[Family, ...]
    text_fields: tuple[str, ...]
    category: str | None = None
    exclude: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        pattern = "|".join(translate(p) for p in self.exclude)
        object.__setattr__(self, "_excluded", re.compile(pattern or r"(?!)", re.IGNORECASE))

    def attribute(self, name: str) -> Attribute | None:
        """The attribute of that name: configured, or any name of a family; None where neither can hold it."""
        known = self.attributes.get(name)
        if known is not None and (known.field is not None or self.families):
            return known
        if known is None and self.families and name and not name.startswith("~"):
            return Attribute(name, label_of(name), "keyword")
        return None

    def is_offered(self, name: str) -> bool:
        """Whether the attribute may be offered; one that is excluded can still be selected by hand."""
        excluded: re.Pattern[str] = self._excluded  # type: ignore[attr-defined]
        return not name.startswith("~") and excluded.match(name) is None

    def fields(self) -> Sequence[Attribute]:
        """The attributes that have a field of their own, in the order of the configuration."""
        return [attribute for attribute in self.attributes.values() if attribute.field is not None]


def label_of(name: str) -> str:
    """A readable label made of a technical name: ``~how_far`` becomes "How far"."""
    words = re.sub(r"[\s_.\-]+", " ", name.lstrip("~").replace("__", " ")).strip()
    return words[:1].upper() + words[1:]
