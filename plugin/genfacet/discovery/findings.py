"""All that was found out about one index: what its configuration says, and what it does not."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from genfacet.catalog import Family, label_of
from genfacet.discovery.attributes import FoundFacet, find_attributes
from genfacet.discovery.exclusions import Exclusion, find_exclusions, matcher
from genfacet.discovery.families import FoundFamily, NameFigures, find_prefixes
from genfacet.discovery.fields import Remark
from genfacet.discovery.names import BRANDS, holds, is_title
from genfacet.discovery.reading import Snapshot
from genfacet.discovery.textfields import (
    fields_of_template,
    find_text_fields,
    is_cross_searchable,
    make_template,
    plain,
)

MOST_LABELS = 40
"""Labels written for attributes of families: those that most products carry."""


@dataclass(frozen=True, slots=True)
class DescribedFamily:
    """A family with the prefixes of its raw names, and how many attributes it holds."""

    family: FoundFamily
    strip: tuple[str, ...]
    attributes: int


@dataclass(frozen=True)
class Findings:
    """What ``genfacet.yml`` says about an index. ``labels`` are better ones than names of families give."""

    index: str
    backing: tuple[str, ...]
    total: int
    sampled: int
    template: Mapping[str, Any]
    text_fields: tuple[str, ...]
    own_template: bool
    category: str | None
    popularity: str | None
    facets: tuple[FoundFacet, ...]
    families: tuple[DescribedFamily, ...]
    labels: Mapping[str, str]
    exclude: tuple[Exclusion, ...]
    offered: int
    left_out: tuple[Remark, ...]
    problems: tuple[Remark, ...]


def discover(snapshot: Snapshot, template: Mapping[str, Any] | None = None) -> Findings:
    """Decides what is facetable; ``template`` is the shop's own search body, where it gives one."""
    text_fields = find_text_fields(snapshot.fields, snapshot.sample)
    cross = is_cross_searchable(text_fields, snapshot.fields)
    body = template or make_template(text_fields, cross)
    if template is not None:
        text_fields = _searched(fields_of_template(template), snapshot) or text_fields
    titles = frozenset(path for field in text_fields if _names_product(path := plain(field)))
    found = find_attributes(snapshot, titles)
    families, figures = _families(snapshot)
    taken = {facet.name for facet in found.facets}
    exclude = tuple(find_exclusions({name: seen for name, seen in figures.items() if name not in taken}))
    is_excluded = matcher(exclude)
    offered = [name for name in figures if not is_excluded(name)]
    return Findings(
        index=snapshot.name,
        backing=snapshot.backing,
        total=snapshot.total,
        sampled=len(snapshot.sample.documents),
        template=body,
        text_fields=tuple(text_fields),
        own_template=template is not None,
        category=found.category,
        popularity=found.popularity,
        facets=found.facets,
        families=families,
        labels=_labels({name: figures[name] for name in offered if name not in taken}),
        exclude=exclude,
        offered=len(offered),
        left_out=found.left_out,
        problems=(*snapshot.problems, *_problems(snapshot, text_fields)),
    )


def _searched(fields: list[str], snapshot: Snapshot) -> list[str]:
    return [field for field in fields if plain(field) in snapshot.fields.fields]


def _names_product(path: str) -> bool:
    last = path.rpartition(".")[2]
    return is_title(last) and not holds(last, BRANDS)


def _families(snapshot: Snapshot) -> tuple[tuple[DescribedFamily, ...], dict[str, NameFigures]]:
    """The families, and the figures of their attributes; of one with several raw names those of the fullest."""
    described: list[DescribedFamily] = []
    figures: dict[str, NameFigures] = {}
    for found in snapshot.families:
        raw = snapshot.names[found.path]
        strip = find_prefixes(raw)
        family = Family(found.path, found.name, found.text, found.number, strip)
        own: set[str] = set()
        for name, seen in raw.items():
            attribute = family.attribute_name(name)
            own.add(attribute)
            if attribute not in figures or figures[attribute].docs < seen.docs:
                figures[attribute] = seen
        described.append(DescribedFamily(found, strip, len(own)))
    return tuple(described), figures


def _problems(snapshot: Snapshot, text_fields: list[str]) -> list[Remark]:
    problems: list[Remark] = []
    if not text_fields:
        problems.append(Remark("search", "no text field carries the shoppers' words: write search.template by hand"))
    nested = snapshot.fields.nested
    for path in sorted(snapshot.sample.object_arrays):
        if any(path == other or path.startswith(f"{other}.") for other in nested):
            continue
        keys = {name.partition(".")[0] for name in snapshot.sample.under(path)}
        if {"name", "value"} <= keys or {"key", "value"} <= keys:
            reason = "pairs of names and values in plain objects lose which belongs to which: map the field as nested"
        else:
            reason = "an array of objects, not nested: each of its fields is counted for itself"
        problems.append(Remark(path, reason))
    return problems


def _labels(figures: Mapping[str, NameFigures]) -> dict[str, str]:
    """Labels of names that were made of words with brackets: ``battery_capacity__watt_hours_``."""
    fullest = sorted(figures, key=lambda name: (-figures[name].docs, name))
    written = {name: label_with_brackets(name) for name in fullest if "__" in name or name.endswith("_")}
    changed = {name: label for name, label in written.items() if label != label_of(name)}
    return dict(list(changed.items())[:MOST_LABELS])


_BRACKET = re.compile(r"(?P<words>(?:(?!__).)+)__(?P<inside>[a-z0-9]+(?:_[a-z0-9]+)*)_")
_PLURAL = re.compile(r"(?P<words>(?:(?!__).)+)_s_")


def label_with_brackets(name: str) -> str:
    """The label of a name at whose end underscores stand for brackets; single letters in them say nothing."""
    plural = _PLURAL.fullmatch(name)
    if plural:
        return f"{label_of(plural['words'])}(s)"
    match = _BRACKET.fullmatch(name)
    if match is None:
        return label_of(name)
    label, inside = label_of(match["words"]), match["inside"].split("_")
    if all(len(word) == 1 for word in inside):
        return label
    initials = "".join(word[0] for word in label.lower().split())
    is_acronym = len(inside) == 1 and initials.endswith(inside[0])
    return f"{label} ({inside[0].upper() if is_acronym else ' '.join(inside)})"
