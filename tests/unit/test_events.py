"""Events and query records: what is made is what UBI says, what a collector posts is read, and nothing is lost."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from event_records import COLLECTED, COLLECTED_QUERY, REST, changed
from hypothesis import given, settings
from hypothesis import strategies as st

from genfacet import events
from genfacet.events import (
    Event,
    EventError,
    EventObject,
    FacetId,
    Origin,
    Position,
    Query,
    add_to_cart,
    facet_click,
    facet_impression,
    fields,
    identity,
    product_click,
    product_impression,
    purchase,
    read_event,
    read_events,
    read_facet_id,
    read_queries,
    read_query,
    reading,
    write,
    write_batch,
    write_facet_id,
)

ROOT = Path(__file__).parents[2]
WHEN = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)
ORIGIN = Origin("q1", "c1", "s1", "shop", {"experiment": "b"})


def test_exported_names():
    assert events.__all__ == [
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
    text = (ROOT / "docs/events.md").read_text()
    for name in events.__all__:
        assert getattr(events, name) is not None
        assert f"`{name}`" in text, f"docs/events.md does not name {name}"


def test_every_bound_is_documented():
    text = (ROOT / "docs/events.md").read_text()
    bounds = {**vars(fields), **vars(reading)}
    found = [number for name, number in bounds.items() if name.startswith("MAX_")]
    assert len(found) >= 11
    for number in found:
        assert f"{number:,}" in text, f"docs/events.md does not name the bound {number}"


def test_a_facet_click_is_what_ubi_says():
    event = facet_click(ORIGIN, WHEN, "noise_level", "quiet", ordinal=2, value_ordinal=1)
    assert json.loads(write(event)) == {
        "action_name": "facet_click",
        "timestamp": "2026-03-01T12:00:00.250000Z",
        "query_id": "q1",
        "client_id": "c1",
        "session_id": "s1",
        "application": "shop",
        "event_attributes": {
            "position": {"ordinal": 2, "value_ordinal": 1},
            "object": {"object_id": "noise_level:quiet", "object_id_type": "facet"},
            "experiment": "b",
        },
    }
    assert event.facet == ("noise_level", "quiet")


@pytest.mark.parametrize(
    ("make", "action"),
    [
        (product_impression, "impression"),
        (product_click, "click"),
        (add_to_cart, "add_to_cart"),
        (purchase, "purchase"),
    ],
)
def test_events_of_products(make, action):
    event = make(ORIGIN, WHEN, "p:7", ordinal=3)
    record = json.loads(write(event))
    assert record["action_name"] == action
    assert record["event_attributes"]["position"] == {"ordinal": 3}
    assert record["event_attributes"]["object"] == {"object_id": "p:7", "object_id_type": "product"}
    assert event.facet is None
    assert read_event(write(event)) == event


def test_an_impression_of_a_facet_keeps_both_places():
    event = read_event(write(facet_impression(ORIGIN, WHEN, "ratio: a\\b", "16:9\\", ordinal=1, value_ordinal=4)))
    assert event.action_name == "impression"
    assert event.facet == FacetId("ratio: a\\b", "16:9\\")
    assert (event.position.ordinal, event.position.other) == (1, {"value_ordinal": 4})


def test_facet_ids_on_paper():
    assert write_facet_id("~use", "for travel|weight=..1500") == "~use:for travel|weight=..1500"
    assert write_facet_id("a:b", "16:9") == "a\\:b:16:9"
    assert read_facet_id("a\\:b:16:9") == ("a:b", "16:9")
    for text in ["", "a", "a:", ":a", "a\\:b", "a\\b:c", "\\", "n" * 257 + ":v", "n:" + "v" * 513]:
        with pytest.raises(ValueError, match="must"):
            read_facet_id(text)
    for name, value in [("", "v"), ("n", ""), ("n" * 257, "v"), ("n", "v" * 513)]:
        with pytest.raises(ValueError, match="characters"):
            write_facet_id(name, value)


FACET_TEXTS = st.text(st.sampled_from("ab:\\ \n") | st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


@given(FACET_TEXTS, FACET_TEXTS)
def test_facet_ids_read_back(name, value):
    assert read_facet_id(write_facet_id(name, value)) == (name, value)


@given(st.text(st.sampled_from("ab:\\"), max_size=12))
def test_a_facet_id_is_refused_or_has_one_spelling(text):
    try:
        found = read_facet_id(text)
    except ValueError:
        return
    assert write_facet_id(*found) == text


def test_the_longest_name_and_value_of_the_contract_fit_into_an_event():
    event = facet_click(ORIGIN, WHEN, ":" * 256, "v" * 512, ordinal=1, value_ordinal=1)
    assert read_event(write(event)) == event


def test_what_the_official_collector_posts_is_read():
    batch = read_events(json.dumps([COLLECTED]).encode())
    assert batch.rejected == ()
    assert batch.records == (
        Event(
            "add_to_cart",
            WHEN,
            query_id="q1",
            client_id="c1",
            session_id="s1",
            application="shop",
            message_type="INFO",
            object=EventObject("42", object_id_field="sku", other={"price": 9.5, "tags": ["a", None]}),
            other={"extra_info": "from the list"},
        ),
    )
    queries = read_queries(json.dumps([COLLECTED_QUERY]).encode())
    assert queries.rejected == ()
    assert queries.records[0] == Query(
        "laser printer",
        "q1",
        "c1",
        application="shop",
        timestamp=WHEN,
        object_id_field="sku",
        query_attributes={"page": 2},
        other={"message_type": "INFO", "message": ""},
    )


def test_a_query_that_found_nothing_is_not_one_of_unknown_hits():
    found = {ids: read_query(json.dumps({"user_query": "x", **extra}).encode()) for ids, extra in HITS.items()}
    assert found["none"].query_response_hit_ids == ()
    assert found["unknown"].query_response_hit_ids is None
    assert found["some"].query_response_hit_ids == ("b", "a")
    assert all(read_query(write(query)) == query for query in found.values())


HITS = {
    "none": {"query_response_hit_ids": []},
    "unknown": {},
    "some": {"query_response_hit_ids": ["b", "a"]},
}


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-01T12:00:00.250Z", WHEN),
        ("2026-03-01T12:00:00.250", WHEN),
        ("2026-03-01T14:00:00.25+02:00", WHEN),
        ("2026-03-01T07:30:00.250000999-0430", WHEN),
        ("2026-03-01T12:00:00Z", WHEN.replace(microsecond=0)),
    ],
)
def test_timestamps(text, moment):
    event = read_event({"action_name": "click", "timestamp": text})
    assert event.timestamp == moment
    assert event.timestamp.utcoffset() == timedelta(0)


def test_a_timestamp_of_another_zone_is_written_in_utc():
    event = Event("click", WHEN.astimezone(timezone(timedelta(hours=-8))))
    assert json.loads(write(event))["timestamp"] == "2026-03-01T12:00:00.250000Z"


@pytest.mark.parametrize("make", [lambda when: Event("click", when), lambda when: Query("x", timestamp=when)])
def test_a_timestamp_without_a_zone_is_refused(make):
    with pytest.raises(EventError, match=r"\[timestamp\] must have a time zone"):
        make(datetime(2026, 3, 1))


def test_an_event_that_arrives_twice_has_one_identity():
    event = facet_click(ORIGIN, WHEN, "colour", "Black", ordinal=1, value_ordinal=1)
    again = read_event(json.dumps(dict(reversed(json.loads(write(event)).items()))).encode())
    other = facet_click(ORIGIN, WHEN, "colour", "Black", ordinal=1, value_ordinal=2)
    assert identity(event) == identity(again) != identity(other)
    assert identity(read_event(changed("event_id", "e1"))) == "e1"


IDS = st.none() | st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=100)
LINES = st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=30)
ZONES = st.integers(-840, 840).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(2000, 1, 2), datetime(2099, 12, 30), timezones=ZONES)
OBJECTS = st.builds(
    EventObject, IDS.filter(bool), st.none() | st.sampled_from(["product", "video"]), IDS, LINES, REST
) | st.builds(lambda name, value: EventObject(write_facet_id(name, value), "facet"), IDS.filter(bool), IDS.filter(bool))
EVENTS = st.builds(
    Event,
    IDS.filter(bool),
    MOMENTS,
    query_id=IDS,
    client_id=IDS,
    session_id=IDS,
    user_id=IDS,
    event_id=IDS,
    application=IDS,
    user_query=LINES,
    message_type=IDS,
    message=LINES,
    position=st.none() | st.builds(Position, st.none() | st.integers(1, 100_000), REST),
    object=st.none() | OBJECTS,
    attributes=REST,
    other=REST,
)
QUERIES = st.builds(
    Query,
    LINES.map(lambda text: text or ""),
    IDS,
    IDS,
    IDS,
    application=IDS,
    timestamp=st.none() | MOMENTS,
    object_id_field=IDS,
    query_response_id=IDS,
    query_response_hit_ids=st.none() | st.lists(IDS.filter(bool), max_size=5).map(tuple),
    query_attributes=REST,
    other=REST,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(EVENTS, max_size=3), QUERIES)
def test_what_is_written_is_read(written, query):
    batch = read_events(write_batch(written))
    assert batch.records == tuple(written)
    assert batch.rejected == ()
    assert [read_event(write(event)) for event in written] == written
    assert read_queries(write_batch([query])).records == (query,)
