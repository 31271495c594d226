"""What shoppers do, as User Behavior Insights 1.3.0: query records and events, read with bounds and written.

``model`` holds the values, ``actions`` makes the events that facets need, ``facetid`` names a facet's value,
``reading`` and ``writing`` are the two ways between values and JSON; ``fields`` and ``timestamps`` check one field.
"""

from genfacet.errors import EventError
from genfacet.events.actions import (
    ADD_TO_CART,
    CLICK,
    FACET_CLICK,
    IMPRESSION,
    PRODUCT,
    PURCHASE,
    VALUE_ORDINAL,
    Origin,
    add_to_cart,
    facet_click,
    facet_impression,
    product_click,
    product_impression,
    purchase,
)
from genfacet.events.facetid import FACET, FacetId, read_facet_id, write_facet_id
from genfacet.events.model import Event, EventObject, Position, Query
from genfacet.events.reading import Batch, Rejected, read_event, read_events, read_queries, read_query
from genfacet.events.writing import identity, write, write_batch

__all__ = [
    "ADD_TO_CART",
    "CLICK",
    "FACET",
    "FACET_CLICK",
    "IMPRESSION",
    "PRODUCT",
    "PURCHASE",
    "VALUE_ORDINAL",
    "Batch",
    "Event",
    "EventError",
    "EventObject",
    "FacetId",
    "Origin",
    "Position",
    "Query",
    "Rejected",
    "add_to_cart",
    "facet_click",
    "facet_impression",
    "identity",
    "product_click",
    "product_impression",
    "purchase",
    "read_event",
    "read_events",
    "read_facet_id",
    "read_queries",
    "read_query",
    "write",
    "write_batch",
    "write_facet_id",
]
