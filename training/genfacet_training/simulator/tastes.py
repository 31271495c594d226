"""What matters to shoppers: attributes by kind of product, and which of its values makes a product wanted."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median

from genfacet.catalog import Catalog
from genfacet.values import read_number
from genfacet_training.evaluation.documents import Document
from genfacet_training.simulator.chance import Chance
from genfacet_training.simulator.vocabulary import Side, Vocabulary

WEIGHTS = (0.4, 0.3, 0.2, 0.1)
"""How much the attributes that matter do so, the most important first."""
CARRIED = 0.3
"""An attribute that fewer of the products of a query carry matters to nobody who asks it."""
REPEATED = 0.8
"""An attribute with more values than this share of its products (an article number) matters to nobody."""


@dataclass(frozen=True, slots=True)
class Trait:
    """An attribute that matters, with the middle of its numbers; ``middle`` is None where values are words."""

    name: str
    label: str
    weight: float
    middle: float | None = None


@dataclass(frozen=True, slots=True)
class Want:
    """One thing a shopper wants: a value (any of ``values``), or a number at least as low or high as ``bound``.

    ``word`` is what the shopper calls it. The weights of all wants of a shopper sum to 1.
    """

    name: str
    values: frozenset[str]
    weight: float
    word: str
    side: Side | None = None
    bound: float | None = None

    def met_by(self, document: Document) -> bool:
        """Whether a product has what is wanted."""
        known = document.values.get(self.name, ())
        if self.side is None or self.bound is None:
            return not self.values.isdisjoint(known)
        numbers = _numbers(known)
        return any(number <= self.bound if self.side == "low" else number >= self.bound for number in numbers)


@dataclass(frozen=True)
class Tastes:
    """Which attributes matter, drawn from a seed."""

    seed: int

    def traits(
        self, kind: str, documents: Sequence[Document], catalog: Catalog, *, brand: float = 0.0, price: float = 0.0
    ) -> tuple[Trait, ...]:
        """The attributes that matter for products of a kind, out of those that these products carry.

        How important an attribute is is drawn by kind and attribute alone, so that it is the same for every query.
        ``brand`` and ``price`` are shares of all weight that these have for some shoppers, whatever is drawn.
        """
        draw = Chance(self.seed, "taste", kind)
        eligible = [name for name in _eligible(documents) if _is_offered(name, catalog)]
        given = {name: share for name in eligible if (share := _given(name, brand, price))}
        ranked = sorted((name for name in eligible if name not in given), key=lambda name: (draw.at(name), name))
        left = 1 - sum(given.values())
        weights = given | {name: weight * left for name, weight in zip(ranked, WEIGHTS, strict=False)}
        return tuple(
            Trait(name, _label(name, catalog), weight, _middle(name, documents)) for name, weight in weights.items()
        )

    def clarity(self, name: str) -> float:
        """The share of shoppers who understand how the catalogue speaks of an attribute, 0.35 to 1."""
        return 0.35 + 0.65 * Chance(self.seed, "clarity").at(name)


def wants(target: Document, traits: Iterable[Trait], kind: str, vocabulary: Vocabulary) -> tuple[Want, ...]:
    """What a shopper who will be happy with the target asks for: its values of the attributes that matter."""
    found = [want for trait in traits if (want := _want(target, trait, kind, vocabulary)) is not None]
    total = sum(want.weight for want in found)
    return tuple(replace(want, weight=want.weight / total) for want in found)


def satisfaction(document: Document, wanted: Iterable[Want]) -> float:
    """The weight of the wants that a product meets, 0 to 1."""
    return sum(want.weight for want in wanted if want.met_by(document))


def _want(target: Document, trait: Trait, kind: str, vocabulary: Vocabulary) -> Want | None:
    values = target.values.get(trait.name)
    if not values:
        return None
    numbers = _numbers(values)
    if trait.middle is None or not numbers:
        word = vocabulary.of_value(kind, trait.label, values[0])
        return Want(trait.name, frozenset(values), trait.weight, word)
    side: Side = "low" if numbers[0] <= trait.middle else "high"
    word = vocabulary.of_side(kind, trait.label, side)
    return Want(trait.name, frozenset(values), trait.weight, word, side, numbers[0])


def _eligible(documents: Sequence[Document]) -> list[str]:
    carried: Counter[str] = Counter()
    values: dict[str, set[tuple[str, ...]]] = {}
    for document in documents:
        for name, shown in document.values.items():
            carried[name] += 1
            values.setdefault(name, set()).add(shown)
    return [name for name, count in carried.items() if _splits(count, len(values[name]), len(documents), name)]


def _splits(carried: int, distinct: int, documents: int, name: str) -> bool:
    # A price may differ everywhere and matters all the same.
    repeated = distinct <= max(2, REPEATED * carried) or is_price(name)
    return carried >= CARRIED * documents and distinct >= 2 and repeated


def is_price(name: str) -> bool:
    """Whether an attribute is a price, by its name."""
    return "price" in name.casefold()


def is_brand(name: str) -> bool:
    """Whether an attribute is the brand, by its name."""
    return name.casefold() in {"brand", "manufacturer", "maker", "vendor"}


def _given(name: str, brand: float, price: float) -> float:
    return brand if is_brand(name) else price if is_price(name) else 0.0


def _is_offered(name: str, catalog: Catalog) -> bool:
    return catalog.attribute(name) is not None and catalog.is_offered(name)


def _label(name: str, catalog: Catalog) -> str:
    attribute = catalog.attribute(name)
    return name if attribute is None else attribute.label


def _middle(name: str, documents: Sequence[Document]) -> float | None:
    """The median where most products give a number, else None."""
    shown = [document.values[name] for document in documents if name in document.values]
    numbers = [found[0] for values in shown if (found := _numbers(values))]
    return median(numbers) if len(numbers) > len(shown) / 2 else None


def _numbers(values: Iterable[str]) -> list[float]:
    return [float(number) for value in values if (number := read_number(value)) is not None]
