"""What a shop has of the vocabulary: some categories, kinds, attributes and values, and the brands in each."""

import math
from dataclasses import dataclass, replace
from random import Random

from genfacet_training.shops.brands import Brand, make_brands
from genfacet_training.shops.schema import RUN, Attribute, Category, Choice
from genfacet_training.shops.tables import CATEGORIES

FEWEST_CATEGORIES = 12
BRANDS_PER_CATEGORY = 6


@dataclass(frozen=True, slots=True)
class Department:
    """A category as this shop has it, and the brands in it.

    `share` weighs it against the others; `order` is the share of values that its data keep.
    """

    name: str
    category: Category
    brands: tuple[Brand, ...]
    share: float
    order: float


def make_departments(rng: Random, brand_rng: Random) -> tuple[Department, ...]:
    """Choose the departments of a shop."""
    count = rng.randint(FEWEST_CATEGORIES, len(CATEGORIES) - 2)
    brands = make_brands(brand_rng, count * BRANDS_PER_CATEGORY)
    return tuple(
        Department(
            name=rng.choice(category.names),
            category=_take_part(category, rng),
            brands=tuple(rng.sample(brands, rng.randint(8, 12))),
            share=rng.uniform(0.6, 1.8),
            order=rng.uniform(0.8, 1.0),
        )
        for category in rng.sample(CATEGORIES, count)
    )


def _take_part(category: Category, rng: Random) -> Category:
    kinds = rng.sample(category.kinds, max(3, len(category.kinds) - rng.randint(0, 1)))
    return replace(
        category,
        attributes=_take_attributes(category.attributes, rng),
        kinds=tuple(
            replace(
                kind,
                nouns=_rotate(kind.nouns, rng),
                price=kind.price * rng.uniform(0.85, 1.2),
                attributes=_take_attributes(kind.attributes, rng),
            )
            for kind in kinds
        ),
    )


def _take_attributes(attributes: tuple[Attribute, ...], rng: Random) -> tuple[Attribute, ...]:
    """Leave out a few attributes and values; those that titles cannot do without stay."""
    kept = [a for a in attributes if a.gap == 0.0 or rng.random() < 0.9]
    return tuple(_take_values(a, rng) if isinstance(a, Choice) else a for a in kept)


def _take_values(choice: Choice, rng: Random) -> Choice:
    count = len(choice.values)
    if choice.gap == 0.0 or count < 4 or choice.several >= RUN:
        return choice
    kept = rng.sample(choice.values, math.ceil(count * rng.uniform(0.7, 1.0)))
    if choice.worth:
        kept.sort(key=choice.values.index)
    return replace(choice, values=tuple(kept))


def _rotate(nouns: tuple[str, ...], rng: Random) -> tuple[str, ...]:
    first = rng.randrange(len(nouns))
    return nouns[first:] + nouns[:first]
