"""A shop of a few dozen headsets that searches, filters and counts in memory, for tests of simulated shoppers."""

import random
from collections.abc import Iterable, Mapping, Sequence
from threading import get_ident

from genfacet.catalog import Attribute, Catalog
from genfacet.facets import Definition, Facet, FacetValue, Selections
from genfacet_training.evaluation.arms import Arm
from genfacet_training.evaluation.documents import Document, holds
from genfacet_training.evaluation.shop import Page, ShopError

NAMES = ("brand", "colour", "noise_level", "weight", "price", "batch")
CATALOG = Catalog(
    {
        name: Attribute(name, name.replace("_", " ").capitalize(), kind, name)
        for name, kind in zip(NAMES, ("keyword", "keyword", "number", "number", "number", "keyword"), strict=True)
    },
    (),
    ("title",),
    "category",
)


def headsets(count: int = 60, seed: int = 5) -> dict[str, Document]:
    """Products by id; every attribute but the brand is missing now and then."""
    chance = random.Random(seed)
    return {f"h{number}": _headset(f"h{number}", chance) for number in range(count)}


def _headset(id_: str, chance: random.Random) -> Document:
    brand = chance.choice(["Aria", "Bolt", "Cello"])
    drawn = {
        "colour": chance.choice(["black", "white", "red", "blue"]),
        "noise_level": str(chance.randint(20, 60)),
        "weight": str(chance.randint(100, 400)),
        "price": f"{chance.randint(1999, 29999) / 100:.2f}",
        "batch": chance.choice(["q", "r", "s"]),
    }
    values = {"brand": (brand,)} | {name: (value,) for name, value in drawn.items() if chance.random() < 0.9}
    return Document(id_, f"{brand} headset", f"{brand} headset", values, "headsets", chance.random() * 100)


class MemoryShop:
    """Finds every product whose text has all words of the query. ``offered``: the facets of each arm by its name.

    ``broken``: arms whose search fails. ``threads`` are those that asked for pages, ``asked`` the pages.
    """

    catalog = CATALOG

    def __init__(
        self, offered: Mapping[str, Sequence[Definition]], broken: Iterable[str] = (), count: int = 60
    ) -> None:
        self.products = headsets(count)
        self.asked: list[tuple[str, str, tuple[tuple[str, tuple[str, ...]], ...]]] = []
        self.threads: set[int] = set()
        self._offered, self._broken = offered, set(broken)
        self._results: dict[str, list[Document]] = {}
        self._marks: dict[tuple[str, str], frozenset[str]] = {}

    def page(
        self,
        arm: Arm,
        query: str,
        selections: Selections | None = None,
        *,
        hits: int = 30,
        size: int = 5,
        values: int = 6,
    ) -> Page:
        chosen = dict(selections or {})
        self.asked.append((arm.name, query, tuple(chosen.items())))
        self.threads.add(get_ident())
        if arm.name in self._broken:
            raise ShopError("a search failed: 503")
        kept = self._selected(query, chosen)
        found = [product for product in self._found(query) if product.id in kept]
        facets = tuple(self._facet(d, query, chosen, arm.verified) for d in self._offered.get(arm.name, ())[:size])
        shown = tuple(facet for facet in facets if facet.values)
        ids = tuple(product.id for product in found[:hits])
        return Page(query, chosen, len(found), ids, shown, "filter", None, False, 0.01)

    def ranking(self, query: str, first: int = 1000) -> tuple[tuple[str, ...], int]:
        ids = tuple(product.id for product in self._found(query))
        return ids[:first], len(ids)

    def documents(self, ids: Iterable[str]) -> dict[str, Document]:
        return {id_: self.products[id_] for id_ in ids if id_ in self.products}

    def _found(self, query: str) -> list[Document]:
        if query not in self._results:
            words = query.casefold().split()
            self._results[query] = [p for p in self.products.values() if all(w in p.text.casefold() for w in words)]
        return self._results[query]

    def _marked(self, name: str, value: str) -> frozenset[str]:
        """The products that a value holds for."""
        if (name, value) not in self._marks:
            found = (p.id for p in self.products.values() if holds(p, name, value, CATALOG))
            self._marks[name, value] = frozenset(found)
        return self._marks[name, value]

    def _selected(self, query: str, selections: Selections) -> set[str]:
        """The results in which any selected value of every selected facet holds."""
        ids = {product.id for product in self._found(query)}
        for name, values in selections.items():
            ids &= frozenset().union(*(self._marked(name, value) for value in values))
        return ids

    def _facet(self, definition: Definition, query: str, selections: Selections, verified: bool) -> Facet:
        rest = self._selected(query, {name: v for name, v in selections.items() if name != definition.name})
        counted = []
        for value, label in zip(definition.values, definition.labels, strict=True):
            count = len(rest & self._marked(definition.name, value))
            if count or not verified:
                selected = value in selections.get(definition.name, ())
                counted.append(FacetValue(value, label, count if verified else None, selected))
        return Facet(definition.name, definition.label, definition.kind, definition.source, "", tuple(counted))


def definition(name: str, *values: str, label: str | None = None, labels: Sequence[str] | None = None) -> Definition:
    """A facet as a source proposes it."""
    kind = "open" if name.startswith("~") else "range" if ".." in "".join(values) else "attribute"
    return Definition(name, label or name, kind, "test", values, tuple(labels or values))


HELPFUL = (
    definition("noise_level", "..30", "30..40", "40..50", "50.."),
    definition("colour", "black", "white", "red", "blue"),
    definition("brand", "Aria", "Bolt", "Cello"),
    definition("weight", "..175", "175..250", "250..325", "325.."),
    definition("price", "..75", "75..150", "150..225", "225.."),
)
"""Facets that split the headsets by all that anyone may care for."""


class NoSource:
    """A source for arms whose facets the shop in memory already knows."""

    needs_background = False

    def propose(self, view: object, size: int, values: int) -> Sequence[Definition]:
        return ()


def arm(name: str, *, verified: bool = True) -> Arm:
    """An arm with facets; its name says which."""
    return Arm(name, NoSource(), verified=verified)
