"""Three-valued truth: a value is right for a product, wrong for it, or the product does not say.

Missing data is no violation, so the unknown is never counted as wrong; nor is it left out, or a source that names
attributes which no product has would look faultless.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TruthShares:
    """Shares of verdicts (each 0 to 1, together 1), and how many verdicts there were."""

    true: float
    false: float
    unknown: float
    n: int


def truth_shares(verdicts: Iterable[bool | None]) -> TruthShares | None:
    """Shares of True, False and None among the verdicts: n_verdict / n (0 to 1); None without any verdict."""
    seen = list(verdicts)
    if not seen:
        return None
    true, false = seen.count(True), seen.count(False)
    return TruthShares(true / len(seen), false / len(seen), (len(seen) - true - false) / len(seen), len(seen))


def all_hold(verdicts: Iterable[bool | None]) -> bool | None:
    """Conjunction in Kleene's logic: False where one is wrong, else unknown where one is; True for none at all."""
    seen = list(verdicts)
    return False if False in seen else None if None in seen else True


def any_holds(verdicts: Iterable[bool | None]) -> bool | None:
    """Disjunction in Kleene's logic: True where one is right, else unknown where one is; False for none at all."""
    seen = list(verdicts)
    return True if True in seen else None if None in seen else False
