"""From JSON to records: what a page's collector posts, or one record of a topic or file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import orjson

from genfacet.errors import EventError
from genfacet.events.facetid import FACET, read_facet_id
from genfacet.events.fields import MAX_MESSAGE, MAX_QUERY, Fields
from genfacet.events.model import Event, EventObject, Position, Query

MAX_BYTES = 1_048_576
MAX_BATCH = 1000
Json = bytes | Mapping[str, Any] | list[Any]
"""JSON as it came, or parsed."""
Record = TypeVar("Record", Event, Query)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record of a batch that was set aside: its place from 0, the error, and what was sent (it may be anything)."""

    index: int
    error: EventError
    item: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class Batch(Generic[Record]):
    """What a batch held: the good records in their order, and the bad ones with their reasons."""

    records: tuple[Record, ...]
    rejected: tuple[Rejected, ...]


def read_event(data: Json) -> Event:
    """Reads one event; raises EventError, which names the field."""
    return _event(_parsed(data))


def read_query(data: Json) -> Query:
    """Reads one query record; raises EventError, which names the field."""
    return _query(_parsed(data))


def read_events(data: Json) -> Batch[Event]:
    """Reads what a collector posts to ``/ubi_events``: an array of events, or one event.

    Raises EventError only where there is nothing to take apart: the body is no JSON, no array or object, larger than
    1 MiB, or has more than 1,000 items.
    """
    return _batch(data, _event)


def read_queries(data: Json) -> Batch[Query]:
    """Reads what a collector posts to ``/ubi_queries``: as ``read_events``."""
    return _batch(data, _query)


def _batch(data: Json, read: Callable[[object], Record]) -> Batch[Record]:
    records: list[Record] = []
    rejected: list[Rejected] = []
    for index, item in enumerate(_items(data)):
        try:
            records.append(read(item))
        except EventError as error:
            rejected.append(Rejected(index, error, item))
    return Batch(tuple(records), tuple(rejected))


def _items(data: Json) -> list[Any]:
    parsed = _parsed(data)
    if isinstance(parsed, Mapping):
        return [parsed]
    if not isinstance(parsed, list):
        raise EventError("body", "must be an array of objects")
    if len(parsed) > MAX_BATCH:
        raise EventError("body", f"must have at most {MAX_BATCH} items")
    return parsed


def _parsed(data: Json) -> object:
    if not isinstance(data, bytes):
        return data
    if len(data) > MAX_BYTES:
        raise EventError("body", f"must have at most {MAX_BYTES} bytes")
    try:
        parsed: object = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise EventError("body", "must be JSON") from None
    return parsed


def _event(item: object) -> Event:
    fields = Fields(item, "event")
    attributes = fields.inner("event_attributes")
    return Event(
        action_name=fields.need("action_name", fields.identifier("action_name")),
        timestamp=fields.need("timestamp", fields.timestamp("timestamp")),
        query_id=fields.identifier("query_id"),
        client_id=fields.identifier("client_id"),
        session_id=fields.identifier("session_id"),
        user_id=fields.identifier("user_id"),
        event_id=fields.identifier("event_id"),
        application=fields.identifier("application"),
        user_query=fields.text("user_query", MAX_QUERY),
        message_type=fields.identifier("message_type"),
        message=fields.text("message", MAX_MESSAGE),
        position=None if attributes is None else _position(attributes.inner("position")),
        object=None if attributes is None else _object(attributes.inner("object")),
        attributes={} if attributes is None else attributes.rest(),
        other=fields.rest(),
    )


def _position(fields: Fields | None) -> Position | None:
    return None if fields is None else Position(fields.ordinal("ordinal"), fields.rest())


def _object(fields: Fields | None) -> EventObject | None:
    if fields is None:
        return None
    found = EventObject(
        object_id=fields.need("object_id", fields.object_id("object_id")),
        object_id_type=fields.identifier("object_id_type"),
        object_id_field=fields.identifier("object_id_field"),
        description=fields.text("description", MAX_MESSAGE),
        other=fields.rest(),
    )
    if found.object_id_type == FACET:
        fields.checked("object_id", found.object_id, read_facet_id)
    return found


def _query(item: object) -> Query:
    fields = Fields(item, "query")
    attributes = fields.inner("query_attributes")
    return Query(
        user_query=_user_query(fields, item),
        query_id=fields.identifier("query_id"),
        client_id=fields.identifier("client_id"),
        session_id=fields.identifier("session_id"),
        application=fields.identifier("application"),
        timestamp=fields.timestamp("timestamp"),
        object_id_field=fields.identifier("object_id_field"),
        query_response_id=fields.identifier("query_response_id"),
        query_response_hit_ids=fields.texts("query_response_hit_ids"),
        query_attributes={} if attributes is None else attributes.rest(),
        other=fields.rest(),
    )


def _user_query(fields: Fields, item: object) -> str:
    # The one required text that may be empty: a page that lists a category was asked nothing.
    text = fields.text("user_query", MAX_QUERY)
    if text is None and isinstance(item, Mapping) and item.get("user_query") == "":
        return ""
    return fields.need("user_query", text)
