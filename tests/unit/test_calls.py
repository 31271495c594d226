"""Calls of a client: a body that cannot be read is refused and never falls over."""

from datetime import date
from decimal import Decimal

import pytest
from elasticsearch import Elasticsearch

from genfacet.calls import plain_body, take_section
from genfacet.errors import RequestError


@pytest.fixture(scope="module")
def client():
    with Elasticsearch("http://localhost:9200") as opened:
        yield opened


def test_a_body_is_read_as_the_client_writes_it(client):
    body = {"query": {"range": {"day": {"gte": date(2024, 2, 1)}, "price": {"lt": Decimal("1.5")}}}}
    assert plain_body(client, body) == {"query": {"range": {"day": {"gte": "2024-02-01"}, "price": {"lt": 1.5}}}}


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), "\ud800"])
def test_what_is_no_json_is_refused(client, odd):
    with pytest.raises(RequestError, match="no JSON"):
        plain_body(client, {"query": {"term": {"x": odd}}})


def test_the_section_leaves_and_everything_else_stays():
    body = {"query": {}, "ext": {"genfacet": {"size": 1}, "other": 2}}
    assert take_section(body) == ({"size": 1}, {"query": {}, "ext": {"other": 2}})
    assert take_section({"ext": {"genfacet": None}}) == (None, {})
    assert body["ext"] == {"genfacet": {"size": 1}, "other": 2}
    for without in ({}, {"ext": {"other": 2}}, {"ext": "genfacet"}, None, b"{}"):
        assert take_section(without) is None
