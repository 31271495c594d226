"""One session in one arm as a row of numbers: what is kept of it, and what all figures are made of."""

from typing import Any, NamedTuple

from genfacet_training.simulator.bots import looks_like_a_bot
from genfacet_training.simulator.population import Session
from genfacet_training.simulator.trail import Trail


class Outcome(NamedTuple):
    """Counts of `Trail` by session and arm; booleans are 0 or 1. ``places``: where the clicked facets were, from 0."""

    arm: str
    session: int
    user: int
    layout: str
    bot: int
    flagged: int
    failed: int
    pages: int
    zero_pages: int
    facet_pages: int
    clicked_pages: int
    impressions: int
    selections: int
    wrong: int
    dead_ends: int
    product_clicks: int
    clicks: int
    scanned: int
    found: int
    bought: int
    places: tuple[int, ...]


def outcome(session: Session, arm: str, trail: Trail) -> Outcome:
    """What is kept of a session."""
    return Outcome(
        arm,
        session.number,
        session.user.number,
        session.user.layout.name,
        int(session.user.is_bot),
        int(looks_like_a_bot(trail)),
        int(trail.failed),
        trail.pages,
        trail.zero_pages,
        trail.facet_pages,
        trail.clicked_pages,
        trail.impressions,
        trail.selections,
        trail.wrong,
        trail.dead_ends,
        trail.product_clicks,
        trail.clicks,
        trail.scanned,
        int(trail.found),
        int(trail.bought),
        tuple(trail.clicked_places),
    )


def write_outcome(row: Outcome) -> list[Any]:
    """An outcome as JSON has it."""
    return [*row[:-1], list(row.places)]


def read_outcome(row: list[Any]) -> Outcome:
    """An outcome that was written as JSON."""
    return Outcome._make([*row[:-1], tuple(row[-1])])
