"""Programs among the shoppers: they click without wanting anything, and are told from people by their haste."""

from genfacet_training.evaluation.arms import Arm
from genfacet_training.simulator.chance import Chance
from genfacet_training.simulator.errand import Errand
from genfacet_training.simulator.policies import BOT
from genfacet_training.simulator.trail import Trail

HASTE_S = 1.0
"""Who needs less than this per click is taken for a program."""
CLICKS = 3


def crawl(arm: Arm, errand: Errand, chance: Chance) -> Trail:
    """The session of a program: a few products and the next facet, page after page."""
    trail = Trail(hurry=True)
    selections: dict[str, tuple[str, ...]] = {}
    for visit in range(BOT.rounds):
        page = errand.page(arm, selections)
        if page is None or page.total == 0:
            break
        facets = tuple(facet for facet in page.facets if facet.name not in selections)
        trail.see(page.total, selections, facets)
        for place in range(min(5, len(page.ids))):
            trail.open(selections, page.ids[place], place)
        if not facets:
            break
        place = int(chance.at("facet", visit) * len(facets))
        facet = facets[place]
        inner = int(chance.at("value", visit) * len(facet.values))
        trail.choose(selections, facet, facet.values[inner].value, place, inner, right=True)
        selections = {**selections, facet.name: (facet.values[inner].value,)}
    return trail


def looks_like_a_bot(trail: Trail) -> bool:
    """Whether a session is too fast for a person."""
    return trail.clicks >= CLICKS and trail.second / trail.clicks < HASTE_S
