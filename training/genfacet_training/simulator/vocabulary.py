"""How shoppers call what they want, which is seldom how the catalogue calls it."""

from dataclasses import dataclass
from typing import Literal

from genfacet_training.evaluation.documents import has_phrase
from genfacet_training.simulator.chance import Chance
from genfacet_training.simulator.words import ANY_HIGH, ANY_LOW, PURPOSES, SIDES, VALUES

Side = Literal["low", "high"]


@dataclass(frozen=True)
class Vocabulary:
    """The shoppers' words, drawn from a seed: one word for one thing, the same for all shoppers of a kind."""

    seed: int

    def of_side(self, kind: str, label: str, side: Side) -> str:
        """The word for little or much of an attribute: "quiet" for a low noise level."""
        low, high = next(((low, high) for names, low, high in SIDES if _names(label, names)), (ANY_LOW, ANY_HIGH))
        return self._pick(low if side == "low" else high, kind, label, side)

    def of_value(self, kind: str, label: str, value: str) -> str:
        """The word for a value: "cable-free" for Bluetooth; where none is known, a purpose that it serves."""
        told = f"{label} {value}" if value in {"yes", "no"} else value
        if value != "no":
            for name, words in VALUES:
                if has_phrase(told, name):
                    return self._pick(words, kind, label, value)
        return self._pick(PURPOSES, kind, label, value)

    def _pick(self, words: tuple[str, ...], *what: str) -> str:
        return words[int(Chance(self.seed, "vocabulary").at(*what) * len(words))]


def _names(label: str, names: tuple[str, ...]) -> bool:
    text = label.casefold()
    return any(name in text for name in names)
