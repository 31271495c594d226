"""One session in one arm, from the first page to a purchase or to giving up."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from genfacet.facets import Facet, Selections
from genfacet_training.evaluation.arms import Arm
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
CURIOUS = 0.04
"""How often a product that has nothing of what is wanted is opened."""
DELIGHT = 0.85
"""How often the opened target is bought; there are other reasons to leave."""
GOES_ON = 0.7
"""How often a shopper of the cascade looks further down after a product that disappoints."""
SATISFIED = 0.75
"""A substitute meets this much of what is wanted."""


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
        selections: dict[str, tuple[str, ...]] = {}
        screen = 0
        for visit in range(self._policy.rounds):
            page = self.errand.page(self.arm, selections)
            if page is None:
                self.trail.failed = True
                break
            facets = self._arranged(page.facets)
            self.trail.see(page.total, selections, facets, screen)
            self.trail.locate(self.need.target.id, page.ids)
            if page.total == 0:
                if not selections:
                    break
                self.trail.dead_ends += 1
                selections = self._back(selections)
                continue
            facets_first = screen == 0 and self.chance.at("facets first", visit) < self._policy.facets_first
            if not facets_first and self._scan(page, selections, screen):
                break
            choice = self._refine(page, facets, visit)
            if choice is not None:
                selections, screen = self._select(selections, choice), 0
                continue
            if facets_first and self._scan(page, selections, screen):
                break
            if self._is_out_of_patience:
                break
            if self._turns(page, screen, visit):
                self.trail.turn(selections)
                screen += 1
            elif selections and self.chance.at("back", visit) < self._policy.back:
                selections, screen = self._back(selections), 0
            else:
                break
        return self.trail

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

    def _select(self, selections: Selections, choice: Choice) -> dict[str, tuple[str, ...]]:
        name, value = choice.facet.name, choice.value.value
        right = self.errand.verdict(self.need.target, choice.facet, value)
        self.trail.choose(selections, choice.facet, value, choice.place, choice.inner, right is not False)
        self._tried.add((name, value))
        return {**selections, name: (value,)}

    def _back(self, selections: Selections) -> dict[str, tuple[str, ...]]:
        """Without the value that was selected last."""
        self.trail.go_back(selections)
        return dict(list(selections.items())[:-1])

    def _scan(self, page: Page, selections: Selections, screen: int) -> bool:
        """Look through the results of a screen; whether something was bought."""
        ids = page.ids[screen * SCREEN : (screen + 1) * SCREEN]
        curve = self.session.user.layout.results
        places = self.model.looked_at(curve, ids, self.chance.of("results", screen))
        documents = self.errand.documents([ids[place] for place in places])
        for place in places:
            if self._is_out_of_patience:
                return False
            self.trail.look(1)
            document = documents.get(ids[place])
            if document is None or document.id in self._rejected:
                continue
            likes = satisfaction(document, self.need.wanted)
            is_target = document.id == self.need.target.id
            if self.chance.at("open", document.id) < (RECOGNISED if is_target else CURIOUS + 0.6 * likes**3):
                where = screen * SCREEN + place
                self.trail.open(selections, document.id, where)
                if self._buys(document.id, likes, is_target):
                    self.trail.buy(selections, document.id, where)
                    return True
                self._rejected.add(document.id)
                if self.model.first_wins and self.chance.at("goes on", document.id) >= GOES_ON:
                    return False
        return False

    def _buys(self, id_: str, likes: float, is_target: bool) -> bool:
        if is_target:
            return self.chance.at("buy", id_) < DELIGHT
        suits = id_ in self.need.acceptable and likes >= SATISFIED
        return suits and self.chance.at("buy", id_) < self._policy.substitute

    def _turns(self, page: Page, screen: int, visit: int) -> bool:
        more = len(page.ids) > (screen + 1) * SCREEN
        return more and self.chance.at("turn", visit) < self._policy.paging
