"""One query as shoppers have it: what they may be after, what matters to them, and the pages that they all share."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log, log2

from genfacet.errors import GenFacetError
from genfacet.facets import Facet, Selections
from genfacet_training.evaluation.arms import Arm
from genfacet_training.evaluation.documents import Document, holds
from genfacet_training.evaluation.shop import Page
from genfacet_training.simulator.chance import Chance
from genfacet_training.simulator.policies import POLICIES, Policy
from genfacet_training.simulator.population import Session
from genfacet_training.simulator.storefront import HITS, SHOWN_FACETS, SHOWN_VALUES, Storefront
from genfacet_training.simulator.tastes import Tastes, Trait, Want, wants
from genfacet_training.simulator.trends import Trends
from genfacet_training.simulator.vocabulary import Vocabulary

THIN = 3
"""With fewer relevant documents than this, first results are wanted too."""
FIRST = 100
"""Results that say what products of a query are like."""
UNJUDGED = 0.3
"""How often a shopper with a thinly judged query is after a first result that nobody judged."""


@dataclass(frozen=True)
class World:
    """All that is drawn from seeds and holds for every query.

    Tastes, words and trends come from a seed of their own, so that other shoppers can share them: what clicks teach
    about one crowd is of use for the next. ``seed`` is that of the shoppers.
    """

    seed: int
    tastes: Tastes
    vocabulary: Vocabulary
    trends: Trends

    @classmethod
    def of(cls, seed: int, days: int, tastes: int | None = None) -> "World":
        """The world of shoppers of a seed, who have the tastes of another, or of the same."""
        shared = seed if tastes is None else tastes
        return cls(seed, Tastes(shared), Vocabulary(shared), Trends(shared, days))


@dataclass(frozen=True)
class Need:
    """What one shopper is after. ``acceptable``: products other than the target that may do as well."""

    target: Document
    wanted: tuple[Want, ...]
    acceptable: frozenset[str]


class Errand:
    """A query in a shop. It is used by one thread; its pages are kept until it is dropped."""

    def __init__(self, query: str, ratings: Mapping[str, float], shop: Storefront, world: World) -> None:
        self.query, self.world = query, world
        self.problems: Counter[str] = Counter()
        self.milliseconds: dict[str, list[float]] = {}
        self._ratings, self._shop = ratings, shop
        self._pages: dict[tuple[str, tuple[tuple[str, tuple[str, ...]], ...]], Page | None] = {}
        self._verdicts: dict[tuple[str, str, str], bool | None] = {}
        self._traits: dict[str, tuple[Trait, ...]] = {}
        self._on_day: dict[int, list[float]] = {}
        self._wanted: dict[tuple[str, str], tuple[Want, ...]] = {}

    def need(self, session: Session) -> Need | None:
        """What a session is after; None where the query finds nothing that anyone could want."""
        if not self._candidates:
            return None
        draw = Chance(self.world.seed, "need", session.number)
        target = draw.pick([document for document, _ in self._candidates], self._weights(session.day), "target")
        return Need(target, self._wants(target, session.user.policy), frozenset(self._relevant) - {target.id})

    def page(self, arm: Arm, selections: Selections) -> Page | None:
        """The page of an arm; None where the search failed, which is counted."""
        ordered = sorted(selections.items())
        key = (arm.name, tuple(ordered))
        if key not in self._pages:
            self._pages[key] = self._ask(arm, dict(ordered))
        return self._pages[key]

    def verdict(self, target: Document, facet: Facet, value: str) -> bool | None:
        """Whether a value is right for a product, None where the product does not say."""
        key = (target.id, facet.name, value)
        if key not in self._verdicts:
            self._verdicts[key] = holds(target, facet.name, value, self._shop.catalog)
        return self._verdicts[key]

    def documents(self, ids: Sequence[str]) -> dict[str, Document]:
        """The products of these ids."""
        return self._shop.documents(ids)

    @cached_property
    def kind(self) -> str:
        """The category of most first results; "" where the index has none: then one taste holds for all."""
        seen = Counter(document.category for document in self._first if document.category)
        return max(seen, key=lambda category: (seen[category], category), default="")

    @cached_property
    def _relevant(self) -> dict[str, float]:
        """Documents that are judged relevant and exist, with their ratings."""
        known = self._shop.documents(self._ratings)
        if missing := len(self._ratings) - len(known):
            self.problems["relevant document that the index does not hold"] += missing
        return {id_: self._ratings[id_] for id_ in self._ratings if id_ in known}

    @cached_property
    def _first(self) -> list[Document]:
        ids, _ = self._shop.ranking(self.query, FIRST)
        return list(self._shop.documents(ids).values())

    @cached_property
    def _candidates(self) -> list[tuple[Document, float]]:
        """Products that are wanted, with how many shoppers want them: by rating, else by popularity and rank."""
        judged = self._shop.documents(self._relevant)
        found = [(document, 2 ** self._relevant[id_] - 1) for id_, document in judged.items()]
        if len(found) >= THIN:
            return found
        others = [
            (document, (1 + log(1 + max(0.0, document.popularity or 0.0))) / log2(rank + 2))
            for rank, document in enumerate(self._first)
            if document.id not in judged
        ]
        return _mixed(found, others)

    @cached_property
    def _typical(self) -> list[Document]:
        return list({document.id: document for document in (*self._first, *(d for d, _ in self._candidates))}.values())

    def _wants(self, target: Document, policy: Policy) -> tuple[Want, ...]:
        if policy.name not in self._traits:
            self._traits[policy.name] = self.world.tastes.traits(
                self.kind, self._typical, self._shop.catalog, brand=policy.brand, price=policy.price
            )
        key = (target.id, policy.name)
        if key not in self._wanted:
            self._wanted[key] = wants(target, self._traits[policy.name], self.kind, self.world.vocabulary)
        return self._wanted[key]

    def _weights(self, day: int) -> list[float]:
        """How many shoppers want each candidate on a day."""
        if day not in self._on_day:
            self._on_day[day] = [weight * self._demand(document, day) for document, weight in self._candidates]
        return self._on_day[day]

    def _demand(self, document: Document, day: int) -> float:
        """How much a product is in fashion: as much as the most fashionable of what it is wanted for."""
        demands = (
            self.world.trends.demand(self.kind, want.name, value, day)
            for want in self._wants(document, POLICIES[0])
            for value in want.values
        )
        return max(demands, default=1.0)

    def _ask(self, arm: Arm, selections: Selections) -> Page | None:
        try:
            page = self._shop.page(arm, self.query, selections, hits=HITS, size=SHOWN_FACETS, values=SHOWN_VALUES)
        except Exception as error:  # a source of someone else may raise anything, and the run goes on
            self.problems[f"{arm.name}: {describe(error)}"] += 1
            return None
        self.milliseconds.setdefault(arm.name, []).append(page.seconds * 1000)
        if page.failure is not None:
            self.problems[f"{arm.name}: no facets, {page.failure}"] += 1
        return page


def describe(error: Exception) -> str:
    """What went wrong, in a form that is the same every time it does."""
    return str(error) if isinstance(error, GenFacetError) else type(error).__name__


def _mixed(judged: list[tuple[Document, float]], others: list[tuple[Document, float]]) -> list[tuple[Document, float]]:
    """Both, the others with `UNJUDGED` of all weight where there are any judged."""
    if not judged or not others:
        return judged or others
    factor = sum(weight for _, weight in judged) / sum(weight for _, weight in others) * UNJUDGED / (1 - UNJUDGED)
    return [*judged, *((document, weight * factor) for document, weight in others)]
