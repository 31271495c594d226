"""The events that facets need, each with the action and object that a page sends for it.

Ordinals count from 1, from left to right and top to bottom. All of them raise ValueError for a facet that
``write_facet_id`` refuses.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from genfacet.events.facetid import FACET, write_facet_id
from genfacet.events.model import Event, EventObject, Position

IMPRESSION = "impression"
CLICK = "click"
FACET_CLICK = "facet_click"
ADD_TO_CART = "add_to_cart"
PURCHASE = "purchase"
PRODUCT = "product"
VALUE_ORDINAL = "value_ordinal"
"""Beside ``position.ordinal``: the place of a value within its facet."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose events they are, and after which search. ``attributes`` go into every event, an experiment for example."""

    query_id: str
    client_id: str
    session_id: str | None = None
    application: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)


def facet_impression(
    origin: Origin, timestamp: datetime, name: str, value: str, *, ordinal: int, value_ordinal: int
) -> Event:
    """A value of a facet was on the screen: the ``ordinal``-th facet's ``value_ordinal``-th value."""
    return _of_facet(IMPRESSION, origin, timestamp, name, value, ordinal, value_ordinal)


def facet_click(
    origin: Origin, timestamp: datetime, name: str, value: str, *, ordinal: int, value_ordinal: int
) -> Event:
    """A value of a facet was chosen; places as in ``facet_impression``."""
    return _of_facet(FACET_CLICK, origin, timestamp, name, value, ordinal, value_ordinal)


def product_impression(origin: Origin, timestamp: datetime, object_id: str, *, ordinal: int) -> Event:
    """A product was on the screen, as the ``ordinal``-th result."""
    return _of_product(IMPRESSION, origin, timestamp, object_id, ordinal)


def product_click(origin: Origin, timestamp: datetime, object_id: str, *, ordinal: int) -> Event:
    """A product was opened, the ``ordinal``-th result."""
    return _of_product(CLICK, origin, timestamp, object_id, ordinal)


def add_to_cart(origin: Origin, timestamp: datetime, object_id: str, *, ordinal: int) -> Event:
    """A product went into the cart; it was found as the ``ordinal``-th result."""
    return _of_product(ADD_TO_CART, origin, timestamp, object_id, ordinal)


def purchase(origin: Origin, timestamp: datetime, object_id: str, *, ordinal: int) -> Event:
    """A product was bought; it was found as the ``ordinal``-th result."""
    return _of_product(PURCHASE, origin, timestamp, object_id, ordinal)


def _of_facet(
    action: str, origin: Origin, timestamp: datetime, name: str, value: str, ordinal: int, value_ordinal: int
) -> Event:
    position = Position(ordinal, {VALUE_ORDINAL: value_ordinal})
    return _event(action, origin, timestamp, position, EventObject(write_facet_id(name, value), FACET))


def _of_product(action: str, origin: Origin, timestamp: datetime, object_id: str, ordinal: int) -> Event:
    return _event(action, origin, timestamp, Position(ordinal), EventObject(object_id, PRODUCT))


def _event(action: str, origin: Origin, timestamp: datetime, position: Position, object_: EventObject) -> Event:
    return Event(
        action,
        timestamp,
        query_id=origin.query_id,
        client_id=origin.client_id,
        session_id=origin.session_id,
        application=origin.application,
        position=position,
        object=object_,
        attributes=origin.attributes,
    )
