"""Pages as shoppers look at them: how likely each place is looked at."""

from dataclasses import dataclass

FACETS = 20
"""Most facets of a page."""
SCREEN = 30
"""Results of one page."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Probabilities by place, from 0: that a facet, a value of a facet or a result is looked at. They never rise."""

    name: str
    share: float
    facets: tuple[float, ...]
    values: tuple[float, ...]
    results: tuple[float, ...]


def falling(first: float, ratio: float, count: int, floor: float = 0.02) -> tuple[float, ...]:
    """Probabilities that fall by a constant ratio, down to a floor."""
    return tuple(max(floor, first * ratio**place) for place in range(count))


LAYOUTS = (
    Layout("sidebar", 0.45, falling(0.8, 0.85, FACETS), falling(0.95, 0.9, 50), falling(0.97, 0.95, SCREEN)),
    Layout("top bar", 0.2, falling(0.9, 0.68, FACETS), falling(0.9, 0.85, 50), falling(0.95, 0.95, SCREEN)),
    Layout("mobile", 0.35, falling(0.5, 0.8, FACETS), falling(0.9, 0.8, 50), falling(0.98, 0.91, SCREEN)),
)
"""A column beside the results, a row of menus above them, and a sheet behind a button on a small screen."""
