"""Two users who may see different documents get different facets from the same request, and nothing of the others'."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from elasticsearch import Elasticsearch
from elasticsearch.helpers import bulk
from sidecar_servers import serving
from small_shop import shop_settings, text_query

from genfacet import GenFacet
from genfacet.settings import Settings

INDEX = "genfacet-test-secured"
PASSWORD = "test-only-password"
VISIBLE = {"genfacet_public": "public", "genfacet_partner": "partner"}
# What only partners may see: a brand, an attribute, a value of a shared attribute, and a price band.
SECRETS = ("Nimbus", "clearance", "Ultraviolet")


def _product(number: int) -> dict[str, Any]:
    partner = number % 3 == 0
    colour = "Ultraviolet" if partner and number % 2 else ("Black", "White")[number % 2]
    attributes = [{"name": "colour", "value": colour}, {"name": "weight", "number": 1.0 + number % 7}]
    if partner:
        attributes.append({"name": "clearance", "value": ("A", "B")[number % 2]})
    return {
        "title": "laser printer",
        "description": "a printer",
        "brand": "Nimbus" if partner and number % 2 == 0 else ("HP", "Canon")[number % 2],
        "in_stock": number % 4 > 0,
        "price_cents": 900_000 + number if partner else 10_000 + 100 * number,
        "attributes": attributes,
        "audience": "partner" if partner else "public",
    }


@pytest.fixture(scope="module")
def secured(es_secure: Any) -> Iterator[str]:
    """The secured server with one index and two users."""
    from small_shop import MAPPING

    keyword = {"type": "keyword"}
    mappings = {**MAPPING, "properties": {**MAPPING["properties"], "audience": keyword}}
    with Elasticsearch(es_secure.url, basic_auth=(es_secure.user, es_secure.password)) as admin:
        admin.indices.delete(index=INDEX, ignore_unavailable=True)
        admin.indices.create(index=INDEX, mappings=mappings, settings={"number_of_shards": 2, "number_of_replicas": 0})
        bulk(admin, ({"_index": INDEX, "_id": str(n), "_source": _product(n)} for n in range(120)), refresh=True)
        for user, audience in VISIBLE.items():
            privileges = {"names": [INDEX], "privileges": ["read"]}
            if audience == "public":
                privileges["query"] = json.dumps({"term": {"audience": "public"}})
            admin.security.put_role(name=user, indices=[privileges])
            admin.security.put_user(username=user, password=PASSWORD, roles=[user])
        yield es_secure.url
        for user in VISIBLE:
            admin.security.delete_user(username=user)
            admin.security.delete_role(name=user)
        admin.indices.delete(index=INDEX)


@pytest.fixture(scope="module")
def settings(secured: str) -> Settings:
    return shop_settings(secured, INDEX)


@pytest.fixture(scope="module")
def sidecar(settings: Settings) -> Iterator[str]:
    with serving(settings) as url:
        yield url


def _ask(user: str, way: str, secured: str, sidecar: str, settings: Settings, **section: Any) -> dict[str, Any]:
    """The answer to one and the same request, as that user, through the hook or the sidecar."""
    ext = {"genfacet": {"user_query": "printer", "deadline_ms": 5000, "size": 20, "explain": True, **section}}
    if way == "sidecar":
        with Elasticsearch(sidecar, basic_auth=(user, PASSWORD)) as client:
            return dict(client.search(index=INDEX, query=text_query(), size=0, ext=ext))
    with Elasticsearch(secured, basic_auth=(user, PASSWORD)) as client:
        hook = GenFacet(client, settings)
        try:
            return dict(hook.search(index=INDEX, query=text_query(), size=0, ext=ext))
        finally:
            hook.close()


@pytest.mark.parametrize("way", ["hook", "sidecar"])
@pytest.mark.parametrize("source", ["count", "significant", "entropy", "statistics"])
def test_no_attribute_value_or_count_of_a_hidden_document_appears(
    way: str, source: str, secured: str, sidecar: str, settings: Settings
) -> None:
    asked = (secured, sidecar, settings)
    # The privileged user first, so that whatever could be shared is warm; twice, so that the cache is in play.
    for _ in range(2):
        partner = _ask("genfacet_partner", way, *asked, source=source)
        public = _ask("genfacet_public", way, *asked, source=source)
    assert partner["hits"]["total"]["value"] == 120
    assert public["hits"]["total"]["value"] == 80
    shown = json.dumps(public["ext"])
    for secret in SECRETS:
        assert secret not in shown
    assert "Nimbus" in json.dumps(partner["ext"])
    facets = {facet["name"]: facet for facet in public["ext"]["genfacet"]["facets"]}
    assert "brand" in facets
    assert sum(value["count"] for value in facets["brand"]["values"]) == 80
    for facet in facets.values():
        assert all(0 < value["count"] <= 80 for value in facet["values"])


@pytest.mark.parametrize("way", ["hook", "sidecar"])
def test_a_value_that_only_others_may_see_is_ignored_as_if_it_were_not_there(
    way: str, secured: str, sidecar: str, settings: Settings
) -> None:
    asked = (secured, sidecar, settings)
    selected = {"brand": ["Nimbus"]}
    partner = _ask("genfacet_partner", way, *asked, selected=selected)
    public = _ask("genfacet_public", way, *asked, selected=selected)
    invented = _ask("genfacet_public", way, *asked, selected={"brand": ["Nobody"]})
    assert partner["hits"]["total"]["value"] == 20
    assert public["hits"]["total"]["value"] == 80
    [ignored] = public["ext"]["genfacet"]["ignored"]
    [other] = invented["ext"]["genfacet"]["ignored"]
    assert ignored["reason"] == other["reason"]


def test_wrong_credentials_get_elasticsearchs_own_refusal(sidecar: str) -> None:
    from elasticsearch import AuthenticationException

    ext = {"genfacet": {"user_query": "printer"}}
    with (
        Elasticsearch(sidecar, basic_auth=("genfacet_public", "wrong")) as client,
        pytest.raises(AuthenticationException) as refused,
    ):
        client.search(index=INDEX, query=text_query(), ext=ext)
    assert refused.value.info["status"] == 401
