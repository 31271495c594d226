"""The two records of UBI 1.3.0 as values. Fields have the specification's names; what it does not name is kept.

A field that is None is not written. Values are not checked here beyond what would be misread later: the reader holds
what others send to its bounds, and whoever builds records keeps to them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from genfacet.errors import EventError
from genfacet.events.facetid import FACET, FacetId, read_facet_id
from genfacet.events.timestamps import write_timestamp


@dataclass(frozen=True, slots=True)
class Position:
    """Where on the page something was. ``ordinal`` counts from 1; ``other`` may hold ``xy`` and whatever else."""

    ordinal: int | None = None
    other: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The value of ``event_attributes.position``."""
        return {**self.other, **_present(ordinal=self.ordinal)}


@dataclass(frozen=True, slots=True)
class EventObject:
    """What the shopper saw or acted on: a product, or a facet's value. ``other`` holds further details of it."""

    object_id: str
    object_id_type: str | None = None
    object_id_field: str | None = None
    description: str | None = None
    other: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The value of ``event_attributes.object``."""
        known = _present(
            object_id=self.object_id,
            object_id_type=self.object_id_type,
            object_id_field=self.object_id_field,
            description=self.description,
        )
        return {**self.other, **known}


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that a shopper did or was shown (``ubi_events``).

    ``event_id`` is an addition to UBI: the page's own id of this event, so that one sent twice counts once.
    ``attributes`` is the rest of ``event_attributes``, ``other`` the rest of the record.
    Raises EventError where the timestamp has no time zone.
    """

    action_name: str
    timestamp: datetime
    query_id: str | None = None
    client_id: str | None = None
    session_id: str | None = None
    user_id: str | None = None
    event_id: str | None = None
    application: str | None = None
    user_query: str | None = None
    message_type: str | None = None
    message: str | None = None
    position: Position | None = None
    object: EventObject | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    other: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _need_zone(self.timestamp)

    @property
    def facet(self) -> FacetId | None:
        """The facet's value that the event is about, None where it is about something else.

        Raises ValueError for a facet's identifier that is none; an event that was read has no such.
        """
        if self.object is None or self.object.object_id_type != FACET:
            return None
        return read_facet_id(self.object.object_id)

    def as_json(self) -> dict[str, Any]:
        """The record as the specification has it."""
        known = _present(
            application=self.application,
            action_name=self.action_name,
            query_id=self.query_id,
            session_id=self.session_id,
            client_id=self.client_id,
            user_id=self.user_id,
            event_id=self.event_id,
            timestamp=write_timestamp(self.timestamp),
            message_type=self.message_type,
            message=self.message,
            user_query=self.user_query,
            event_attributes=self._attributes() or None,
        )
        return {**self.other, **known}

    def _attributes(self) -> dict[str, Any]:
        position = None if self.position is None else self.position.as_json()
        object_ = None if self.object is None else self.object.as_json()
        return {**self.attributes, **_present(position=position, object=object_)}


@dataclass(frozen=True, slots=True)
class Query:
    """One search of a shopper (``ubi_queries``).

    ``query_response_hit_ids`` are the documents of the page in their order, none at all where nothing was found, None
    where it is not known. ``timestamp`` is None where the receiver's clock is to say it. ``session_id`` is an addition
    to UBI, ``other`` the rest of the record. Raises EventError where the timestamp has no time zone.
    """

    user_query: str
    query_id: str | None = None
    client_id: str | None = None
    session_id: str | None = None
    application: str | None = None
    timestamp: datetime | None = None
    object_id_field: str | None = None
    query_response_id: str | None = None
    query_response_hit_ids: tuple[str, ...] | None = None
    query_attributes: Mapping[str, Any] = field(default_factory=dict)
    other: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.timestamp is not None:
            _need_zone(self.timestamp)

    def as_json(self) -> dict[str, Any]:
        """The record as the specification has it."""
        hits = self.query_response_hit_ids
        known = _present(
            application=self.application,
            query_id=self.query_id,
            client_id=self.client_id,
            session_id=self.session_id,
            user_query=self.user_query,
            timestamp=None if self.timestamp is None else write_timestamp(self.timestamp),
            object_id_field=self.object_id_field,
            query_response_id=self.query_response_id,
            query_response_hit_ids=None if hits is None else list(hits),
            query_attributes=dict(self.query_attributes) or None,
        )
        return {**self.other, **known}


def _present(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _need_zone(moment: datetime) -> None:
    # Without one it would be written as if it were this machine's local time.
    if moment.tzinfo is None:
        raise EventError("timestamp", "must have a time zone")
