"""Products: models in variants, with what is true of them and what the shop's data say."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from genfacet_training.shops.brands import Brand, series_name
from genfacet_training.shops.departments import Department
from genfacet_training.shops.facts import Facts, draw_facts, price_factor, vary
from genfacet_training.shops.schema import Attribute, Kind
from genfacet_training.shops.voice import Voice
from genfacet_training.shops.wording import fill, misspell, sentence

TYPOS = 0.025
"""Share of the titles with a typing error."""

FIRST_RELEASE = date(2016, 1, 1)
RELEASE_DAYS = 3_800


@dataclass(frozen=True, slots=True)
class Item:
    """A product: the document that the shop shows, and what is true of it."""

    document: dict[str, Any]
    department: Department
    kind: Kind
    brand: Brand
    facts: Facts


@dataclass(frozen=True, slots=True)
class Model:
    """What the variants of one model have in common."""

    department: Department
    kind: Kind
    brand: Brand
    series: str
    noun: str
    quality: float
    released: date

    @property
    def attributes(self) -> tuple[Attribute, ...]:
        """The attributes of its kind and category."""
        return self.department.category.attributes_of(self.kind)


def make_model(department: Department, kind: Kind, rng: Random) -> Model:
    """Invent a model."""
    brand = rng.choices(department.brands, [brand.fame for brand in department.brands])[0]
    return Model(
        department,
        kind,
        brand,
        series=series_name(rng, coded=department.category.coded),
        noun=kind.nouns[0] if rng.random() < 0.75 else rng.choice(kind.nouns),
        quality=0.5 * brand.tier + rng.gauss(0, 0.85),
        released=FIRST_RELEASE + timedelta(days=int(RELEASE_DAYS * rng.random() ** 0.6)),
    )


def make_variants(model: Model, voice: Voice, rng: Random) -> Iterator[Item]:
    """Make a model in one to four colours or sizes, no two of which have the same title."""
    facts = draw_facts(model.attributes, model.quality, rng)
    luck = rng.gauss(0.15 * model.brand.tier, 0.12)
    titles: set[str] = set()
    for _ in range(rng.choice((1, 1, 2, 3, 4))):
        document = _document(model, facts, voice, luck, rng)
        if document["title"] not in titles:
            titles.add(document["title"])
            yield Item(document, model.department, model.kind, model.brand, facts)
        facts = vary(facts, model.attributes, model.quality, rng)


def _document(model: Model, facts: Facts, voice: Voice, luck: float, rng: Random) -> dict[str, Any]:
    """Write what the shop shows; id and popularity follow when all products are there."""
    words = voice.words(model.attributes, facts, model.brand)
    words |= {"brand": model.brand.name, "series": model.series, "noun": model.noun}
    title = sentence(fill(model.kind.title, words, rng, keep=0.85) or "{brand} {series} {noun}".format(**words))
    worth = 0.7 * price_factor(model.attributes, facts)
    return {
        "id": "",
        "title": misspell(title, rng) if rng.random() < TYPOS else title,
        "brand": model.brand.name,
        "category": model.department.name,
        "description": _description(model, words, voice, rng),
        "price": voice.price(model.kind.price * math.exp(worth + luck)),
        "popularity": 0,
        "in_stock": rng.random() < (0.92 if model.released.year > 2020 else 0.7),
        "released": model.released.isoformat(),
        "attributes": _shown(model, facts, voice, rng),
    }


def _description(model: Model, words: dict[str, str], voice: Voice, rng: Random) -> str:
    sentences = [fill(template, words, rng) for template in model.kind.sentences if rng.random() < 0.85]
    sentences.append(rng.choice(model.department.category.sentences))
    if rng.random() < 0.4:
        sentences.append(rng.choice(voice.promises))
    return " ".join(sentence(text) for text in sentences if text)


def _shown(model: Model, facts: Facts, voice: Voice, rng: Random) -> dict[str, Any]:
    """Return the attributes that the data hold: some get lost, and some brands never give some."""
    shown: dict[str, Any] = {}
    diligence = model.brand.care * model.department.order
    for attribute in model.attributes:
        withheld = Random(f"{model.brand.name}:{attribute.name}").random() < 0.08  # noqa: S311
        lost = rng.random() > (1 - attribute.gap) * diligence
        if attribute.name in facts and not withheld and not lost:
            shown[voice.name(attribute)] = voice.value(facts[attribute.name], model.brand)
    return shown
