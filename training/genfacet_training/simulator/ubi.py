"""What simulated shoppers do, as the events that a real page would send, marked as simulated.

They say what a page can see: no taste, no policy, no target.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from genfacet.events import Event, Origin, facet_click, facet_impression, product_click, purchase
from genfacet.events.facetid import MAX_NAME, MAX_VALUE
from genfacet_training.simulator.population import Session
from genfacet_training.simulator.trail import Step, Trail

EPOCH = datetime(2025, 1, 6, tzinfo=UTC)
"""Day 0 of simulated time, a Monday."""
APPLICATION = "genfacet-simulator"
VISIBLE = 4
"""Values of a facet that are on the screen before anybody opens it."""


def events(session: Session, arm: str, trail: Trail, seed: int) -> Iterator[Event]:
    """The events of one session in one arm, in the order of their times."""
    start = EPOCH + timedelta(days=session.day, seconds=session.second)
    searches = 0
    for step in trail.steps:
        searches += step.action == "search" and step.place == 0  # a turned page belongs to the search before
        origin = Origin(
            query_id=_id(seed, arm, session.number, searches),
            client_id=_id(seed, arm, "user", session.user.number),
            session_id=_id(seed, arm, session.number),
            application=APPLICATION,
            attributes={"simulated": True, "arm": arm, "seed": seed, "layout": session.user.layout.name},
        )
        for event in _events(step, origin, start + timedelta(seconds=round(step.second, 3))):
            yield replace(event, user_query=session.query)


def _events(step: Step, origin: Origin, moment: datetime) -> Iterator[Event]:
    if step.action == "search":
        for place, facet in enumerate(step.facets):
            for inner, value in enumerate(facet.values[:VISIBLE]):
                if _can_be_named(facet.name, value.value):
                    yield facet_impression(
                        origin, moment, facet.name, value.value, ordinal=place + 1, value_ordinal=inner + 1
                    )
    elif step.action == "facet" and _can_be_named(step.name, step.value):
        yield facet_click(origin, moment, step.name, step.value, ordinal=step.place + 1, value_ordinal=step.inner + 1)
    elif step.action == "open":
        yield product_click(origin, moment, step.value, ordinal=step.place + 1)
    elif step.action == "buy":
        yield purchase(origin, moment, step.value, ordinal=step.place + 1)


def _can_be_named(name: str, value: str) -> bool:
    return 0 < len(name) <= MAX_NAME and 0 < len(value) <= MAX_VALUE


def _id(*what: str | int) -> str:
    return sha256(repr(what).encode()).hexdigest()[:16]
