"""Facets by what shoppers clicked: how often a facet was chosen where it was seen, after this query or after any.

    rate(f, q) = (clicks(f, q) / p + α · rate(f)) / (impressions(f, q) + α)
    rate(f)    = (clicks(f) / p + α · overall rate) / (impressions(f) + α)

p is how likely a facet at that place is looked at, read off the history itself: click-through at the place over
click-through at the first. The score is the rate times the share of the results that carry the attribute.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from genfacet.cache import fold
from genfacet.errors import SettingsError
from genfacet.events import Event, EventError, read_event, read_query
from genfacet.events.actions import FACET_CLICK, IMPRESSION
from genfacet.facets import Definition
from genfacet.probe import AttributeProbe
from genfacet.sources import View
from genfacet.sources.ranking import coverage, propose_ranked

PRIOR = 20.0
"""α: impressions that the prior is worth."""
LEAST_EXAMINED = 0.1
"""A click far down the page counts ten times at the most."""

Place = tuple[str, int]


@dataclass
class History:
    """Impressions and debiased clicks of facets, by (query, facet) and by facet; the query "" stands for all.

    ``rejected`` counts the lines of a file that are no events.
    """

    impressions: Counter[tuple[str, str]] = field(default_factory=Counter)
    clicks: dict[tuple[str, str], float] = field(default_factory=dict)
    rejected: int = 0

    def rate(self, query: str, facet: str) -> float:
        """How often the facet is chosen after the query where it is looked at (0 to 1 but for debiasing)."""
        overall = self._rate("", "", 0.0, prior=0.0)
        return self._rate(fold(query), facet, self._rate("", facet, overall))

    def _rate(self, query: str, facet: str, expected: float, prior: float = PRIOR) -> float:
        seen = self.impressions[query, facet] + prior
        return (self.clicks.get((query, facet), 0.0) + prior * expected) / seen if seen else 0.0


def read_history(file: Path) -> History:
    """The history of a file of UBI records, one a line, queries and events; raises SettingsError where none is."""
    queries: dict[str, str] = {}
    rejected: Counter[str] = Counter()
    try:
        with file.open("rb") as lines:
            history = count_events(_events(lines, queries, rejected), queries)
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror}") from None
    if not history.impressions:
        raise SettingsError(f"{file} holds no events of facets: `genfacet simulate --events FILE` writes some")
    history.rejected = rejected.total()
    return history


def _events(lines: Iterable[bytes], queries: dict[str, str], rejected: Counter[str]) -> Iterator[Event]:
    """The events of a file, one after the other; query records go to ``queries``, what is neither to ``rejected``."""
    for line in lines:
        try:
            record = orjson.loads(line)
            if isinstance(record, dict) and "action_name" in record:
                yield read_event(record)
            else:
                query = read_query(record)
                queries[query.query_id or ""] = query.user_query
        except (EventError, orjson.JSONDecodeError) as error:
            rejected[type(error).__name__] += 1


def count_events(events: Iterable[Event], queries: dict[str, str]) -> History:
    """The history of events about facets. A facet counts once in an answer.

    ``queries`` are the words by query id, where events do not say them; it may be filled while the events come.
    """
    seen: set[tuple[str, Place]] = set()
    chosen: set[tuple[str, Place]] = set()
    for event in events:
        place = _place(event)
        if place is None or event.query_id is None:
            continue
        (seen if event.action_name == IMPRESSION else chosen).add((event.query_id, place))
        if event.user_query:
            queries.setdefault(event.query_id, event.user_query)
    examined = _examination(seen, chosen)
    history = History()
    for query_id, (facet, _) in seen | chosen:  # what was clicked was seen, even if that event is lost
        for key in _keys(queries.get(query_id, ""), facet):
            history.impressions[key] += 1
    for query_id, (facet, ordinal) in sorted(chosen):
        for key in _keys(queries.get(query_id, ""), facet):
            history.clicks[key] = history.clicks.get(key, 0.0) + 1 / examined.get(ordinal, 1.0)
    return history


def _place(event: Event) -> Place | None:
    if event.facet is None or event.action_name not in {IMPRESSION, FACET_CLICK}:
        return None
    return event.facet.name, (event.position.ordinal if event.position else None) or 1


def _examination(seen: Iterable[tuple[str, Place]], chosen: Iterable[tuple[str, Place]]) -> dict[int, float]:
    shown = Counter(ordinal for _, (_, ordinal) in seen)
    clicked = Counter(ordinal for _, (_, ordinal) in chosen)
    first = clicked[1] / shown[1] if shown[1] else 0.0
    if not first:
        return {}
    return {at: min(1.0, max(LEAST_EXAMINED, clicked[at] / shown[at] / first)) for at in shown}


def _keys(query: str, facet: str) -> list[tuple[str, str]]:
    return [(fold(query), facet), ("", facet), ("", "")] if query else [("", facet), ("", "")]


@dataclass(frozen=True)
class Clicks:
    """Ranks attributes by the click rate of their facets, times the share of the results that carry them."""

    history: History
    needs_background = False

    def propose(self, view: View, size: int, values: int) -> Sequence[Definition]:
        """See ``Source.propose``."""

        def score(seen: AttributeProbe) -> float:
            return self.history.rate(view.query or "", seen.attribute.name) * coverage(seen, view)

        return propose_ranked("clicks", view, score, size, values)
