"""How one shop writes: names of attributes, spellings of values, prices."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from genfacet_training.shops.brands import Brand
from genfacet_training.shops.facts import Fact, Facts
from genfacet_training.shops.schema import Attribute, Flag, Number
from genfacet_training.shops.tables.words import NAMES, PROMISES, PROPER, SPELLINGS, UNSPOKEN
from genfacet_training.shops.wording import sentence


def _in_brackets(name: str, unit: str) -> str:
    return f"{sentence(name)} ({unit})" if unit else sentence(name)


def _in_words(name: str, unit: str) -> str:
    return f"{sentence(name)} in {unit}" if unit else sentence(name)


def _in_snake_case(name: str, unit: str) -> str:
    plain = f"{name} {unit}".replace("²", "2").replace("%", "percent").lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")


def _in_camel_case(name: str, unit: str) -> str:
    first, *others = _in_snake_case(name, unit).split("_")
    return first + "".join(word.capitalize() for word in others)


NAME_STYLES: tuple[Callable[[str, str], str], ...] = (
    _in_brackets,
    _in_words,
    _in_snake_case,
    _in_camel_case,
)
PRICE_ENDINGS = (0.99, 0.95, 0.90, 0.0)


@dataclass(frozen=True, slots=True)
class Voice:
    """The habits of one shop; brands may prefer the second of two spellings."""

    name_style: Callable[[str, str], str]
    names: dict[str, str]
    spellings: dict[str, tuple[str, ...]]
    price_ending: float
    promises: tuple[str, ...]

    def name(self, attribute: Attribute) -> str:
        """Name an attribute, with its unit."""
        unit = attribute.unit if isinstance(attribute, Number) else ""
        return self.name_style(self.names.get(attribute.name, attribute.name), unit)

    def spell(self, value: str, brand_number: int) -> str:
        """Spell a value as this brand does in this shop."""
        spellings = self.spellings.get(value, (value,))
        return spellings[brand_number % len(spellings)]

    def value(self, fact: Fact, brand: Brand) -> str | list[str] | float:
        """Write a fact as the value of an attribute."""
        match fact:
            case str():
                return sentence(self.spell(fact, brand.number))
            case tuple():
                return [sentence(self.spell(value, brand.number)) for value in fact]
            case _:
                return fact

    def say(self, attribute: Attribute, fact: Fact, brand: Brand) -> str:
        """Write a fact as it stands inside a sentence; empty where a shop would not mention it."""
        match fact:
            case bool():
                return attribute.says if fact and isinstance(attribute, Flag) else ""
            case str():
                return "" if fact in UNSPOKEN else in_sentence(self.spell(fact, brand.number))
            case tuple():
                *others, last = (in_sentence(self.spell(value, brand.number)) for value in fact)
                return f"{', '.join(others)} and {last}" if others else last
            case _:
                return number_text(fact)

    def words(self, attributes: tuple[Attribute, ...], facts: Facts, brand: Brand) -> dict[str, str]:
        """Write the facts as words for templates, under their names with underscores."""
        said = {a.name: self.say(a, facts[a.name], brand) for a in attributes if a.name in facts}
        return {re.sub(r"\W", "_", name): words for name, words in said.items() if words}

    def price(self, exact: float) -> float:
        """Round a price as this shop likes it."""
        step = 1 if exact < 100 else 5 if exact < 500 else 10
        whole = max(step * round(exact / step), 1)
        return round(whole - 1 + self.price_ending, 2) if self.price_ending else float(whole)


def make_voice(rng: Random) -> Voice:
    """Choose the habits of a shop."""
    return Voice(
        name_style=rng.choice(NAME_STYLES),
        names={name: rng.choice(others) for name, others in NAMES.items()},
        spellings={
            value: tuple(rng.sample(others, min(len(others), rng.choice((1, 2, 2)))))
            for value, others in SPELLINGS.items()
        },
        price_ending=rng.choice(PRICE_ENDINGS),
        promises=tuple(rng.sample(PROMISES, 3)),
    )


def in_sentence(value: str) -> str:
    """Write a value as it stands inside a sentence: "Polyester" small, "LED", "V-neck" and "Vibram" as they are."""
    first = value.partition(" ")[0]
    if first in PROPER or not first[1:2].isalpha() or not first[1:].islower():
        return value
    return value[0].lower() + value[1:]


def number_text(value: float) -> str:
    """Write a number without needless zeros."""
    return str(int(value)) if math.isclose(value, round(value)) else f"{value:g}"
