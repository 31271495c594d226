"""What is true of a product, whether or not the shop's data say so."""

from collections.abc import Iterable
from random import Random
from typing import TypeVar

from genfacet_training.shops.schema import RUN, Attribute, Choice, Flag, Number

Fact = str | tuple[str, ...] | float | bool
Facts = dict[str, Fact]
T = TypeVar("T")


def draw_facts(attributes: Iterable[Attribute], quality: float, rng: Random) -> Facts:
    """Draw a value for each attribute; the better the quality, the dearer the values."""
    facts: Facts = {}
    for attribute in attributes:
        if applies(attribute, facts):
            facts[attribute.name] = _draw(attribute, quality, rng)
    return facts


def vary(facts: Facts, attributes: Iterable[Attribute], quality: float, rng: Random) -> Facts:
    """Make a variant of a model: another colour, another size."""
    again = [a for a in attributes if not isinstance(a, Flag) and a.varies and a.name in facts]
    return facts | {attribute.name: _draw(attribute, quality, rng) for attribute in again}


def applies(attribute: Attribute, facts: Facts) -> bool:
    """Say whether the attribute makes sense for a product of which these facts are true."""
    return not attribute.when or facts.get(attribute.when[0]) in attribute.when[1:]


def price_factor(attributes: Iterable[Attribute], facts: Facts) -> float:
    """Return the logarithm of what the facts do to the price: -worth to +worth for each attribute."""
    return sum(
        attribute.worth * (2 * _position(attribute, facts[attribute.name]) - 1)
        for attribute in attributes
        if attribute.worth and attribute.name in facts
    )


def _draw(attribute: Attribute, quality: float, rng: Random) -> Fact:
    match attribute:
        case Flag():
            return rng.random() < attribute.share + (0.12 * quality if attribute.worth else 0)
        case Number():
            return _pick(attribute.grid(), attribute.worth, quality, rng)
        case Choice(several=1):
            if attribute.worth:
                return _pick(attribute.values, attribute.worth, quality, rng)
            return rng.choices(attribute.values, _weights(len(attribute.values)))[0]
        case Choice():
            count = rng.randint(1, min(attribute.several, len(attribute.values)))
            if attribute.several >= RUN:
                first = rng.randint(0, len(attribute.values) - count)
                return attribute.values[first : first + count]
            chosen = set(rng.sample(attribute.values, count))
            return tuple(value for value in attribute.values if value in chosen)


def _pick(values: tuple[T, ...], worth: float, quality: float, rng: Random) -> T:
    shift = 0.18 * quality if worth else 0.0
    position = min(max(rng.gauss(0.47 + shift, 0.27), 0.0), 0.999)
    return values[int(position * len(values))]


def _weights(count: int) -> list[float]:
    return [1 / (rank + 1.5) ** 0.8 for rank in range(count)]


def _position(attribute: Attribute, fact: Fact) -> float:
    """Return where a value stands between cheap (0) and dear (1)."""
    values: tuple[Fact, ...]
    match attribute:
        case Flag():
            return 1.0 if fact else 0.5
        case Number():
            values = attribute.grid()
        case Choice():
            values = attribute.values
    return values.index(fact) / (len(values) - 1) if len(values) > 1 and fact in values else 0.5
