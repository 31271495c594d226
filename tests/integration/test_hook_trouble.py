"""Facets never turn a good search into a bad one: siblings in trouble, switches, budgets."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest
from elasticsearch import ApiError, AsyncElasticsearch, Elasticsearch
from sidecar_servers import Misbehaving, misbehaving
from small_shop import asking, opened_shop, shop_settings, text_query

from genfacet import GenFacet

INDEX = "genfacet-test-trouble"
CONTROL = "genfacet-test-trouble-control"
QUERY = {"query": text_query(), "size": 5}
SELECTED = {"brand": ["HP", "Canon"], "~use": ["quiet|text=quiet"]}
# What siblings are answered, and what of it the section says.
TROUBLES = {
    "429": "status 429",
    "503": "status 503",
    "500": "status 500",
    "401": "status 401",
    "garbage": "was not answered: SerializationError",
    "close": "was not answered: ConnectionError",
    "list": "no JSON object",
    "other json": "facets failed",
    "hang": "deadline",
}


@pytest.fixture(scope="module")
def shop(client: Elasticsearch) -> Iterator[str]:
    with opened_shop(client, INDEX) as name:
        yield name


@pytest.fixture(scope="module")
def server(es_url: str) -> Iterator[Misbehaving]:
    with misbehaving(es_url) as started:
        yield started


@pytest.fixture(autouse=True)
def _calm(server: Misbehaving) -> Iterator[None]:
    yield
    server.trouble, server.falls_on = "", "siblings"
    server.siblings.clear()


@contextmanager
def hooked(url: str, timeout: float = 10, **sections: Any) -> Iterator[GenFacet]:
    # The client waits for a sibling as long as for any request: a hook in trouble is not kept longer than that.
    with Elasticsearch(url, request_timeout=timeout, max_retries=0) as opened:
        hook = GenFacet(opened, shop_settings(url, INDEX, **sections))
        try:
            yield hook
        finally:
            hook.close()


def chosen(section: dict[str, Any]) -> dict[str, list[tuple[str, Any]]]:
    return {
        facet["name"]: [(value["value"], value["count"]) for value in facet["values"] if value["selected"]]
        for facet in section["facets"]
    }


UNCOUNTED = {name: [(value, None) for value in values] for name, values in SELECTED.items()}


@pytest.mark.parametrize(("trouble", "reason"), TROUBLES.items())
def test_siblings_in_trouble_cost_facets_only(client, server, shop, trouble, reason):
    plain = client.search(index=shop, body=QUERY)
    with hooked(server.url, timeout=1) as hook:
        hook.search(index=shop, body=asking({"query": text_query("laser")}))
        server.trouble = trouble
        asked = asking(QUERY, deadline_ms=300)
        started = time.monotonic()
        found = hook.search(index=shop, body=asked)
        took = time.monotonic() - started
        section = found["ext"]["genfacet"]
        assert found["hits"] == plain["hits"]
        assert (section["facets"], section["timed_out"]) == ([], trouble == "hang")
        assert reason in section["reason"]
        assert took < 0.9
        selected = hook.search(index=shop, body=asking(QUERY, selected=SELECTED, mode="filter", deadline_ms=300))
        server.trouble = ""
        again = hook.search(index=shop, body=asking(QUERY, selected=SELECTED, mode="filter"))
    assert selected["hits"] == again["hits"]
    assert chosen(selected["ext"]["genfacet"]) == UNCOUNTED
    assert None not in {count for values in chosen(again["ext"]["genfacet"]).values() for _, count in values}
    assert again["ext"]["genfacet"].get("reason") is None


@pytest.mark.parametrize(("trouble", "reason"), TROUBLES.items())
async def test_siblings_in_trouble_cost_the_asynchronous_hook_facets_only(client, server, shop, trouble, reason):
    plain = client.search(index=shop, body=QUERY)
    async with AsyncElasticsearch(server.url, max_retries=0) as opened:
        hook = GenFacet(opened, shop_settings(server.url, INDEX))
        await hook.search(index=shop, body=asking({"query": text_query("laser")}))
        server.trouble = trouble
        found = await hook.search(index=shop, body=asking(QUERY, deadline_ms=300))
        many = await hook.msearch(searches=[{"index": shop}, asking(QUERY, selected=SELECTED, deadline_ms=200)] * 2)
        server.trouble = ""
        again = await hook.search(index=shop, body=asking(QUERY))
        await hook.close()
    assert found["hits"] == plain["hits"]
    assert reason in found["ext"]["genfacet"]["reason"]
    for item in many["responses"]:
        assert item["status"] == 200
        assert chosen(item["ext"]["genfacet"]) == UNCOUNTED
    assert again["ext"]["genfacet"]["facets"]


async def test_a_late_sibling_of_the_asynchronous_hook_is_cancelled(server, shop):
    async with AsyncElasticsearch(server.url, max_retries=0) as opened:
        hook = GenFacet(opened, shop_settings(server.url, INDEX))
        server.given_up.clear()
        server.trouble = "hang"
        await hook.search(index=shop, body=asking(QUERY, deadline_ms=50, source="count"))
        await hook.close()
    assert server.given_up.wait(5)


def test_one_deadline_for_all_searches_of_an_msearch(server, shop):
    with hooked(server.url, timeout=1) as hook:
        server.trouble = "hang"
        bodies = [asking({"query": text_query(word)}, deadline_ms=300) for word in ("laser", "ink", "photo", "quiet")]
        started = time.monotonic()
        found = hook.msearch(searches=[part for body in bodies for part in ({"index": shop}, body)])
        took = time.monotonic() - started
    assert {item["ext"]["genfacet"]["reason"] for item in found["responses"]} == {"deadline"}
    assert all(item["hits"]["total"]["value"] for item in found["responses"])
    assert took < 0.9


def test_siblings_are_never_sent_twice(server, shop):
    with Elasticsearch(server.url, max_retries=5, retry_on_timeout=True) as opened:
        hook = GenFacet(opened, shop_settings(server.url, INDEX))
        server.trouble = "503"
        hook.search(index=shop, body=asking(QUERY, source="count"))
        hook.close()
    assert len(server.siblings) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_the_users_own_errors_pass_through(server, shop, status):
    with hooked(server.url) as hook:
        server.trouble, server.falls_on = str(status), "searches"
        with pytest.raises(ApiError) as caught:
            hook.search(index=shop, body=asking(QUERY))
        assert caught.value.meta.status == status
        assert caught.value.body["error"]["type"] == "es_rejected_execution_exception"


def test_a_red_index_is_elasticsearchs_own_error(client, es_url, shop):
    red = "genfacet-test-trouble-red"
    client.indices.create(
        index=red,
        settings={"index.routing.allocation.require.rack": "nowhere"},
        wait_for_active_shards=0,
    )
    try:
        with Elasticsearch(es_url, max_retries=0) as opened:
            hook = GenFacet(opened, shop_settings(es_url, red))
            with pytest.raises(ApiError) as plain:
                opened.search(index=red, body=QUERY)
            with pytest.raises(ApiError) as hooked_:
                hook.search(index=red, body=asking(QUERY))
            hook.close()
        assert hooked_.value.meta.status == plain.value.meta.status == 503
        assert hooked_.value.body["error"]["type"] == plain.value.body["error"]["type"]
    finally:
        client.indices.delete(index=red)


def test_nothing_of_queries_or_answers_is_logged(server, shop, caplog):
    caplog.set_level("DEBUG", logger="genfacet")
    with hooked(server.url, timeout=1) as hook:
        for trouble in ("other json", "503", "garbage"):
            server.trouble = trouble
            hook.search(index=shop, body=asking({"query": text_query("secretword")}, selected={"brand": ["Canon"]}))
    assert "secretword" not in caplog.text
    assert "Canon" not in caplog.text


# Control


@pytest.fixture
def control(client: Elasticsearch) -> Iterator[Any]:
    def write(**state: Any) -> None:
        client.index(index=CONTROL, id="control", document=state, refresh=True)

    yield write
    client.indices.delete(index=CONTROL, ignore_unavailable=True)


CONTROLLED = {"control": {"index": CONTROL, "refresh_s": 0.05}}


def search_until(hook: GenFacet, settled: Any, fresh: bool = False, **section: Any) -> dict[str, Any]:
    """Searches until the section is as a process sees it that has read the control document."""
    end = time.monotonic() + 10
    for number in count():
        # What is cached for one language is not for another.
        section |= {"locale": f"x-{number}"} if fresh else {}
        found = hook.search(index=INDEX, body=asking(QUERY, **section))
        if settled(found["ext"]["genfacet"]):
            return found.body
        assert time.monotonic() < end, found["ext"]["genfacet"]
        time.sleep(0.02)
    raise AssertionError


def is_off(reason: str) -> Any:
    return lambda section: section.get("reason") == reason


def test_the_switch_works_without_a_restart(client, es_url, shop, control):
    plain = client.search(index=shop, body=QUERY)
    with hooked(es_url, **CONTROLLED) as hook:
        assert hook.search(index=shop, body=asking(QUERY))["ext"]["genfacet"]["facets"]
        control(enabled=False)
        off = search_until(hook, is_off("disabled"))
        assert (off["hits"], off["ext"]["genfacet"]["facets"]) == (plain["hits"], [])
        # Selections are the shopper's and hold all the same.
        selected = search_until(hook, is_off("disabled"), selected=SELECTED, mode="filter")
        assert chosen(selected["ext"]["genfacet"]) == UNCOUNTED
        assert {hit["_source"]["brand"] for hit in selected["hits"]["hits"]} <= {"HP", "Canon"}
        control(enabled=True)
        search_until(hook, lambda section: section["facets"])
        control(enabled=False)
        search_until(hook, is_off("disabled"))
        client.delete(index=CONTROL, id="control", refresh=True)
        search_until(hook, lambda section: section["facets"])


def test_a_rollout_is_by_client_and_steady(es_url, shop, control):
    control(rollout_percent=50)
    with hooked(es_url, **CONTROLLED) as hook:
        out = next(f"client-{number}" for number in range(200) if is_out(hook, f"client-{number}"))
        clients = [f"client-{number}" for number in range(40)]
        first = [is_out(hook, name) for name in clients]
        assert first == [is_out(hook, name) for name in clients]
        assert 5 < sum(first) < 35
        control(rollout_percent=100)
        search_until(hook, lambda section: section["facets"], client_id=out)


def is_out(hook: GenFacet, client_id: str) -> bool:
    time.sleep(0.005)
    found = hook.search(index=INDEX, body=asking(QUERY, client_id=client_id))["ext"]["genfacet"]
    return bool(found.get("reason") == "not in the rollout")


def test_shadow_computes_and_does_not_show(server, shop, control):
    control(shadow=True)
    with hooked(server.url, **CONTROLLED) as hook:
        search_until(hook, lambda section: not section["facets"])
        server.siblings.clear()
        found = hook.search(index=shop, body=asking(QUERY, selected={"brand": ["HP"]}))["ext"]["genfacet"]
        assert [facet["name"] for facet in found["facets"]] == ["brand"]
    assert len(server.siblings) >= 2


def test_a_spent_budget_leaves_what_is_cached(es_url, shop, control):
    with hooked(es_url, **CONTROLLED) as hook:
        assert hook.search(index=shop, body=asking(QUERY))["ext"]["genfacet"]["facets"]
        control(budget_ms_per_s=0)
        search_until(hook, is_off("over budget"), fresh=True)
        assert hook.search(index=shop, body=asking(QUERY))["ext"]["genfacet"]["facets"]
        control(budget_ms_per_s=None)
        search_until(hook, lambda section: section["facets"], fresh=True)


def test_a_control_document_that_cannot_be_read_changes_nothing_and_is_said_once(es_url, shop, control, caplog):
    control(enabled=False)
    with hooked(es_url, **CONTROLLED) as hook:
        search_until(hook, is_off("disabled"))
        control(enabled=True, rollout_percent=700)
        for _ in range(5):
            time.sleep(0.06)
            found = hook.search(index=shop, body=asking(QUERY))["ext"]["genfacet"]
            assert found["reason"] == "disabled"
    said = [record.getMessage() for record in caplog.records if "control document" in record.getMessage()]
    assert said == ["the control document cannot be read, the last known state holds: it is malformed"]


def test_ten_megabytes_of_nesting_are_refused_or_searched(client, es_url, shop):
    """Deep selections are refused; a deep query is Elasticsearch's to refuse."""
    deep: Any = "HP"
    for _ in range(500):
        deep = [deep]
    with hooked(es_url) as hook:
        with pytest.raises(ApiError) as caught:
            hook.search(index=shop, body=asking(QUERY, selected={"brand": [deep]}))
        assert caught.value.meta.status == 400
        for depth in (60, 300):
            query: Any = text_query()
            for _ in range(depth):
                query = {"bool": {"must": query}}
            with pytest.raises(ApiError) as refused:
                hook.search(index=shop, body=asking({"query": query}, selected={"brand": ["HP"]}))
            assert refused.value.meta.status == 400
            json.dumps(refused.value.body)


def test_what_is_not_elasticsearch_is_named(server, shop):
    with hooked(server.url) as hook:
        server.trouble = "other json"
        found = hook.search(index=shop, body=asking(QUERY))
    assert "not Elasticsearch" in found["ext"]["genfacet"]["reason"]
