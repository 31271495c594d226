"""One session in one arm, from the first page to a purchase or to giving up."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from genfacet.facets import Facet, Selections
from genfacet_training.evaluation.arms import Arm
from genfacet_training.evaluation.documents import Document
from genfacet_training.evaluation.shop import Page
from genfacet_training.simulator.chance import Chance
from genfacet_training.simulator.choice import Choice, Chooser
from genfacet_training.simulator.clickmodels import ClickModel
from genfacet_training.simulator.errand import Errand, Need
from genfacet_training.simulator.layouts import SCREEN
from genfacet_training.simulator.policies import Policy
from genfacet_training.simulator.population import Session
from genfacet_training.simulator.tastes import satisfaction
from genfacet_training.simulator.trail import Trail

SWAPPED = 0.1
"""In this share of sessions two neighbouring facets change places, in every arm: examination is fitted on that."""
RECOGNISED = 0.95
"""How often a shopper who looks at the target opens it."""
CURIOUS, ATTRACTED = 0.04, 0.6
"""How often another product is opened: the first where it has nothing of what is wanted, both where it has all."""
DELIGHT = 0.85
"""How often the opened target is bought; there are other reasons to leave."""
GOES_ON = 0.7
"""How often a shopper of the cascade looks further down after a product that disappoints."""
SATISFIED = 0.75
"""A substitute meets this much of what is wanted."""


class Place(NamedTuple):
    """Where a shopper is: what is selected, and the page of the results, from 0."""

    selections: Selections
    screen: int


@dataclass
class Visit:
    """A session going on; `go` runs it."""

    session: Session
    need: Need
    arm: Arm
    errand: Errand
    model: ClickModel
    chance: Chance
    trail: Trail = field(default_factory=Trail)

    def __post_init__(self) -> None:
        mind = Chance(self.errand.world.seed, "mind", self.session.user.number)
        self._rejected: set[str] = set()
        self._tried: set[tuple[str, str]] = set()
        self._chooser = Chooser(self.errand, self.need, self._policy, self.model, mind, self.chance)

    @property
    def _policy(self) -> Policy:
        return self.session.user.policy

    @property
    def _is_out_of_patience(self) -> bool:
        return self.trail.second > self._policy.patience_s

    def go(self) -> Trail:
        """Everything the shopper does."""
        where = Place({}, 0)
        for visit in range(self._policy.rounds):
            following = self._look(where, visit)
            if following is None:
                break
            where = following
        return self.trail

    def _look(self, where: Place, visit: int) -> Place | None:
        """One page: where the shopper goes from it; None where the session ends."""
        page = self.errand.page(self.arm, where.selections)
        if page is None:
            self.trail.failed = True
            return None
        facets = self._arranged(page.facets)
        self.trail.see(page.total, where.selections, facets, where.screen)
        self.trail.locate(self.need.target.id, page.ids)
        if page.total == 0:
            self.trail.dead_ends += bool(where.selections)
            return self._back(where)
        facets_first = where.screen == 0 and self.chance.at("facets first", visit) < self._policy.facets_first
        if not facets_first and self._scan(page, where):
            return None
        choice = self._refine(page, facets, visit)
        if choice is not None:
            return self._select(where, choice)
        if facets_first and self._scan(page, where):
            return None
        return self._go_on(page, where, visit)

    def _go_on(self, page: Page, where: Place, visit: int) -> Place | None:
        """Nothing was bought and no facet chosen: the next page, one selection back, or the end."""
        if self._is_out_of_patience:
            return None
        more = len(page.ids) > (where.screen + 1) * SCREEN
        if more and self.chance.at("turn", visit) < self._policy.paging:
            self.trail.turn(where.selections)
            return Place(where.selections, where.screen + 1)
        return self._back(where) if self.chance.at("back", visit) < self._policy.back else None

    def _arranged(self, facets: tuple[Facet, ...]) -> tuple[Facet, ...]:
        """The facets in the order of the page, without those that are used already: a second value would broaden."""
        shown = [facet for facet in facets if not any(value.selected for value in facet.values)]
        if len(shown) > 1 and self.chance.at("swap") < SWAPPED:
            at = int(self.chance.at("swapped") * (len(shown) - 1))
            shown[at], shown[at + 1] = shown[at + 1], shown[at]
        return tuple(shown)

    def _refine(self, page: Page, facets: Sequence[Facet], visit: int) -> Choice | None:
        layout = self.session.user.layout
        names = [facet.name for facet in facets]
        looked_at = self.model.looked_at(layout.facets, names, self.chance.of("facets", visit))
        self.trail.look(len(looked_at))
        choice = self._chooser.choose(facets, looked_at, layout.values, page.total, visit)
        return choice if choice and (choice.facet.name, choice.value.value) not in self._tried else None

    def _select(self, where: Place, choice: Choice) -> Place:
        name, value = choice.facet.name, choice.value.value
        right = self.errand.verdict(self.need.target, choice.facet, value)
        self.trail.choose(where.selections, choice.facet, value, choice.place, choice.inner, right is not False)
        self._tried.add((name, value))
        return Place({**where.selections, name: (value,)}, 0)

    def _back(self, where: Place) -> Place | None:
        """Without the value that was selected last; None where none is."""
        if not where.selections:
            return None
        self.trail.go_back(where.selections)
        return Place(dict(list(where.selections.items())[:-1]), 0)

    def _scan(self, page: Page, where: Place) -> bool:
        """Look through the results of a screen; whether something was bought."""
        first = where.screen * SCREEN
        ids = page.ids[first : first + SCREEN]
        curve = self.session.user.layout.results
        places = self.model.looked_at(curve, ids, self.chance.of("results", where.screen))
        documents = self.errand.documents([ids[place] for place in places])
        for place in places:
            if self._is_out_of_patience:
                break
            self.trail.look(1)
            document = documents.get(ids[place])
            if document is None or document.id in self._rejected or not self._opens(document):
                continue
            self.trail.open(where.selections, document.id, first + place)
            if self._buys(document):
                self.trail.buy(where.selections, document.id, first + place)
                return True
            self._rejected.add(document.id)
            if self.model.first_wins and self.chance.at("goes on", document.id) >= GOES_ON:
                break
        return False

    def _opens(self, document: Document) -> bool:
        if document.id == self.need.target.id:
            return self.chance.at("open", document.id) < RECOGNISED
        return self.chance.at("open", document.id) < CURIOUS + ATTRACTED * self._likes(document) ** 3

    def _buys(self, document: Document) -> bool:
        if document.id == self.need.target.id:
            return self.chance.at("buy", document.id) < DELIGHT
        suits = document.id in self.need.acceptable and self._likes(document) >= SATISFIED
        return suits and self.chance.at("buy", document.id) < self._policy.substitute

    def _likes(self, document: Document) -> float:
        return satisfaction(document, self.need.wanted)
