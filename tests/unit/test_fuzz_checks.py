"""The promises that the fuzzer tries, on the inputs that it begins with and on a few more."""

import json

import pytest
from fuzz import request_checks
from hypothesis import given, settings
from hypothesis import strategies as st


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 7), st.binary(max_size=200))
def test_promises_hold_for_bytes(which, data):
    request_checks.check(bytes([which]) + data)


@pytest.mark.parametrize("selected", [{}, {"brand": ["HP"], "~use": ["u|weight=1.."]}, {"gone": ["x"], "price": ["a"]}])
def test_promises_hold_for_a_usual_search(selected):
    body = {"query": {"match": {"title": "printer"}}, "size": 3, "ext": {"genfacet": {"selected": selected}, "a": 1}}
    request_checks.check(b"\0" + json.dumps(body).encode())


def test_a_broken_promise_is_seen(monkeypatch):
    monkeypatch.setattr(request_checks, "filter_body", lambda body, clauses: {**body, "size": 4})
    with pytest.raises(AssertionError):
        request_checks.check_plan({"size": 3}, {})
