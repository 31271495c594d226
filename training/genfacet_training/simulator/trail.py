"""What one session did: counted for the figures, and step by step for the events."""

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from genfacet.facets import Facet, Selections
from genfacet_training.simulator.layouts import SCREEN

Action = Literal["search", "facet", "open", "turn", "back", "buy"]
SECONDS = {"search": 1.5, "facet": 2.0, "open": 12.0, "turn": 1.0, "back": 1.5, "buy": 40.0}
LOOK_S = 0.7
BOT_S = 0.2


class Step(NamedTuple):
    """One thing that was done, ``second`` after the session began. Places count from 0."""

    action: Action
    second: float
    selections: Selections
    facets: tuple[Facet, ...] = ()
    name: str = ""
    value: str = ""
    place: int = 0
    inner: int = 0


@dataclass
class Trail:
    """Counts of one session in one arm.

    ``scanned``: facets and results that were looked at. ``clicked_places``: the place (from 0) of each facet that
    was clicked. ``found``: whether the target was in the first 30 results of the last page. ``dead_ends``:
    selections that led to no result at all. ``wrong``: selections that exclude the target.
    """

    hurry: bool = False
    pages: int = 0
    zero_pages: int = 0
    facet_pages: int = 0
    clicked_pages: int = 0
    impressions: int = 0
    clicked_places: list[int] = field(default_factory=list)
    shown: list[tuple[str, int]] = field(default_factory=list)
    product_clicks: int = 0
    turns: int = 0
    backs: int = 0
    dead_ends: int = 0
    wrong: int = 0
    scanned: int = 0
    found: bool = False
    bought: bool = False
    failed: bool = False
    second: float = 0.0
    steps: list[Step] = field(default_factory=list)

    @property
    def selections(self) -> int:
        """How many values were selected."""
        return len(self.clicked_places)

    @property
    def clicks(self) -> int:
        """All clicks: facets, products, turned pages, selections taken back."""
        return self.selections + self.product_clicks + self.turns + self.backs

    def see(self, total: int, selections: Selections, facets: tuple[Facet, ...], screen: int = 0) -> None:
        """A page of results is there, with these facets in this order; ``screen`` counts pages from 0."""
        self._do("search", selections, facets=facets, place=screen)
        self.pages += 1
        self.zero_pages += total == 0
        self.facet_pages += bool(facets)
        self.impressions += len(facets)
        self.shown += [(facet.name, place) for place, facet in enumerate(facets)]

    def choose(self, selections: Selections, facet: Facet, value: str, place: int, inner: int, right: bool) -> None:
        """A facet's value was clicked; a page has at most one such click, because the next page follows."""
        self._do("facet", selections, name=facet.name, value=value, place=place, inner=inner)
        self.clicked_pages += 1
        self.clicked_places.append(place)
        self.wrong += not right

    def open(self, selections: Selections, id_: str, place: int) -> None:
        """A product was opened."""
        self._do("open", selections, value=id_, place=place)
        self.product_clicks += 1

    def turn(self, selections: Selections) -> None:
        """The next results were asked for."""
        self._do("turn", selections)
        self.turns += 1

    def go_back(self, selections: Selections) -> None:
        """The last selection was taken back."""
        self._do("back", selections)
        self.backs += 1

    def buy(self, selections: Selections, id_: str, place: int) -> None:
        """A product was bought: the session ends."""
        self._do("buy", selections, value=id_, place=place)
        self.bought = True

    def look(self, count: int) -> None:
        """So many facets or results were looked at."""
        self.scanned += count
        self.second += count * (0.0 if self.hurry else LOOK_S)

    def locate(self, target: str, ids: tuple[str, ...]) -> None:
        """Whether the target is among the first results of the page that is open now."""
        self.found = target in ids[:SCREEN]

    def _do(
        self,
        action: Action,
        selections: Selections,
        facets: tuple[Facet, ...] = (),
        name: str = "",
        value: str = "",
        place: int = 0,
        inner: int = 0,
    ) -> None:
        self.second += BOT_S if self.hurry else SECONDS[action]
        self.steps.append(Step(action, self.second, selections, facets, name, value, place, inner))
