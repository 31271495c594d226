"""Judged queries: the generator knows what is true of each product, so it knows what fits."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from genfacet_training.shops.departments import Department
from genfacet_training.shops.facts import Fact
from genfacet_training.shops.items import Item
from genfacet_training.shops.schema import Attribute, Choice, Flag, Kind, Number
from genfacet_training.shops.shop import Shop, stream
from genfacet_training.shops.voice import Voice, number_text
from genfacet_training.shops.wording import misspell

FITS, NEARLY, NOT = 2, 1, 0

DISTRACTORS = 10
"""Products of other kinds in the same category that each query judges as not fitting."""


class Judgment(NamedTuple):
    """How well a product fits a query: 2 fits, 1 is the right kind only, 0 does not fit."""

    query: str
    docid: str
    rating: int


@dataclass(frozen=True, slots=True)
class Query:
    """What a shopper types, and what is meant."""

    text: str
    department: Department
    kind: Kind | None = None
    brand: str | None = None
    attribute: str | None = None
    fact: Fact | None = None
    spelling: str = ""

    def rate(self, item: Item, voice: Voice) -> int:
        """Rate a product by what is true of it."""
        if item.department is not self.department or (self.kind is not None and item.kind is not self.kind):
            return NOT
        if self.brand is not None and item.brand.name != self.brand:
            return NEARLY
        if self.attribute is not None and not self._holds(item, voice):
            return NEARLY
        return FITS

    def _holds(self, item: Item, voice: Voice) -> bool:
        """Whether the product has the value, spelt as asked for: "olive" fits "green", not "mint"."""
        fact = item.facts.get(self.attribute or "")
        if self.fact != fact and not (isinstance(fact, tuple) and self.fact in fact):
            return False
        if not isinstance(self.fact, str) or self.spelling == self.fact.lower():
            return True
        spelt = voice.spell(self.fact, item.brand.number).lower()
        return set(self.spelling.split()) <= set(spelt.split())


def judge(shop: Shop) -> list[Judgment]:
    """Make queries for each department and kind, and judge the products for them."""
    rng = stream(shop.seed, "queries")
    judgments = []
    for query in {query.text: query for query in _queries(shop, rng)}.values():
        rated = [(item, query.rate(item, shop.voice)) for item in shop.items if item.department is query.department]
        others = [pair for pair in rated if pair[1] == NOT]
        kept = [pair for pair in rated if pair[1] > NOT] + rng.sample(others, min(DISTRACTORS, len(others)))
        judgments += [Judgment(query.text, item.document["id"], rating) for item, rating in kept]
    return judgments


def _queries(shop: Shop, rng: Random) -> Iterator[Query]:
    for department in shop.departments:
        yield Query(department.name.lower(), department)
        for kind in department.category.kinds:
            items = [item for item in shop.items if item.kind is kind]
            if items:
                yield from _kind_queries(shop, department, kind, items, rng)


def _kind_queries(shop: Shop, department: Department, kind: Kind, items: list[Item], rng: Random) -> Iterator[Query]:
    noun = kind.nouns[0]
    yield Query(noun, department, kind)
    if rng.random() < 0.3:
        yield Query(misspell(noun, rng), department, kind)
    if rng.random() < 0.5:
        brand = rng.choice(items).brand.name
        yield Query(f"{brand} {noun}".lower(), department, kind, brand=brand)
    attributes = department.category.attributes_of(kind)
    for attribute in rng.sample(attributes, min(5, len(attributes))):
        query = _attribute_query(shop, rng.choice(items), attribute, noun)
        if query is not None:
            yield query


def _attribute_query(shop: Shop, item: Item, attribute: Attribute, noun: str) -> Query | None:
    """Ask for what is true of one product, as far as shoppers say such things."""
    fact = item.facts.get(attribute.name)
    if isinstance(fact, tuple):
        fact = fact[0]
    spelling = ""
    match attribute, fact:
        case Flag(says=says), True if says:
            text = f"{noun} {says}" if " " in says else f"{says} {noun}"
        case Choice(), str() if not fact.isdigit():
            spelling = shop.voice.spell(fact, item.brand.number).lower()
            text = f"{spelling} {noun}" if spelling.isalpha() else f"{noun} {spelling}"
        case Number(unit=unit), float() | int() if unit:
            text = f"{noun} {number_text(fact)} {unit}"
        case _:
            return None
    return Query(text.lower(), item.department, item.kind, attribute=attribute.name, fact=fact, spelling=spelling)
