"""Two accounts of what is looked at and when a click ends it; results must not hang on one of them.

Both look at place k with the layout's probability p_k as long as nothing is clicked. Sources: Craswell et al., An
experimental comparison of click position-bias models, WSDM 2008.
"""

from collections.abc import Sequence
from typing import Protocol

from genfacet_training.simulator.chance import Chance


class ClickModel(Protocol):
    """Which places of a list are looked at, in their order."""

    name: str
    first_wins: bool
    """Whether the first that pleases is clicked, instead of the best of all that were looked at."""

    def looked_at(self, curve: Sequence[float], shown: Sequence[str], chance: Chance) -> list[int]:
        """The places, from 0, of what is shown, given the probabilities of a layout."""


class PositionBased:
    """Each place is looked at or not, whatever happens at the others.

    The luck is that of the thing which is shown there: moved up it is looked at no less, and a page that is merely
    another one gives no second chance.
    """

    name = "position"
    first_wins = False

    def looked_at(self, curve: Sequence[float], shown: Sequence[str], chance: Chance) -> list[int]:
        """See `ClickModel`."""
        places = zip(shown, curve, strict=False)  # a place beyond the curve is looked at by nobody
        return [place for place, (key, probability) in enumerate(places) if chance.at(key) < probability]


class Cascade:
    """From the top down until attention ends; p_k is the probability of getting as far as k."""

    name = "cascade"
    first_wins = True

    def looked_at(self, curve: Sequence[float], shown: Sequence[str], chance: Chance) -> list[int]:
        """See `ClickModel`."""
        attention = chance.at("attention")
        return [place for place, probability in enumerate(curve[: len(shown)]) if attention < probability]


CLICK_MODELS: dict[str, ClickModel] = {model.name: model for model in (PositionBased(), Cascade())}
