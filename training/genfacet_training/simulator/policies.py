"""Kinds of shoppers, by how they go about it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """How one kind of shopper behaves. All but ``share``, ``noise`` and ``reluctance`` are probabilities or counts.

    ``share`` of the shoppers; ``rounds`` pages they look at, at most, for no more than ``patience_s`` seconds;
    ``facets_first`` how often they turn to facets before results; ``noise`` of their choices, in units of utility;
    ``reluctance``: utility of choosing no facet; ``paging``, ``back``: how often they turn the page or take a
    selection back before they give up; ``substitute``: how often they buy another product that satisfies them;
    ``brand``, ``price``: share of all that matters to them that brand and price have (0: like any other attribute).
    """

    name: str
    share: float
    rounds: int
    patience_s: float
    facets_first: float
    noise: float
    reluctance: float
    paging: float
    back: float
    substitute: float
    brand: float = 0.0
    price: float = 0.0


POLICIES = (
    Policy("careful", 0.35, 7, 180.0, 0.7, 0.3, 0.4, 0.45, 0.6, 0.15),
    Policy("hasty", 0.35, 4, 60.0, 0.35, 0.5, 1.0, 0.15, 0.25, 0.4),
    Policy("brand-loyal", 0.15, 5, 100.0, 0.6, 0.35, 0.6, 0.3, 0.45, 0.1, brand=0.6),
    Policy("price-led", 0.15, 6, 120.0, 0.6, 0.35, 0.6, 0.35, 0.45, 0.3, price=0.6),
)
BOT = Policy("bot", 0.0, 4, 60.0, 1.0, 1.0, 0.0, 1.0, 0.0, 0.0)
BOTS = 0.03
"""The share of users who are programs."""
