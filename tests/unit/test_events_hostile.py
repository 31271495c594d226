"""Whatever is sent is read within its bounds or refused in one sentence that names the field."""

import json
import pickle

import pytest
from event_records import COLLECTED, COLLECTED_QUERY, JSON, changed, nested
from hypothesis import given, settings
from hypothesis import strategies as st

from genfacet import GenFacetError
from genfacet.events import EventError, Query, read_event, read_events, read_queries, read_query, write

BAD_EVENTS = [
    ("action_name", None, "is missing"),
    ("action_name", "", "is missing"),
    ("action_name", 5, "must be a string"),
    ("action_name", "a" * 101, "more than 100 characters"),
    ("action_name", "a\nb", "control characters"),
    ("timestamp", None, "is missing"),
    ("timestamp", 1772366400000, "must be a string"),
    ("timestamp", "1772366400000", "ISO 8601"),
    ("timestamp", "2026-03-01", "ISO 8601"),
    ("timestamp", "2026-W09-7T12:00:00Z", "ISO 8601"),
    ("timestamp", "２０２６-03-01T12:00:00Z", "ISO 8601"),
    ("timestamp", "2026-02-30T12:00:00Z", "exist"),
    ("timestamp", "2026-03-01T12:00:60Z", "exist"),
    ("timestamp", "2026-03-01T12:00:00+99:00", "exist"),
    ("timestamp", "1970-01-01T00:00:00Z", "2000 to 2099"),
    ("timestamp", "2000-01-01T00:00:00+14:00", "2000 to 2099"),
    ("timestamp", "0001-01-01T00:00:00+14:00", "2000 to 2099"),
    ("timestamp", "9999-12-31T23:59:59-14:00", "2000 to 2099"),
    ("query_id", ["q"], "must be a string"),
    ("query_id", True, "must be a string"),
    ("client_id", "c\0", "NUL"),
    ("session_id", "s\x7f", "control characters"),
    ("event_id", "e" * 101, "more than 100 characters"),
    ("user_query", "x" * 1025, "more than 1024 characters"),
    ("message", "a\0b", "NUL"),
    ("event_attributes", [], "must be an object"),
    ("event_attributes.position", 3, "must be an object"),
    ("event_attributes.position.ordinal", "3", "whole number"),
    ("event_attributes.position.ordinal", 0, "whole number"),
    ("event_attributes.position.ordinal", 100_001, "whole number"),
    ("event_attributes.position.ordinal", True, "whole number"),
    ("event_attributes.position.ordinal", 1.5, "whole number"),
    ("event_attributes.object", "42", "must be an object"),
    ("event_attributes.object.object_id", None, "is missing"),
    ("event_attributes.object.object_id", False, "must be a string"),
    ("event_attributes.object.object_id", 1.5, "must be a string"),
    ("event_attributes.object.object_id", "x" * 1026, "more than 1025 characters"),
    ("event_attributes.object.object_id_type", {}, "must be a string"),
    ("event_attributes.object.description", 1, "must be a string"),
]


@pytest.mark.parametrize(("field", "value", "what"), BAD_EVENTS)
def test_bad_events_name_the_field(field, value, what):
    with pytest.raises(EventError, match=what) as caught:
        read_event(changed(field, value))
    assert isinstance(caught.value, GenFacetError)
    assert caught.value.field == field
    assert str(caught.value).startswith(f"[{field}] ")


@pytest.mark.parametrize("missing", ["action_name", "timestamp", "event_attributes.object.object_id"])
def test_what_is_required_is_missed(missing):
    record = changed(missing, None)
    with pytest.raises(EventError, match="is missing"):
        read_event(json.dumps(record).encode())


def test_a_facet_is_named_by_name_and_value():
    record = changed("event_attributes.object", {"object_id": "quiet", "object_id_type": "facet"})
    with pytest.raises(EventError, match=r"^\[event_attributes.object.object_id\] must read name:value"):
        read_event(record)
    record["event_attributes"]["object"]["object_id_type"] = "product"
    assert read_event(record).facet is None


BAD_FREE = [
    ("event_attributes.deep", nested(8), "event_attributes", "levels deep"),
    ("event_attributes.many", [0] * 2000, "event_attributes", "more than 2000 values"),
    ("event_attributes.object.text", "é" * 65_537, "event_attributes.object", "characters"),
    ("event_attributes.position.n", "a\0", "event_attributes.position", "NUL"),
    ("event_attributes.a\0", 1, "event_attributes", "NUL"),
    ("extra", {"a": ["\ud800"]}, "event", "half a character"),
    ("extra", float("nan"), "event", "nothing but JSON"),
    ("extra", float("inf"), "event", "nothing but JSON"),
    ("extra", 2**63, "event", "nothing but JSON"),
]


@pytest.mark.parametrize(("path", "value", "field", "what"), BAD_FREE)
def test_what_ubi_does_not_name_is_kept_within_bounds(path, value, field, what):
    with pytest.raises(EventError, match=what) as caught:
        read_event(changed(path, value))
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("event_attributes.deep", nested(7)),
        ("event_attributes.many", [0] * 1900),
        ("event_attributes.object.text", "é" * 65_000),
        ("event_attributes.object.object_id", "x" * 1025),
        ("event_attributes.position.ordinal", 100_000),
        ("query_id", "q" * 100),
        ("user_query", "line\nline"),
        ("extra", [2**63 - 1, -(2**63), None, True, 0.5, "", {}]),
    ],
)
def test_what_is_just_within_bounds_is_kept(path, value):
    event = read_event(changed(path, value))
    kept = json.loads(write(event))
    for name in path.split("."):
        kept = kept[name]
    assert kept == value


def test_free_fields_of_one_event_count_together():
    half = ["x" * 100] * 400
    read_event(changed("event_attributes.a", half))
    with pytest.raises(EventError, match="more than"):
        read_event(changed("event_attributes.a", half) | {"extra": half})


@pytest.mark.parametrize("value", [{1: "a"}, ("tuple",), object(), b"bytes", {"a": {2.5}}])
def test_what_json_cannot_hold_is_refused(value):
    with pytest.raises(EventError, match=r"^\[event\] must h"):
        read_event({**COLLECTED, "extra": value})


@pytest.mark.parametrize(
    ("field", "value", "what"),
    [
        ("user_query", None, "is missing"),
        ("user_query", 5, "must be a string"),
        ("user_query", "x" * 1025, "more than 1024 characters"),
        ("timestamp", 17, "must be a string"),
        ("query_attributes", [], "must be an object"),
        ("query_response_hit_ids", "a", "list of at most 1000"),
        ("query_response_hit_ids", ["a"] * 1001, "list of at most 1000"),
        ("query_response_hit_ids", [5], "must be a string"),
        ("query_response_id", "x" * 101, "more than 100 characters"),
    ],
)
def test_bad_query_records_name_the_field(field, value, what):
    with pytest.raises(EventError, match=what) as caught:
        read_query(changed(field, value, COLLECTED_QUERY))
    assert caught.value.field == field


def test_a_page_without_words_has_an_empty_query():
    assert read_query({"user_query": ""}) == Query("")


def test_a_bad_item_does_not_cost_the_good_ones():
    items = [COLLECTED, 7, changed("timestamp", "soon"), changed("query_id", "q2"), None]
    batch = read_events(json.dumps(items).encode())
    assert [event.query_id for event in batch.records] == ["q1", "q2"]
    assert [(bad.index, bad.error.field) for bad in batch.rejected] == [(1, "event"), (2, "timestamp"), (4, "event")]
    assert batch.rejected[1].item["timestamp"] == "soon"
    assert "soon" not in repr(batch.rejected)


def test_a_batch_goes_from_one_process_to_another():
    batch = read_events([COLLECTED, changed("timestamp", "soon")])
    again = pickle.loads(pickle.dumps(batch))
    assert again.records == batch.records
    assert str(again.rejected[0].error) == str(batch.rejected[0].error)


def test_one_object_is_a_batch_of_one_and_an_array_is_no_event():
    assert len(read_events(json.dumps(COLLECTED).encode()).records) == 1
    assert read_events([]).records == ()
    with pytest.raises(EventError, match=r"\[event\] must be an object"):
        read_event([COLLECTED])


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"", "must be JSON"),
        (b"[{}", "must be JSON"),
        (b'[{"a": NaN}]', "must be JSON"),
        (b'["\xff"]', "must be JSON"),
        (b"[" * 100_000, "must be JSON"),
        (b"5", "must be an array"),
        (b"null", "must be an array"),
        (b" " * 1_048_577, "at most 1048576 bytes"),
        (b"[" + b"0," * 1000 + b"0]", "at most 1000 items"),
    ],
)
def test_a_body_that_is_no_batch(body, what):
    for read in (read_events, read_queries):
        with pytest.raises(EventError, match=what) as caught:
            read(body)
        assert caught.value.field == "body"


EXTRA = ["extra", "event_attributes.extra", "event_attributes.position.extra", "event_attributes.object.extra"]
PATHS = sorted({*EXTRA, *(field for field, _, _ in BAD_EVENTS)})


def read_or_refuse(read, data, fields):
    """What was read, or None where it was refused for one of the fields; any other exception passes."""
    found, fault = None, None
    try:
        found = read(data)
    except EventError as error:
        fault = error.field
    assert fault is None or fault in fields
    return found


HOSTILE = JSON | st.text(max_size=30) | st.floats() | st.integers() | st.sampled_from([nested(9), "x" * 2000])


@settings(max_examples=400, deadline=None)
@given(st.dictionaries(st.sampled_from(PATHS), HOSTILE, min_size=1, max_size=3))
def test_any_value_in_any_field_is_read_or_refused(changes):
    record = COLLECTED
    for path in sorted(changes, reverse=True):
        record = changed(path, changes[path], record)
    event = read_or_refuse(read_event, record, {*PATHS, "event"})
    assert event is None or read_event(write(event)) == event


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60) | HOSTILE.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_a_batch_or_an_error(body):
    for read in (read_events, read_queries, read_event, read_query):
        read_or_refuse(read, body, {"body", "event", "query", "action_name", "user_query"})
