"""Finding plans for queries like this one: one search in the plan index, and a figure of how near each is."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any
from urllib.parse import quote

from genfacet.memory.stored import VERSION, Marks, StoredPlan, read_stored
from genfacet.sibling import TIMEOUT, Sibling

NEAREST = 16
"""Plans that are looked at."""
TITLE_WORDS = 12
ASKED_ATTRIBUTES = 8
LEAST = 0.34
"""Nearness below which a plan says nothing of a query: set by hand and not tuned."""
SHARE_QUERY, SHARE_TITLES, SHARE_ATTRIBUTES = 0.4, 0.3, 0.3


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A stored plan, and how near it is (0 to 1)."""

    stored: StoredPlan
    nearness: float


def lookup_request(plan_index: str, marks: Marks, audience: str) -> Sibling:
    """The search for the plans whose query, products and attributes are the most alike.

    It is asked with the service credential, and finds what is for everybody or for this audience.
    """
    audiences = [{"term": {"audiences": audience}}, {"bool": {"must_not": {"exists": {"field": "audiences"}}}}]
    titles = sorted(marks.titles)[:TITLE_WORDS]
    alike = [_any("words", marks.words, 3.0), _any("titles", titles, 1.0, "25%")]
    carried = [{"term": {"attributes": name}} for name in marks.attributes[:ASKED_ATTRIBUTES]]
    body = {
        "query": {
            "bool": {
                "filter": [{"term": {"version": VERSION}}, {"bool": {"should": audiences}}],
                "must": [{"bool": {"should": alike}}],
                "should": carried,
            }
        },
        "size": NEAREST,
        "track_total_hits": False,
        "timeout": TIMEOUT,
        "_source": ["version", "index", "words", "titles", "attributes", "plan"],
    }
    return Sibling(
        "memory", f"/{quote(plan_index, safe='')}/_search", {"ignore_unavailable": "true"}, body, service=True
    )


def read_neighbours(answer: Mapping[str, Any] | None, marks: Marks) -> list[Neighbour]:
    """The plans that are near enough, the nearest first; none where the index could not be asked."""
    found = (Neighbour(stored, nearness(marks, stored.marks)) for stored in _stored(answer))
    return sorted((one for one in found if one.nearness >= LEAST), key=lambda one: -one.nearness)


def nearness(ours: Marks, theirs: Marks) -> float:
    """How alike two queries are (0 to 1): cosines of their words, of their titles' words and of their attributes.

    Words alone mislead ("mac" is a computer and an address), so what the results are like counts as much.
    """
    return (
        SHARE_QUERY * _cosine(ours.words, theirs.words)
        + SHARE_TITLES * _cosine(ours.titles, theirs.titles)
        + SHARE_ATTRIBUTES * _cosine(frozenset(ours.attributes), frozenset(theirs.attributes))
    )


def _cosine(ours: frozenset[str], theirs: frozenset[str]) -> float:
    return len(ours & theirs) / sqrt(len(ours) * len(theirs)) if ours and theirs else 0.0


def _any(field: str, wanted: Iterable[str], boost: float, least: str = "1") -> dict[str, Any]:
    wanted_text = " ".join(sorted(wanted))
    return {"match": {field: {"query": wanted_text, "boost": boost, "minimum_should_match": least}}}


def _stored(answer: Mapping[str, Any] | None) -> Iterator[StoredPlan]:
    hits = (answer or {}).get("hits")
    listed = hits.get("hits") if isinstance(hits, Mapping) else None
    for hit in listed if isinstance(listed, list) else ():
        stored = read_stored(hit.get("_source") if isinstance(hit, Mapping) else None)
        if stored is not None:
            yield stored
