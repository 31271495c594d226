"""Which value of which facet a shopper clicks, if any: a choice with noise among those that were looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log

from genfacet.facets import Facet, FacetValue
from genfacet.values import read_open
from genfacet_training.evaluation.documents import has_phrase
from genfacet_training.simulator.chance import Chance
from genfacet_training.simulator.clickmodels import ClickModel
from genfacet_training.simulator.errand import Errand, Need
from genfacet_training.simulator.policies import Policy
from genfacet_training.simulator.tastes import Want

RIGHT, UNKNOWN, WRONG = 0.0, -1.5, -3.0
"""Utility of a value that is right for the target, of one that tells nothing to the shopper, of one that is wrong."""
CARING = 2.5
"""Utility of a right value of an attribute that is all that matters."""
SPOKEN = 0.8
"""Utility of being told in one's own words."""
NARROWING = 0.25
"""Utility per halving of the results, up to four halvings."""
AWARE = 0.3
"""How often a shopper knows what the target has of an attribute that does not matter."""
FEW = 10
"""Of so few results nobody needs to refine; each halving on the way to them makes choosing no facet less attractive."""
PATIENCE = 0.2
"""How much less attractive, per halving."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A value, with the places (from 0) of its facet on the page and of the value in the facet."""

    facet: Facet
    value: FacetValue
    place: int
    inner: int


@dataclass(frozen=True)
class Chooser:
    """How one shopper of one session chooses; ``chance`` is the session's, ``mind`` the user's."""

    errand: Errand
    need: Need
    policy: Policy
    model: ClickModel
    mind: Chance
    chance: Chance

    def choose(
        self, facets: Sequence[Facet], looked_at: Sequence[int], values: Sequence[float], total: int, visit: int
    ) -> Choice | None:
        """The value that is clicked on the ``visit``-th page; ``values`` is how likely its places are looked at."""
        halvings = log(max(total, 1) / FEW, 2)
        bar = self.policy.reluctance - PATIENCE * max(-2.0, min(3.0, halvings))
        bar += self.policy.noise * self.chance.gumbel("no facet", visit)
        best: Choice | None = None
        for place in looked_at:
            for choice in self._options(facets[place], place, values, visit):
                utility = self._appeal(choice, total)
                utility += self.policy.noise * self.chance.gumbel("value", choice.facet.name, choice.value.value, visit)
                if utility > bar:
                    best, bar = choice, utility
            if best is not None and self.model.first_wins:
                break
        return best

    def _options(self, facet: Facet, place: int, values: Sequence[float], visit: int) -> list[Choice]:
        shown = [value.value for value in facet.values]
        seen = self.model.looked_at(values, shown, self.chance.of("values", facet.name, visit))
        return [Choice(facet, facet.values[inner], place, inner) for inner in seen if not facet.values[inner].selected]

    def _appeal(self, choice: Choice, total: int) -> float:
        facet, value = choice.facet, choice.value
        named = constrained(facet.name, value.value)
        cares = sum(want.weight for want in self.need.wanted if want.name in named)
        spoken = any(speaks(facet, value, want) for want in self.need.wanted)
        verdict = self._verdict(facet, value, cares > 0, spoken)
        if verdict is None:
            return UNKNOWN
        if not verdict:
            return WRONG
        count = total if value.count is None else value.count
        halvings = min(4.0, log(max(total, 1) / max(count, 1), 2)) if count < total else -4.0
        return RIGHT + CARING * cares + SPOKEN * spoken + NARROWING * halvings

    def _verdict(self, facet: Facet, value: FacetValue, cares: bool, spoken: bool) -> bool | None:
        """What the shopper makes of a value: nothing, where attribute or words mean nothing to them."""
        knows = cares or spoken or self.mind.at("knows", facet.name) < AWARE
        clarity = self.errand.world.tastes.clarity(facet.name)
        understands = spoken or self.mind.at("understands", facet.name) < clarity
        return self.errand.verdict(self.need.target, facet, value.value) if knows and understands else None


def speaks(facet: Facet, value: FacetValue, want: Want) -> bool:
    """Whether a facet's or value's label has the shopper's own word for something wanted."""
    return _says(facet.label, want.word) or _says(value.label, want.word)


@lru_cache(100_000)
def _says(label: str, word: str) -> bool:
    return has_phrase(label, word)


@lru_cache(20_000)
def constrained(name: str, value: str) -> frozenset[str]:
    """The attributes that a facet's value is about: its own, or those in the meaning of an open value."""
    if not name.startswith("~"):
        return frozenset({name})
    try:
        return frozenset(constraint.name for constraint in read_open(value).constraints)
    except ValueError:
        return frozenset()
