"""Attributes that no shopper filters by: found by the words of their names and by their values.

What comes out are glob patterns over attribute names for ``exclude`` in ``genfacet.yml``, for the shop to read and
change. The product's own ``weight`` and ``width`` are offered; those of its package, carton and pallet are not.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import translate
from functools import lru_cache

from genfacet.discovery.families import NameFigures
from genfacet.discovery.names import normal

ENOUGH = 20
"""Documents below which figures say nothing about an attribute."""

LONG_TEXT = 80
"""Characters of an example from which on an attribute is text to read."""


_normal = lru_cache(maxsize=50_000)(normal)


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Patterns with one reason. ``names`` is the number of attributes of this index that they match."""

    reason: str
    patterns: tuple[str, ...]
    names: int


@dataclass(frozen=True, slots=True)
class Rule:
    """Patterns over names written with single underscores, and the reason they share.

    ``if_codes`` rules hold only for attributes whose values look like codes.
    """

    reason: str
    patterns: tuple[str, ...]
    if_codes: bool = False


RULES = (
    Rule(
        "packages, cartons, pallets and transport",
        (
            "*pallet*",
            "*carton*",
            "*outer*case*",
            "*inner*case*",
            "*master*case*",
            "package_*weight*",
            "package_*dimension*",
            "package_*volume*",
            "package_depth*",
            "package_height*",
            "package_length*",
            "package_width*",
            "package_assortment",
            "package_material*",
            "package_type*",
            "packaging_*weight*",
            "packaging_*dimension*",
            "packaging_material*",
            "packaging_type*",
            "*content_per_package",
            "number_of_packages",
            "box_depth*",
            "box_dimensions*",
            "box_height*",
            "box_length*",
            "box_weight*",
            "box_width*",
            "shipping_depth*",
            "shipping_dimensions*",
            "shipping_height*",
            "shipping_length*",
            "shipping_volume*",
            "shipping_weight*",
            "shipping_width*",
            "*gross_weight*",
            "*tare_weight*",
            "*volume_weight*",
            "*volumetric_weight*",
            "*intermodal*",
            "stacking_*",
            "*minimum_order*",
            "moq",
        ),
    ),
    Rule(
        "codes and numbers of articles",
        (
            "ean",
            "ean_*",
            "*_ean",
            "*_ean_*",
            "*gtin*",
            "upc",
            "*_upc*",
            "sku",
            "*_sku",
            "mpn",
            "asin",
            "isbn*",
            "oem_code*",
            "*article_number*",
            "*item_number*",
            "*model_number*",
            "*order_number*",
            "*part_number*",
            "*product_code*",
            "*serial_number*",
            "*_identifier",
        ),
    ),
    Rule("codes, by their names and values", ("*_id", "*_ids", "*_code", "*_code_s", "code_*"), if_codes=True),
    Rule(
        "trade, customs and origin",
        (
            "country_of_*",
            "*_country_of_origin*",
            "*customs*",
            "*commodity_code*",
            "*export_control*",
            "eccn*",
            "*harmonized_system*",
            "*harmonised_system*",
            "hs_code*",
            "*intrastat*",
            "*tariff*",
            "*unspsc*",
            "*conflict_free*",
            "*conflict_mineral*",
        ),
    ),
    Rule(
        "the life of the article in the catalogue",
        (
            "*_date",
            "release_date*",
            "*discontinu*",
            "end_of_*",
            "last_change*",
            "last_modified*",
            "last_update*",
            "market_segment",
            "status",
        ),
    ),
    Rule(
        "conditions of operation and storage",
        (
            "*operating_temperature*",
            "*storage_temperature*",
            "*relative_humidity*",
            "*operating_humidity*",
            "*humidity_operating*",
            "*storage_humidity*",
            "*operating_altitude*",
            "*storage_altitude*",
            "*operating_shock*",
            "*operating_vibration*",
            "*mean_time_between*",
            "*mean_time_to_failure*",
            "*mtbf*",
        ),
    ),
    Rule(
        "certificates and compliance",
        (
            "*certification_number*",
            "*certificate_number*",
            "compliance*",
            "*rohs*",
            "*reach_compliance*",
            "*weee*",
            "electromagnetic_compatib*",
            "electromagnetic_emission*",
            "emc_*",
            "safety_standards_compliance*",
            "sustainability_*",
        ),
    ),
    Rule(
        "lists of certificates and standards, by their names and values",
        ("certificat*", "*_certificat*", "*_compliance", "safety", "safety_standard*"),
        if_codes=True,
    ),
    Rule("the same measure in another unit", ("*imperial*",)),
    Rule(
        "texts, notes and links",
        (
            "*_description",
            "*disclaimer*",
            "*bullet_point*",
            "*_note",
            "*_notes",
            "note_*",
            "product_name",
            "*_url",
            "*_urls",
            "*image_url*",
            "images_*",
        ),
    ),
)


def find_exclusions(figures: Mapping[str, NameFigures], rules: Iterable[Rule] = RULES) -> list[Exclusion]:
    """The exclusions that match at least one attribute of the index (by name, prefixes removed)."""
    left = dict(figures)
    found: list[Exclusion] = []
    for rule in rules:
        exclusion, matched = _apply(rule, left)
        if matched:
            found.append(exclusion)
        for name in matched:
            left.pop(name, None)
    for reason, test in _BY_VALUES:
        names = sorted(name for name, seen in left.items() if seen.docs >= ENOUGH and test(seen))
        if names:
            found.append(Exclusion(reason, tuple(map(_literal, names)), len(names)))
        for name in names:
            del left[name]
    return found


def exclusion_reason(name: str) -> str | None:
    """Why a field of that name is not offered; None where no rule matches its name."""
    plain = normal(name)
    return next((rule.reason for rule in RULES if not rule.if_codes and _matcher(rule.patterns)(plain)), None)


def _apply(rule: Rule, figures: Mapping[str, NameFigures]) -> tuple[Exclusion, set[str]]:
    patterns: list[str] = []
    matched: set[str] = set()
    for pattern in rule.patterns:
        meant = _meant(pattern, rule, figures)
        if meant:
            patterns += _written(pattern, meant, figures)
            matched |= meant
    return Exclusion(rule.reason, tuple(dict.fromkeys(patterns)), len(matched)), matched


def _meant(pattern: str, rule: Rule, figures: Mapping[str, NameFigures]) -> set[str]:
    match = _matcher([pattern])
    named = {name for name in figures if match(_normal(name))}
    return {name for name in named if _are_codes(figures[name])} if rule.if_codes else named


def _written(pattern: str, meant: set[str], figures: Mapping[str, NameFigures]) -> list[str]:
    """The pattern as this shop writes names (underscores, other signs or none between words), or the names."""
    for form in (pattern, pattern.replace("_", "?"), pattern.replace("_", "")):
        match = _matcher([form])
        hit = {name for name in figures if match(name)}
        if hit and hit <= meant:
            return [form, *map(_literal, sorted(meant - hit))]
    return [_literal(name) for name in sorted(meant)]


def _matcher(patterns: Iterable[str]) -> Callable[[str], object]:
    return re.compile("|".join(translate(pattern) for pattern in patterns), re.IGNORECASE).match


def _literal(name: str) -> str:
    """The pattern that matches this name alone."""
    return re.sub(r"([*?[])", r"[\1]", name)


def _are_codes(seen: NameFigures) -> bool:
    """Whether values are codes: hardly any of them is shared by several products."""
    return not seen.is_boolean and max(seen.texts, seen.numbers) >= 0.3 * seen.docs


def _are_unique(seen: NameFigures) -> bool:
    return seen.texts >= 0.9 * seen.docs and seen.numbers == 0


def _are_markup(seen: NameFigures) -> bool:
    return any("</" in text or "/>" in text or text.startswith(("http:", "https:")) for text in seen.examples)


def _are_long(seen: NameFigures) -> bool:
    lengths = sorted(map(len, seen.examples))
    return bool(lengths) and lengths[len(lengths) // 2] > LONG_TEXT


_BY_VALUES: tuple[tuple[str, Callable[[NameFigures], bool]], ...] = (
    ("values that are links or markup", _are_markup),
    ("values that are sentences", _are_long),
    ("values of which nearly every product has its own", _are_unique),
)


def matcher(exclusions: Iterable[Exclusion]) -> Callable[[str], bool]:
    """A test whether one of the exclusions matches a name."""
    match = _matcher([pattern for exclusion in exclusions for pattern in exclusion.patterns] or [_literal("")])
    return lambda name: match(name) is not None
