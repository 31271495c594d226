"""Fashions: values that more shoppers want for a while."""

from dataclasses import dataclass
from math import exp

from genfacet_training.simulator.chance import Chance

SHARE = 0.15
"""The share of values that are ever in fashion."""
HEIGHT = 4.0
"""How much more a value is wanted on its best day: 1 + HEIGHT times."""


@dataclass(frozen=True)
class Trends:
    """Which values are in fashion on which day; ``days`` is how long the simulated time is."""

    seed: int
    days: int

    def demand(self, kind: str, name: str, value: str, day: int) -> float:
        """How many times as much as usual a value is wanted on a day (counted from 0): 1 to 1 + HEIGHT."""
        draw = Chance(self.seed, "trend", kind, name, value)
        if draw.at("any") >= SHARE:
            return 1.0
        best = draw.at("best") * self.days
        width = max(1.0, self.days * (0.05 + 0.15 * draw.at("width")))
        return 1.0 + HEIGHT * exp(-(((day + 0.5 - best) / width) ** 2))
