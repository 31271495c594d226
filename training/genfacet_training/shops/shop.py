"""A shop out of a seed.

Each part draws from a stream of its own, so that a change to one leaves the others as they are.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from genfacet_training.shops.departments import Department, make_departments
from genfacet_training.shops.items import Item, make_model, make_variants
from genfacet_training.shops.voice import Voice, make_voice

MOST_POPULAR = 50_000


@dataclass(frozen=True, slots=True)
class Shop:
    """All that a seed makes."""

    seed: int
    voice: Voice
    departments: tuple[Department, ...]
    items: tuple[Item, ...]


def make_shop(seed: int, products: int = 5_000) -> Shop:
    """Make a shop; the same seed and number make the same shop, byte for byte."""
    voice = make_voice(stream(seed, "voice"))
    departments = make_departments(stream(seed, "departments"), stream(seed, "brands"))
    items = list(_make_items(products, departments, voice, stream(seed, "products")))
    _give_ids(items, stream(seed, "ids"))
    _give_popularity(items, stream(seed, "popularity"))
    return Shop(seed, voice, departments, tuple(sorted(items, key=lambda item: str(item.document["id"]))))


def stream(seed: int, purpose: str) -> Random:
    """Return the random numbers of one part of a shop."""
    return Random(f"{seed}:{purpose}")  # noqa: S311 - names of chairs need no cryptography


def _make_items(products: int, departments: tuple[Department, ...], voice: Voice, rng: Random) -> Iterator[Item]:
    places = [(department, kind) for department in departments for kind in department.category.kinds]
    weights = [d.share * rng.uniform(0.6, 1.6) / len(d.category.kinds) for d, _ in places]
    made = 0
    while made < products:
        department, kind = rng.choices(places, weights)[0]
        for item in make_variants(make_model(department, kind, rng), voice, rng):
            if made == products:
                return
            made += 1
            yield item


def _give_ids(items: list[Item], rng: Random) -> None:
    prefix = rng.choice(("", "", "P", "A-", "SKU"))
    first = rng.randrange(100_000, 700_000)
    numbers = rng.sample(range(first, first + 3 * len(items)), len(items))
    for item, number in zip(items, numbers, strict=True):
        item.document["id"] = f"{prefix}{number}"


def _give_popularity(items: list[Item], rng: Random) -> None:
    """Give sales by Zipf's law; well-known brands and things in stock come first more often."""

    def appeal(item: Item) -> float:
        in_stock: bool = item.document["in_stock"]
        return 2 * item.brand.fame + 0.3 * in_stock + rng.gauss(0, 0.5)

    for rank, item in enumerate(sorted(items, key=appeal, reverse=True), start=1):
        item.document["popularity"] = round(MOST_POPULAR / (rank + 5) ** 0.9)
