"""Siblings that fail, hang and lie: the hits come unharmed, and the answer says why facets do not."""

import http.client
import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from sidecar_servers import NDJSON, Misbehaving, misbehaving, send, serving, sidecar_settings

INDEX = "genfacet-test-trouble"
DEADLINE_MS = 300
SEARCH = {"query": {"match": {"title": "printer"}}, "sort": ["id"]}
ASKING = {**SEARCH, "ext": {"genfacet": {"deadline_ms": DEADLINE_MS, "selected": {"brand": ["Acme"]}}}}
FACETS = {
    "search": {"template": {"query": {"match": {"title": "{{query}}"}}}, "text_fields": ["title"]},
    "facets": {"brand": {"field": "brand"}},
}


@pytest.fixture(scope="module")
def es(es_url: str) -> Iterator[str]:
    send(es_url, "DELETE", f"/{INDEX}")
    properties = {"title": {"type": "text"}, "brand": {"type": "keyword"}, "id": {"type": "integer"}}
    send(es_url, "PUT", f"/{INDEX}", {"mappings": {"properties": properties}})
    lines: list[dict[str, Any]] = []
    for number in range(20):
        product = {"id": number, "title": f"printer {number}", "brand": ["Acme", "Brother"][number % 2]}
        lines += [{"index": {}}, product]
    body = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    assert not send(es_url, "POST", f"/{INDEX}/_bulk?refresh=true", body, NDJSON).json["errors"]
    yield es_url
    send(es_url, "DELETE", f"/{INDEX}")


@pytest.fixture(scope="module")
def between(es: str) -> Iterator[Misbehaving]:
    with misbehaving(es) as server:
        yield server


@pytest.fixture
def trouble(between: Misbehaving) -> Iterator[Misbehaving]:
    between.trouble, between.falls_on = "", "siblings"
    between.siblings.clear()
    between.given_up.clear()
    yield between
    between.trouble = ""


@pytest.fixture
def sidecar(trouble: Misbehaving) -> Iterator[str]:
    with serving(sidecar_settings(trouble.url, {INDEX: FACETS})) as url:
        yield url


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("500", "a sibling was answered with status 500"),
        ("503", "a sibling was answered with status 503"),
        ("429", "a sibling was answered with status 429"),
        ("garbage", "a sibling was answered with something that is no JSON object"),
        ("list", "a sibling was answered with something that is no JSON object"),
        ("other json", "facets failed: "),
        ("close", "a sibling was not answered: "),
        ("hang", "deadline"),
    ],
)
def test_a_sibling_in_trouble_costs_facets_only(
    kind: str, reason: str, trouble: Misbehaving, sidecar: str, es: str
) -> None:
    trouble.trouble = kind
    started = time.perf_counter()
    response = send(sidecar, "POST", f"/{INDEX}/_search", ASKING)
    spent = time.perf_counter() - started
    direct = {"query": {"bool": {"must": SEARCH["query"], "filter": {"term": {"brand": "Acme"}}}}, "sort": ["id"]}
    hits = send(es, "POST", f"/{INDEX}/_search", direct).json["hits"]
    assert response.status == 200
    assert [hit["_id"] for hit in response.json["hits"]["hits"]] == [hit["_id"] for hit in hits["hits"]]
    section = response.facets
    assert section["reason"].startswith(reason)
    assert section["timed_out"] is (kind == "hang")
    selected = {"value": "Acme", "label": "Acme", "count": None, "selected": True}
    assert [facet["values"] for facet in section["facets"]] == [[selected]]
    assert spent < DEADLINE_MS / 1000 + 2


def test_siblings_in_trouble_leave_a_msearch_unharmed(trouble: Misbehaving, sidecar: str) -> None:
    trouble.trouble = "hang"
    body = b"".join(json.dumps(line).encode() + b"\n" for line in ({}, ASKING, {}, SEARCH, {}, ASKING))
    started = time.perf_counter()
    items = send(sidecar, "POST", f"/{INDEX}/_msearch", body, NDJSON).json["responses"]
    assert time.perf_counter() - started < 2 * DEADLINE_MS / 1000 + 2
    assert [item["hits"]["total"]["value"] for item in items] == [10, 20, 10]
    assert [item.get("ext", {}).get("genfacet", {}).get("reason") for item in items] == ["deadline", None, "deadline"]


def test_the_next_search_after_trouble_has_facets_again(trouble: Misbehaving, sidecar: str) -> None:
    trouble.trouble = "503"
    assert send(sidecar, "POST", f"/{INDEX}/_search", ASKING).facets["reason"]
    trouble.trouble = ""
    body = {**ASKING, "ext": {"genfacet": {"deadline_ms": 5000}}}
    assert send(sidecar, "POST", f"/{INDEX}/_search", body).facets["facets"][0]["values"][0]["count"] == 10


@pytest.mark.parametrize("status", ["429", "503"])
def test_trouble_of_the_search_itself_passes(status: str, trouble: Misbehaving, sidecar: str) -> None:
    trouble.trouble, trouble.falls_on = status, "searches"
    for body in (SEARCH, ASKING):
        response = send(sidecar, "POST", f"/{INDEX}/_search", body)
        assert response.status == int(status)
        assert response.json == {"error": {"type": "es_rejected_execution_exception"}}


@pytest.mark.parametrize("body", [SEARCH, ASKING], ids=["passing", "asking"])
def test_a_client_that_hangs_up_ends_its_search(body: Any, trouble: Misbehaving, sidecar: str) -> None:
    trouble.trouble, trouble.falls_on = "hang", "searches"
    parts = urlsplit(sidecar)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
    connection.request("POST", f"/{INDEX}/_search", json.dumps(body), {"content-type": "application/json"})
    time.sleep(0.3)
    connection.close()
    assert trouble.given_up.wait(5)


@pytest.mark.parametrize("body", [SEARCH, ASKING], ids=["passing", "asking"])
def test_a_connection_that_breaks_is_an_error_in_elasticsearchs_shape(
    body: Any, trouble: Misbehaving, sidecar: str
) -> None:
    trouble.trouble, trouble.falls_on = "close", "searches"
    response = send(sidecar, "POST", f"/{INDEX}/_search", body)
    assert response.status == response.json["status"] == 502
    assert "cannot be reached" in response.json["error"]["reason"]


def test_siblings_carry_who_asks_and_nothing_else(trouble: Misbehaving, sidecar: str) -> None:
    headers = {
        "authorization": "Bearer c2VjcmV0",
        "es-client-authentication": "SharedSecret c2VjcmV0",
        "es-security-runas-user": "ann",
        "x-opaque-id": "shop",
        "cookie": "session=1",
        "x-forwarded-for": "10.0.0.1",
        "traceparent": f"00-{'a' * 32}-{'b' * 16}-01",
    }
    send(sidecar, "POST", f"/{INDEX}/_search?routing=5&preference=_local&pretty&request_cache=false", ASKING, headers)
    assert trouble.siblings
    own = {"host", "accept", "accept-encoding", "content-type", "content-length"}
    for sent in trouble.siblings:
        assert set(sent) - own == headers.keys() - {"cookie", "x-forwarded-for"}
        assert {name: sent[name] for name in ("authorization", "es-client-authentication")}.items() <= headers.items()
    assert any("routing=5" in path and "pretty" not in path for path in trouble.paths)


def test_without_elasticsearch_the_sidecar_says_so() -> None:
    with serving(sidecar_settings("http://127.0.0.1:9", {INDEX: FACETS})) as url:
        for method, path, body in (
            ("GET", "/", None),
            ("POST", f"/{INDEX}/_search", ASKING),
            ("POST", f"/{INDEX}/_msearch", b"{}\n" + json.dumps(ASKING).encode() + b"\n"),
            ("POST", "/_bulk", b"{}\n" * 100_000),
        ):
            response = send(url, method, path, body)
            assert (response.status, response.json["status"]) == (502, 502)
        ready = send(url, "GET", "/_genfacet/readyz")
        assert (ready.status, ready.json["reason"]) == (503, "Elasticsearch cannot be reached")
        assert send(url, "GET", "/_genfacet/healthz").status == 200
        reason = send(url, "GET", f"/_genfacet/facets/{INDEX}?q=printer").facets["reason"]
        assert reason.startswith("a sibling was not answered")
