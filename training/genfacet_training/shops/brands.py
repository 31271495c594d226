"""Brands made of syllables, and the names of their series."""

from dataclasses import dataclass
from random import Random

from genfacet_training.shops.tables.words import (
    CODAS,
    CODE_LETTERS,
    CODE_TAILS,
    COMPANY_WORDS,
    MIDDLES,
    ONSETS,
    SERIES,
)


@dataclass(frozen=True, slots=True)
class Brand:
    """A maker: how dear it is, how well known, and how carefully it fills in its data."""

    number: int
    name: str
    tier: float
    fame: float
    care: float


def make_brands(rng: Random, count: int) -> tuple[Brand, ...]:
    """Invent brands, the best known ones first."""
    names: dict[str, None] = {}
    while len(names) < count:
        names[_brand_name(rng)] = None
    return tuple(
        Brand(number, name, rng.gauss(0, 1), 1 / (number + 2) ** 0.7, rng.uniform(0.75, 1.0))
        for number, name in enumerate(names)
    )


def _brand_name(rng: Random) -> str:
    onset = rng.choice(ONSETS)
    name = onset + rng.choice(MIDDLES) + rng.choice(CODAS)
    if name[-1] == name[-2]:  # no "Kellmarkk"
        name = name[:-1]
    style = rng.random()
    if style < 0.12:
        return f"{name} {rng.choice(COMPANY_WORDS)}"
    if style < 0.2:
        return name.upper()[:5]
    return name


def series_name(rng: Random, *, coded: bool) -> str:
    """Name a series: a word, or letters and a number."""
    if coded:
        number = rng.choice((rng.randrange(10, 100, 5), rng.randrange(100, 1000, 10), rng.randrange(1000, 9000, 100)))
        return f"{rng.choice(CODE_LETTERS)}{rng.choice(('-', ' ', ''))}{number}{rng.choice(CODE_TAILS)}"
    word = rng.choice(SERIES)
    return word + rng.choice(("", "", "", "", " II", " Plus", " Light", " One", f" {rng.randrange(2, 9)}"))
