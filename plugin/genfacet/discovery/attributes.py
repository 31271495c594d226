"""Which fields of their own become facets, and which are left out for what reason."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from genfacet.catalog import Type, label_of
from genfacet.discovery import names
from genfacet.discovery.exclusions import exclusion_reason
from genfacet.discovery.fields import DATES, KEYWORDS, TEXTS, WHOLE_NUMBERS, IndexField, Remark
from genfacet.discovery.reading import Presence, Snapshot
from genfacet.discovery.samples import Values
from genfacet.values import TEXT as RESERVED

ENOUGH = 20
"""Documents below which the share of distinct values says nothing."""

UNIQUE = 0.8
"""Distinct values by document from which on a field identifies documents."""

MOST_WORDS, MOST_CHARACTERS = 6, 80
"""Mean length of a value from which on it is text to read."""

MOST_FACETS = 100
"""Facets with a field of their own: each is counted in every probe."""

MOST_CATEGORIES = 2000

Figures = dict[str, Presence]


@dataclass(frozen=True, slots=True)
class FoundFacet:
    """An attribute with a field of its own; ``note`` says what its values look like."""

    name: str
    label: str
    field: str
    type: Type
    note: str
    docs: int
    scale: str = "1"
    flattened: bool = False
    most: int | None = None


@dataclass(frozen=True, slots=True)
class FoundFields:
    """Facets (the ones that most documents carry first), the special fields, and the fields left out."""

    facets: tuple[FoundFacet, ...]
    category: str | None
    popularity: str | None
    left_out: tuple[Remark, ...]


def find_attributes(snapshot: Snapshot, title_fields: frozenset[str]) -> FoundFields:
    """Sorts the plain fields of an index. ``title_fields`` are paths of texts that name a product."""
    popularity = find_popularity(snapshot)
    price = find_price(snapshot)
    found: list[FoundFacet] = []
    left_out: list[Remark] = []
    for field in _one_each(snapshot):
        if field.type == "flattened":
            facets, remarks = _keys(field, snapshot)
            found += facets
            left_out += remarks
            continue
        reason = _why_not(field, snapshot, title_fields, price, popularity)
        if reason is not None:
            left_out.append(Remark(field.path, reason))
        else:
            found.append(_facet(field, snapshot, field.path == price))
    found.sort(key=lambda facet: (-facet.docs, facet.name))
    left_out += [Remark(f.field, f"fewer products carry it than the {MOST_FACETS} above") for f in found[MOST_FACETS:]]
    named = _named_once(found[:MOST_FACETS])
    return FoundFields(named, find_category(snapshot), popularity, tuple(left_out))


def find_price(snapshot: Snapshot) -> str | None:
    """The numeric field of the price that holds: one word, or the current one of several."""

    def rank(field: IndexField) -> tuple[bool, int, str]:
        own = names.words(field.base.rpartition(".")[2])
        return not names.CURRENT_PRICES.intersection(own), len(own), field.path

    prices = [field for field in snapshot.fields.plain() if _is_price(field) and snapshot.presence[field.path].docs]
    plain = [field for field in prices if len(names.words(field.base.rpartition(".")[2])) == 1]
    return min(plain or prices, key=rank).path if prices else None


def find_popularity(snapshot: Snapshot) -> str | None:
    """The numeric field of popularity, the likeliest by its name."""
    ranked = [
        (place, field.path)
        for field in snapshot.fields.plain()
        if field.is_number
        and not _is_price(field)
        and snapshot.presence[field.path].docs
        and (place := names.rank_among(field.base.rpartition(".")[2], names.POPULARITY)) is not None
    ]
    return min(ranked)[1] if ranked else None


def find_category(snapshot: Snapshot) -> str | None:
    """The keyword field of the category: named like one, with few values that many products share."""
    ranked = []
    for field in snapshot.fields.plain():
        last = field.base.rpartition(".")[2]
        place = names.rank_among(last, names.CATEGORIES)
        seen = snapshot.presence.get(field.path)
        if field.type not in KEYWORDS or place is None or seen is None or names.code_or_link(last) is not None:
            continue
        if 2 <= seen.distinct <= min(MOST_CATEGORIES, seen.docs / 2) and seen.docs >= snapshot.counted / 2:
            ranked.append((place, len(names.words(last)), len(field.path), field.path))
    return min(ranked)[-1] if ranked else None


def _one_each(snapshot: Snapshot) -> Iterator[IndexField]:
    """The fields to decide on: of a field and its multi-fields the one that can be counted."""
    usable = KEYWORDS | {"boolean", "flattened"}
    seen: set[str] = set()
    for field in sorted(snapshot.fields.plain(), key=lambda f: (f.parent is not None, not _is_exact(f), f.path)):
        if field.type in TEXTS or field.base in seen:
            continue
        if field.type in usable or field.is_number or field.type in DATES:
            seen.add(field.base)
            yield field


def _is_exact(field: IndexField) -> bool:
    return field.path.rpartition(".")[2] in {"keyword", "raw", "exact"}


def _why_not(
    field: IndexField, snapshot: Snapshot, titles: frozenset[str], price: str | None, popularity: str | None
) -> str | None:
    """Why a field is no facet; None where it is one."""
    if field.type in DATES:
        return "a date: shoppers do not filter by it"
    seen, values = snapshot.presence[field.path], snapshot.sample.of(field.base)
    last = field.base.rpartition(".")[2]
    if not seen.docs:
        return "no document has it"
    if field.path == price:
        return None
    if field.type == "boolean":
        return _constant(seen, snapshot)
    said = names.code_or_link(last) or exclusion_reason(last)
    if said is not None:
        return said
    if field.path == popularity:
        return "popularity"
    if field.is_number:
        return _why_no_number(field, last, seen, values) or _constant(seen, snapshot)
    return _why_no_keyword(field, last, seen, values, titles) or _constant(seen, snapshot)


def _why_no_number(field: IndexField, last: str, seen: Presence, values: Values) -> str | None:
    if _is_price(field):
        return "another price"
    if names.rank_among(last, names.POPULARITY) is not None:
        return "another figure of popularity"
    if names.holds(last, names.STOCK):
        return "stock: say in a boolean field whether a product can be had"
    if names.ends_in(last, names.ORDERS):
        return "a position or weight of the shop's own"
    if names.ends_in(last, names.MOMENTS) and field.type in WHOLE_NUMBERS:
        return "a date: shoppers do not filter by it"
    if field.type in WHOLE_NUMBERS and _is_unique(seen) and _mean(values) > 100_000:
        return "an identifier: nearly every product has its own"
    return None


def _why_no_keyword(field: IndexField, last: str, seen: Presence, values: Values, titles: frozenset[str]) -> str | None:
    if field.base in titles or names.is_title(last):
        return "the name of the product"
    if values.links * 2 > values.total:
        return "links"
    if values.mean_words > MOST_WORDS or values.mean_characters > MOST_CHARACTERS:
        return "text to read"
    if _is_unique(seen):
        return "an identifier: nearly every product has its own"
    return None


def _constant(seen: Presence, snapshot: Snapshot) -> str | None:
    """A value that only some documents have still says something, but two are needed to choose."""
    return "one value only" if seen.distinct <= 1 else None


def _is_unique(seen: Presence) -> bool:
    return seen.docs >= ENOUGH and seen.distinct >= UNIQUE * seen.docs


def _mean(values: Values) -> float:
    numbers = [float(text) for text in values.counts if text.replace(".", "", 1).lstrip("-").isdigit()]
    return sum(numbers) / len(numbers) if numbers else 0.0


def _is_price(field: IndexField) -> bool:
    last = field.base.rpartition(".")[2]
    names_price = names.holds(last, names.PRICES) or names.holds(field.base, names.PRICES)
    return field.is_number and names_price and not names.holds(last, names.NO_PRICES)


def _facet(field: IndexField, snapshot: Snapshot, is_price: bool) -> FoundFacet:
    seen = snapshot.presence[field.path]
    kind: Type = "boolean" if field.type == "boolean" else "number" if field.is_number else "keyword"
    share = round(100 * seen.docs / snapshot.counted) if snapshot.counted else 0
    carried = f"in {share or 'under 1'} % of the products"
    note = carried if kind == "boolean" else f"{seen.distinct:,} values, {carried}"
    if is_price:
        minor = names.holds(field.base, names.MINOR_UNITS)
        return FoundFacet(
            "price", "Price", field.path, kind, note, seen.docs, "0.01" if minor else "1", most=field.most
        )
    name = field.base
    return FoundFacet(name, label_of(name.rpartition(".")[2]), field.path, kind, note, seen.docs, most=field.most)


def _keys(field: IndexField, snapshot: Snapshot) -> tuple[list[FoundFacet], list[Remark]]:
    """The keys of a flattened field, as far as the sample holds them."""
    found: list[FoundFacet] = []
    left_out: list[Remark] = []
    sampled = max(1, len(snapshot.sample.documents))
    for key, values in snapshot.sample.under(field.path).items():
        path = f"{field.path}.{key}"
        seen = Presence(values.docs, len(values.counts))
        said = names.code_or_link(key) or exclusion_reason(key)
        reason = said or _why_no_keyword(field, key, seen, values, frozenset()) or _constant(seen, snapshot)
        if reason is not None:
            left_out.append(Remark(path, reason))
            continue
        share = round(100 * values.docs / sampled)
        note = f"{seen.distinct:,} values, in {share or 'under 1'} % of the sample"
        docs = values.docs * snapshot.counted // sampled
        found.append(FoundFacet(path, label_of(key), path, "keyword", note, docs, flattened=True))
    return found, left_out


def _named_once(facets: list[FoundFacet]) -> tuple[FoundFacet, ...]:
    """Short names: the last part of a path where no other facet has it."""
    lasts = [facet.name.rpartition(".")[2] for facet in facets]
    named: list[FoundFacet] = []
    for facet, last in zip(facets, lasts, strict=True):
        name = last if lasts.count(last) == 1 and last != RESERVED else facet.name.replace(".", "_").lstrip("~")
        name = f"{name}_value" if name == RESERVED else name
        named.append(replace(facet, name=name))
    return tuple(named)
