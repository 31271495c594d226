"""From records to JSON, and the one key by which an event counts once."""

from collections.abc import Iterable
from hashlib import sha256

import orjson

from genfacet.events.model import Event, Query


def write(record: Event | Query) -> bytes:
    """One record as JSON on one line; the reader gives it back."""
    return orjson.dumps(record.as_json())


def write_batch(records: Iterable[Event | Query]) -> bytes:
    """The array that the official collector posts."""
    return orjson.dumps([record.as_json() for record in records])


def identity(event: Event) -> str:
    """The key by which an event that arrives twice counts once: its ``event_id``, else a digest of all it says.

    Without an ``event_id``, two equal events of one millisecond are one; a page that cares sends ids.
    """
    if event.event_id is not None:
        return event.event_id
    return sha256(orjson.dumps(event.as_json(), option=orjson.OPT_SORT_KEYS)).hexdigest()
