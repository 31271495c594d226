"""Two users who may see different documents: the same request through one sidecar shows each their own."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from sidecar_servers import NDJSON, send, serving, sidecar_settings

INDEX = "genfacet-test-secure"
PASSWORD = "only-for-tests"
SEARCH = {"query": {"match": {"title": "printer"}}, "ext": {"genfacet": {"deadline_ms": 5000}}}
FACETS = {
    "search": {"template": {"query": {"match": {"title": "{{query}}"}}}, "text_fields": ["title"]},
    "families": [{"path": "attributes", "name": "attributes.name", "text": "attributes.value"}],
    "facets": {"brand": {"field": "brand"}},
}


def basic(user: str, password: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


@pytest.fixture(scope="module")
def secure(es_secure: Any) -> Iterator[str]:
    """A server with products of two shops, and a user for each."""
    admin = basic(es_secure.user, es_secure.password)
    keyword = {"type": "keyword"}
    attributes = {"type": "nested", "properties": {"name": keyword, "value": keyword}}
    properties = {"title": {"type": "text"}, "shop": keyword, "brand": keyword, "attributes": attributes}
    send(es_secure.url, "DELETE", f"/{INDEX}", None, admin)
    mappings = {"mappings": {"properties": properties}}
    assert send(es_secure.url, "PUT", f"/{INDEX}", mappings, admin).status == 200
    lines: list[dict[str, Any]] = []
    for number in range(60):
        shop = "open" if number % 3 else "hidden"
        pair = {"name": f"{shop}_finish", "value": f"{shop} {number % 2}"}
        product = {"title": "printer", "shop": shop, "brand": f"{shop} brand {number % 2}", "attributes": [pair]}
        lines += [{"index": {}}, product]
    body = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    bulk = send(es_secure.url, "POST", f"/{INDEX}/_bulk?refresh=true", body, {**NDJSON, **admin})
    assert not bulk.json["errors"]
    for user, query in (("ann", {"match_all": {}}), ("bob", {"term": {"shop": "open"}})):
        grant = {"names": [INDEX], "privileges": ["read"], "query": query}
        role, account = f"/_security/role/{INDEX}-{user}", {"password": PASSWORD, "roles": [f"{INDEX}-{user}"]}
        assert send(es_secure.url, "PUT", role, {"indices": [grant]}, admin).status == 200
        assert send(es_secure.url, "PUT", f"/_security/user/{user}", account, admin).status == 200
    yield es_secure.url
    for path in (f"/{INDEX}", *(f"/_security/{kind}" for kind in ("user/ann", "user/bob"))):
        send(es_secure.url, "DELETE", path, None, admin)


def test_each_user_sees_facets_of_their_own_documents_alone(secure: str) -> None:
    with serving(sidecar_settings(secure, {INDEX: FACETS})) as url:
        for _ in range(2):  # the second time from the caches
            ann = send(url, "POST", f"/{INDEX}/_search", SEARCH, basic("ann", PASSWORD))
            bob = send(url, "POST", f"/{INDEX}/_search", SEARCH, basic("bob", PASSWORD))
            assert (ann.json["hits"]["total"]["value"], bob.json["hits"]["total"]["value"]) == (60, 40)
            assert b"hidden" in ann.body
            assert b"hidden" not in bob.body
            brands = next(facet for facet in bob.facets["facets"] if facet["name"] == "brand")
            assert [(value["value"], value["count"]) for value in brands["values"]] == [
                ("open brand 0", 20),
                ("open brand 1", 20),
            ]
        alone = send(url, "GET", f"/_genfacet/facets/{INDEX}?q=printer", None, basic("bob", PASSWORD))
        assert alone.facets["facets"]
        assert b"hidden" not in alone.body


def test_without_credentials_elasticsearch_refuses_and_nothing_is_shown(secure: str) -> None:
    with serving(sidecar_settings(secure, {INDEX: FACETS})) as url:
        refused = send(url, "POST", f"/{INDEX}/_search", SEARCH)
        assert refused.status == 401
        assert "ext" not in refused.json
        assert refused.header("www-authenticate")
        facets = send(url, "GET", f"/_genfacet/facets/{INDEX}?q=printer").facets
        assert facets["facets"] == []
        assert facets["reason"] == "a sibling was answered with status 401"
