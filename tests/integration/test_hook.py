"""The hook answers as the client does, with facets beside."""

import asyncio
import os
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from typing import Any

import elasticsearch
import pytest
import recording_nodes as recording
from elastic_transport import ObjectApiResponse
from elasticsearch import (
    ApiError,
    AsyncElasticsearch,
    BadRequestError,
    ConnectionTimeout,
    Elasticsearch,
    NotFoundError,
)
from small_shop import asking, opened_shop, shop_settings, text_query

from genfacet import AsyncGenFacet, GenFacet

INDEX = "genfacet-test-hook"
QUERY = text_query()
BRANDS = {"brands": {"terms": {"field": "brand"}}}
PARAMETERS: dict[str, dict[str, Any]] = {
    "plain": {"query": QUERY},
    "typed_keys": {"query": QUERY, "aggs": BRANDS, "typed_keys": True},
    "filter_path": {"query": QUERY, "filter_path": ["hits.hits._id", "hits.total"]},
    "filter_path of little": {"query": QUERY, "filter_path": "_shards.total"},
    "routing": {"query": QUERY, "routing": "p1"},
    "preference": {"query": QUERY, "preference": "_local"},
    "source_includes": {"query": QUERY, "source_includes": ["title", "brand"]},
    "source": {"query": QUERY, "source": {"excludes": ["attributes"]}},
    "track_total_hits": {"query": QUERY, "track_total_hits": 3},
    "track_total_hits off": {"query": QUERY, "track_total_hits": False},
    "human and pretty": {"query": QUERY, "human": True, "pretty": True},
    "rest_total_hits_as_int": {"query": QUERY, "rest_total_hits_as_int": True, "track_total_hits": True},
    "error_trace": {"query": QUERY, "error_trace": True},
    "q": {"q": "title:laser AND in_stock:true", "default_operator": "AND"},
    "paging": {"query": QUERY, "from_": 5, "size": 3, "sort": [{"price_cents": "desc"}], "version": True},
    "search_after": {"query": QUERY, "sort": [{"price_cents": "asc"}], "search_after": [20000], "size": 2},
    "dfs": {"query": QUERY, "search_type": "dfs_query_then_fetch", "explain": True, "size": 1},
    "timeouts": {"query": QUERY, "timeout": "5s", "terminate_after": 5, "allow_partial_search_results": False},
    "fields": {"query": QUERY, "docvalue_fields": ["brand"], "stored_fields": "_none_", "source": False},
    "highlight": {
        "query": QUERY,
        "highlight": {"fields": {"title": {}}},
        "min_score": 0.5,
        "seq_no_primary_term": True,
    },
    "dates and decimals": {
        "query": {"bool": {"must": QUERY, "filter": {"range": {"price_cents": {"lt": Decimal(30000)}}}}},
        "runtime_mappings": {"since": {"type": "date"}},
        "post_filter": {"bool": {"must_not": {"range": {"since": {"lt": date(2020, 1, 1)}}}}},
    },
    "unavailable": {"index": [INDEX, "genfacet-test-none"], "query": QUERY, "ignore_unavailable": True},
    "wildcards": {"index": "genfacet-test-hoo*", "query": QUERY, "expand_wildcards": ["open", "closed"]},
}
every_set = pytest.mark.parametrize("parameters", PARAMETERS.values(), ids=PARAMETERS.keys())
ASK = {"genfacet": {"deadline_ms": 5000}}


@pytest.fixture(scope="module")
def shop(client: Elasticsearch) -> Iterator[str]:
    with opened_shop(client, INDEX) as name:
        yield name


@pytest.fixture
def recorded(es_url: str) -> Iterator[Elasticsearch]:
    recording.forget()
    with Elasticsearch(es_url, node_class=recording.RecordingNode) as opened:
        yield opened


@pytest.fixture
def hook(recorded: Elasticsearch, es_url: str, shop: str) -> Iterator[GenFacet]:
    opened = GenFacet(recorded, shop_settings(es_url, shop))
    yield opened
    opened.close()


@pytest.fixture
async def async_client(es_url: str) -> AsyncIterator[AsyncElasticsearch]:
    recording.forget()
    async with AsyncElasticsearch(es_url, node_class=recording.AsyncRecordingNode) as opened:
        yield opened


@pytest.fixture
async def async_hook(async_client: AsyncElasticsearch, es_url: str, shop: str) -> AsyncIterator[AsyncGenFacet]:
    opened = GenFacet(async_client, shop_settings(es_url, shop))
    assert isinstance(opened, AsyncGenFacet)
    yield opened
    await opened.close()


def content(response: ObjectApiResponse[Any]) -> dict[str, Any]:
    """An answer without its facets and without what differs from call to call."""
    varying = {"took", "ext", "_scroll_id", "pit_id"}
    kept = {key: value for key, value in response.body.items() if key not in varying}
    if "responses" in kept:
        kept["responses"] = [{k: v for k, v in item.items() if k not in varying} for item in kept["responses"]]
    return kept


def facets_of(response: Any) -> dict[str, Any]:
    section: dict[str, Any] = response["ext"]["genfacet"]
    return section


# The answer


@every_set
def test_search_answers_as_the_client_does(recorded, hook, parameters):
    called = {"index": INDEX, **parameters}
    plain = recorded.search(**called)
    asked = hook.search(**called, ext=ASK)
    assert type(asked) is type(plain)
    assert asked.meta.status == plain.meta.status
    assert content(asked) == content(plain)
    assert isinstance(facets_of(asked)["facets"], list)
    without = hook.search(**called)
    assert content(without) == content(plain)
    assert "ext" not in without.body


@every_set
async def test_the_asynchronous_search_answers_as_the_client_does(async_client, async_hook, parameters):
    called = {"index": INDEX, **parameters}
    plain = await async_client.search(**called)
    asked = await async_hook.search(**called, ext=ASK)
    assert (type(asked), content(asked)) == (type(plain), content(plain))
    assert isinstance(facets_of(asked)["facets"], list)


def test_the_users_search_goes_out_as_it_came(recorded, hook):
    body = {"query": QUERY, "size": 3, "aggs": BRANDS, "_source": ["title"], "post_filter": {"term": {"brand": "HP"}}}
    recorded.search(index=INDEX, **body, preference="x")
    hook.search(index=INDEX, **body, preference="x", ext=ASK)
    recorded.search(index=INDEX, body=body, preference="x")
    hook.search(index=INDEX, body={**body, "ext": ASK}, preference="x")
    one, same, other, same_other = recording.searches()
    assert one == same
    assert other == same_other


def test_siblings_copy_what_decides_the_matches_and_nothing_else(hook):
    hook.search(index=INDEX, query=QUERY, sort=["price_cents"], from_=3, size=2, highlight={"fields": {"title": {}}},
                aggs=BRANDS, routing="p1", min_score=0.1, human=True, scroll=None, ext=ASK)  # fmt: skip
    counts = recording.siblings()[-1]
    path, _, query = counts[0].partition("?")
    assert (path, query) == (f"/{INDEX}/_search", "routing=p1")
    body = counts[1].decode()
    assert '"min_score":0.1' in body
    assert not [word for word in ("highlight", "sort", '"from"', "brands") if word in body]


def test_scrolls_and_points_in_time(recorded, hook):
    scrolled = hook.search(index=INDEX, query=QUERY, scroll="1m", size=5, ext=ASK)
    assert facets_of(scrolled)["facets"]
    following = recorded.scroll(scroll_id=scrolled["_scroll_id"])
    assert len(following["hits"]["hits"]) == 5
    recorded.clear_scroll(scroll_id=scrolled["_scroll_id"])
    pit = recorded.open_point_in_time(index=INDEX, keep_alive="1m")["id"]
    found = hook.search(pit={"id": pit, "keep_alive": "1m"}, query=QUERY, ext=ASK)
    assert (found["hits"]["total"], bool(facets_of(found)["facets"])) == (scrolled["hits"]["total"], True)
    recorded.close_point_in_time(id=pit)


def test_options_reach_the_search_and_its_siblings(recorded, es_url):
    with_headers = recorded.options(headers={"x-shop": "1"}, opaque_id="o-1", request_timeout=7)
    hook = GenFacet(with_headers, shop_settings(es_url, INDEX))
    try:
        facets_of(hook.search(index=INDEX, query=QUERY, ext=ASK))
        assert {(sent[2]["x-shop"], sent[2]["x-opaque-id"]) for sent in recording.SENT} == {("1", "o-1")}
        recording.forget()
        other = hook.options(opaque_id="o-2")
        assert facets_of(other.search(index=INDEX, query=QUERY, ext=ASK))["facets"]
        assert {sent[2]["x-opaque-id"] for sent in recording.SENT if "_search" in sent[0]} == {"o-2"}
        assert recording.stages() == ["counts"]  # one cache for all
    finally:
        hook.close()


def test_the_switch_is_read_as_the_application_and_not_as_its_callers(recorded, es_url):
    hook = GenFacet(recorded.options(opaque_id="application"), shop_settings(es_url, INDEX))
    try:
        assert facets_of(hook.options(opaque_id="caller").search(index=INDEX, query=QUERY, ext=ASK))["facets"]
        end = time.monotonic() + 10
        while not (reads := [sent for sent in recording.SENT if sent[0].endswith("/_doc/control")]):
            assert time.monotonic() < end
            time.sleep(0.02)
        assert [sent[2]["x-opaque-id"] for sent in reads] == ["application"]
    finally:
        hook.close()


def test_other_credentials_are_another_audience(hook):
    assert facets_of(hook.search(index=INDEX, query=QUERY, ext=ASK))["facets"]
    recording.forget()
    other = hook.options(basic_auth=("someone", "else"))
    assert facets_of(other.search(index=INDEX, query=QUERY, ext=ASK))["facets"]
    assert "probe" in recording.stages()


def test_one_named_audience_shares_what_is_cached(recorded, es_url, shop):
    hook = GenFacet(recorded, shop_settings(es_url, shop, audience={"name": "public"}))
    try:
        hook.search(index=INDEX, query=QUERY, ext=ASK)
        recording.forget()
        hook.options(basic_auth=("someone", "else")).search(index=INDEX, query=QUERY, ext=ASK)
        assert recording.stages() == ["counts"]
    finally:
        hook.close()


# Errors


@pytest.mark.parametrize(
    ("called", "kind"),
    [
        ({"index": "genfacet-test-none"}, NotFoundError),
        ({"index": INDEX, "query": {"nosuchquery": {}}}, BadRequestError),
        ({"index": INDEX, "sort": ["title"]}, BadRequestError),
        ({"index": INDEX, "nosuchparameter": 1}, TypeError),
        ({"index": INDEX, "from_": 20000}, BadRequestError),
    ],
    ids=str,
)
def test_errors_are_the_clients_own(recorded, hook, called, kind):
    with pytest.raises(kind) as plain:
        recorded.search(**called)
    with pytest.raises(kind) as hooked:
        hook.search(**called, ext={"genfacet": {"selected": {"brand": ["HP"]}}} if "query" not in called else ASK)
    assert type(hooked.value) is type(plain.value)
    if isinstance(plain.value, ApiError):
        assert hooked.value.meta.status == plain.value.meta.status
        assert hooked.value.body["error"]["type"] == plain.value.body["error"]["type"]


async def test_errors_of_the_asynchronous_search_leave_nothing_behind(es_url, shop):
    loop_errors: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: loop_errors.append(context))
    async with AsyncElasticsearch("http://127.0.0.1:1", max_retries=0) as nowhere:
        hook = GenFacet(nowhere, shop_settings("unused", shop))
        with pytest.raises(elasticsearch.ConnectionError):
            await hook.search(index=INDEX, query=QUERY, ext=ASK)
        await asyncio.sleep(0.05)
        await hook.close()
    assert loop_errors == []


def test_an_error_that_the_client_ignores_comes_as_an_answer(recorded, hook):
    found = hook.options(ignore_status=404).search(index="genfacet-test-none", ext=ASK)
    assert (found["status"], "ext" in found.body) == (404, False)


def test_a_slow_server_is_the_clients_own_timeout(es_url, shop):
    from sidecar_servers import misbehaving

    with misbehaving(es_url) as server, Elasticsearch(server.url, max_retries=0, request_timeout=0.3) as opened:
        server.trouble, server.falls_on = "hang", "searches"
        hook = GenFacet(opened, shop_settings("unused", shop))
        try:
            with pytest.raises(ConnectionTimeout):
                hook.search(index=INDEX, query=QUERY, ext=ASK)
        finally:
            server.trouble = ""
            hook.close()


MALFORMED: list[tuple[Any, str]] = [
    ({"sizes": 3}, r"unknown key \[sizes\], did you mean \[size\]\?"),
    ({"size": 0}, "size"),
    ({"size": 21}, "size"),
    ({"values": 51}, "values"),
    ({"deadline_ms": 5001}, "deadline_ms"),
    ({"deadline_ms": "100"}, "deadline_ms"),
    ({"mode": "sort"}, "mode"),
    ({"selected": {"brand": "HP"}}, "selected"),
    ({"selected": {"brand": [{"term": {"brand": "HP"}}]}}, "selected"),
    ({"source": "magic"}, r"unknown source \[magic\], known are count"),
    ({"rewritten": "x" * 257}, "rewritten"),
    ([], "must be an object"),
    ("text", "must be an object"),
    (None, "must be an object"),
]


@pytest.mark.parametrize(("asked", "reason"), MALFORMED, ids=str)
def test_a_malformed_section_is_a_bad_request_in_elasticsearchs_shape(hook, asked, reason):
    with pytest.raises(BadRequestError, match="illegal_argument_exception") as caught:
        hook.search(index=INDEX, query=QUERY, ext={"genfacet": asked})
    assert caught.value.meta.status == 400
    body = caught.value.body
    assert body["status"] == 400
    assert body["error"]["root_cause"] == [{"type": "illegal_argument_exception", "reason": body["error"]["reason"]}]
    assert re.search(reason, body["error"]["reason"])
    assert recording.SENT == []


# Many searches


def lines(*bodies: Any, **header: Any) -> list[Any]:
    return [part for body in bodies for part in ({"index": INDEX, **header}, body)]


MIXED = lines(
    {"query": QUERY, "size": 2},
    asking({"query": QUERY, "size": 2}),
    {"query": QUERY, "sort": ["title"], "ext": ASK},
    {"query": QUERY, "ext": {"genfacet": {"sise": 5}}},
    asking({"query": text_query("photo"), "size": 1, "track_total_hits": True}, selected={"brand": ["HP"]}),
    asking({"query": QUERY, "size": 0}, selected={"brand": ["NoSuchBrand"]}),
)


def check_mixed(client_items: list[Any], items: list[Any]) -> None:
    plain, asked, failed, malformed, selected, ignored = items
    assert {k: v for k, v in plain.items() if k != "took"} == {k: v for k, v in client_items[0].items() if k != "took"}
    assert "ext" not in plain
    assert facets_of(asked)["facets"]
    assert asked["hits"] == plain["hits"]
    assert (failed["status"], failed["error"]["type"]) == (400, client_items[1]["error"]["type"])
    assert (malformed["status"], "did you mean [size]?" in malformed["error"]["reason"]) == (400, True)
    assert (selected["status"], facets_of(selected)["query"]["mode"]) == (200, "filter")
    (hp,) = [value for value in facets_of(selected)["facets"][0]["values"] if value["selected"]]
    assert selected["hits"]["total"]["value"] == hp["count"]
    assert [entry["value"] for entry in facets_of(ignored)["ignored"]] == ["NoSuchBrand"]
    assert ignored["status"] == 200
    assert ignored["hits"]["total"] == plain["hits"]["total"]


def test_msearch_mixes_searches_of_every_kind(recorded, hook):
    plain = recorded.msearch(searches=lines({"query": QUERY, "size": 2}, {"query": QUERY, "sort": ["title"]}))
    answer = hook.msearch(searches=MIXED)
    assert type(answer) is type(plain)
    check_mixed(plain["responses"], answer["responses"])


async def test_the_asynchronous_msearch_mixes_searches_of_every_kind(async_client, async_hook):
    plain = await async_client.msearch(searches=lines({"query": QUERY, "size": 2}, {"query": QUERY, "sort": ["title"]}))
    answer = await async_hook.msearch(searches=MIXED)
    check_mixed(plain["responses"], answer["responses"])


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"max_concurrent_searches": 2, "typed_keys": True, "search_type": "dfs_query_then_fetch"},
        {"rest_total_hits_as_int": True, "human": True, "pretty": True, "error_trace": True},
        {"filter_path": "responses.hits.hits._id,took"},
        {"filter_path": "took"},
        {"filter_path": "responses.error"},
        {"index": "genfacet-test-none", "ccs_minimize_roundtrips": False, "pre_filter_shard_size": 1},
    ],
    ids=str,
)
def test_msearch_takes_every_parameter(recorded, hook, parameters):
    bodies = [{"query": QUERY, "track_total_hits": True, "aggs": BRANDS}, {"query": text_query("nosuchword")}]
    asked = [{**bodies[0], "ext": ASK}, {**bodies[0], "ext": ASK}, bodies[1]]
    if "filter_path" not in parameters:
        asked[1] = asking(bodies[0], selected={"brand": ["NoSuchBrand"]})
    plain = recorded.msearch(searches=lines(bodies[0], bodies[0], bodies[1], routing="p1"), **parameters)
    found = hook.msearch(searches=lines(*asked, routing="p1"), **parameters)
    # A search whose selection does not exist is sent again, alone.
    assert content(found) == content(plain)


def test_an_msearch_without_facets_passes(recorded, hook):
    searches = lines({"query": QUERY}, {"query": text_query("photo")})
    assert content(hook.msearch(searches=searches)) == content(recorded.msearch(searches=searches))
    first, second = recording.searches()
    assert first == second


@pytest.mark.parametrize("body", [{"query": QUERY}, asking({"query": QUERY})], ids=["plain", "asking"])
def test_an_msearch_may_be_a_generator(client, hook, body):
    found = hook.msearch(searches=(line for line in lines(body)))["responses"][0]
    assert found["hits"] == client.search(index=INDEX, query=QUERY)["hits"]
    assert bool(found.get("ext")) == ("ext" in body)


def test_an_msearch_of_odd_lines_is_elasticsearchs_to_refuse(recorded, hook):
    odd = [{"index": INDEX}, {"query": QUERY, "ext": ASK}, {"index": INDEX}]
    with pytest.raises(BadRequestError) as hooked:
        hook.msearch(searches=odd)
    with pytest.raises(BadRequestError) as plain:
        recorded.msearch(searches=odd)
    assert hooked.value.body == plain.value.body


def test_equal_searches_of_an_msearch_are_counted_once_and_others_are_not_confused(hook):
    either = {"query": {"query_string": {"query": "laser OR scanner", "default_operator": "AND"}}}
    # Equal but for case, which decides whether `or` is an operator or a word.
    both = {"query": {"query_string": {"query": "laser or scanner", "default_operator": "AND"}}}
    searches = lines(asking(either), asking(either), asking(both), asking(either))
    one, two, three, four = hook.msearch(searches=searches)["responses"]
    assert facets_of(one)["facets"] == facets_of(two)["facets"] == facets_of(four)["facets"] != []
    assert three["hits"]["total"]["value"] == 0
    assert facets_of(three)["facets"] == []
    assert recording.stages().count("probe") == 2


# Selections


def test_a_rewrite_that_finds_nothing_is_relaxed_once(recorded, hook):
    strict = {"match": {"title": {"query": "laser printer", "operator": "and"}}}
    selected = {"~use": ["zeppelin|brand=HP"], "stock": ["yes"]}
    found = hook.search(index=INDEX, body=asking({"query": strict, "size": 50}, selected=selected))
    section = facets_of(found)
    assert section["query"]["relaxed"] is True
    filtered = {"bool": {"must": strict, "filter": {"term": {"in_stock": True}}}}
    plain = recorded.search(index=INDEX, query=filtered, size=50)
    assert {h["_id"] for h in found["hits"]["hits"]} == {h["_id"] for h in plain["hits"]["hits"]} != set()
    is_hp = [hit["_source"].get("brand") == "HP" for hit in found["hits"]["hits"]]
    assert is_hp == sorted(is_hp, reverse=True)  # the selection as boosts
    assert (is_hp[0], is_hp[-1]) == (True, False)
    later = hook.search(index=INDEX, body=asking({"query": strict, "from": 1, "size": 5}, selected=selected))
    assert (later["hits"]["total"]["value"], facets_of(later)["query"]["relaxed"]) == (0, False)


def test_filter_path_that_hides_the_hits_is_no_reason_to_relax(hook):
    selected = {"~use": ["office|brand=HP"]}
    found = hook.search(index=INDEX, body=asking({"query": QUERY}, selected=selected), filter_path="took")
    assert facets_of(found)["query"]["relaxed"] is False


def test_a_given_rewrite_is_used_as_it_is_for_page_after_page(recorded, hook):
    asked = {"selected": {"~use": ["scanner"]}, "rewritten": "laser network"}
    pages = [
        hook.search(index=INDEX, body=asking({"query": QUERY, "from": start, "size": 10}, **asked)) for start in (0, 10)
    ]
    assert {facets_of(page)["query"]["rewritten"] for page in pages} == {"laser network"}
    plain = recorded.search(index=INDEX, query=text_query("laser network"), size=0)
    assert {page["hits"]["total"]["value"] for page in pages} == {plain["hits"]["total"]["value"]}
    assert not {h["_id"] for h in pages[0]["hits"]["hits"]} & {h["_id"] for h in pages[1]["hits"]["hits"]}


def test_soft_selections_order_and_filter_only_under_a_sort(recorded, hook):
    asked = {"selected": {"brand": ["HP"]}, "mode": "soft"}
    everything = recorded.search(index=INDEX, query=QUERY, size=0)["hits"]["total"]
    soft = hook.search(index=INDEX, body=asking({"query": QUERY, "size": 5}, **asked))
    assert (facets_of(soft)["query"]["mode"], soft["hits"]["total"]) == ("soft", everything)
    assert {hit["_source"]["brand"] for hit in soft["hits"]["hits"]} == {"HP"}
    body = asking({"query": QUERY, "size": 50, "sort": ["price_cents"]}, **asked)
    sorted_ = hook.search(index=INDEX, body=body)
    assert facets_of(sorted_)["query"]["mode"] == "filter"
    assert {hit["_source"]["brand"] for hit in sorted_["hits"]["hits"]} == {"HP"}


def test_no_text_of_the_query_is_filtered_and_said(hook):
    body = asking({"query": {"term": {"in_stock": True}}}, selected={"brand": ["HP"]}, mode="rewrite")
    found = hook.search(index=INDEX, body=body)
    assert facets_of(found)["query"] == {"original": None, "rewritten": None, "mode": "filter", "relaxed": False}
    assert {hit["_source"]["brand"] for hit in found["hits"]["hits"]} == {"HP"}


def test_a_price_beyond_what_its_field_can_hold_is_no_error(recorded, hook):
    open_end = hook.search(index=INDEX, body=asking({"query": QUERY}, selected={"price": ["100.."]}))
    found = hook.search(index=INDEX, body=asking({"query": QUERY}, selected={"price": ["100..999999999"]}))
    assert found["hits"] == open_end["hits"]
    assert found["hits"]["total"]["value"] > 0
    beyond = hook.search(index=INDEX, body=asking({"query": QUERY}, selected={"price": ["999999999.."]}))
    assert beyond["hits"] == recorded.search(index=INDEX, query=QUERY)["hits"]
    assert facets_of(beyond)["ignored"] == [
        {"name": "price", "value": "999999999..", "reason": "'price' has no such numbers"}
    ]


@pytest.mark.parametrize("value", ['"},{"match_all":{}', "x\u0000y", "{{query}}", "*", "a" * 512], ids=range(5))
def test_values_stay_values(hook, value):
    found = hook.search(index=INDEX, body=asking({"query": QUERY}, selected={"brand": [value]}))
    assert [(entry["name"], entry["value"]) for entry in facets_of(found)["ignored"]] == [("brand", value)]


def test_an_index_that_is_not_configured(hook, client):
    with opened_shop(client, "genfacet-test-hook-other", {"a": {"title": "printer"}}) as other:
        found = hook.search(index=other, body=asking({"query": QUERY}, selected={"brand": ["HP"]}))
    section = facets_of(found)
    assert found["hits"]["total"]["value"] == 1
    assert "genfacet init" in section["reason"]
    assert [entry["name"] for entry in section["ignored"]] == ["brand"]


# The cache


def test_what_is_cached_skips_the_probe(hook):
    first = facets_of(hook.search(index=INDEX, query=QUERY, ext=ASK))
    assert sorted(recording.stages()) in (["background", "counts", "probe"], ["counts", "probe"])
    recording.forget()
    again = facets_of(hook.search(index=INDEX, query=text_query("Printer "), size=3, sort=["price_cents"], ext=ASK))
    assert recording.stages() == ["counts"]
    assert again["facets"] == first["facets"]
    recording.forget()
    hook.search(index=INDEX, query=QUERY, ext={"genfacet": {"deadline_ms": 5000, "size": 2}})
    assert "probe" in recording.stages()


def test_counts_are_never_cached(client, hook):
    body = asking({"query": {"term": {"group": "fresh"}}}, selected={"brand": ["HP"]})
    before = facets_of(hook.search(index=INDEX, body=body))["facets"][0]["values"][0]
    client.index(index=INDEX, id="fresh", document={"brand": "HP", "group": "fresh"}, refresh=True)
    after = facets_of(hook.search(index=INDEX, body=body))["facets"][0]["values"][0]
    client.delete(index=INDEX, id="fresh", refresh=True)
    assert (before["count"], after["count"]) == (0, 1)


# Threads and processes


def test_sixteen_threads_at_once(client, hook):
    words = ["laser", "ink", "office", "photo"]
    expected = {word: client.search(index=INDEX, query=text_query(word), size=5) for word in words}

    def search(number: int) -> tuple[str, Any]:
        word = words[number % 4]
        return word, hook.search(index=INDEX, query=text_query(word), size=5, ext=ASK)

    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(search, range(96)))
    shown: dict[str, set[str]] = {word: set() for word in words}
    for word, answer in answers:
        assert answer["hits"] == expected[word]["hits"]
        assert facets_of(answer)["facets"], facets_of(answer)
        shown[word].add(str(facets_of(answer)["facets"]))
    assert {word: len(sets) for word, sets in shown.items()} == dict.fromkeys(words, 1)


async def test_many_tasks_at_once(async_hook):
    searches = [async_hook.search(index=INDEX, query=text_query(w), ext=ASK) for w in ("laser", "ink") * 15]
    answers = await asyncio.gather(*searches)
    assert all(facets_of(answer)["facets"] for answer in answers)
    assert recording.stages().count("background") <= 1


def test_more_searches_than_workers_go_without(recorded, es_url, shop):
    hook = GenFacet(recorded, shop_settings(es_url, shop, engine={"workers": 1}))
    try:
        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(lambda _: hook.search(index=INDEX, query=QUERY, ext=ASK), range(40)))
    finally:
        hook.close()
    reasons = {facets_of(answer).get("reason") for answer in answers}
    assert reasons == {None, "too many searches at once"}
    assert all(answer["hits"]["total"]["value"] for answer in answers)


def test_a_hook_that_is_closed_still_searches(recorded, es_url, shop):
    hook = GenFacet(recorded, shop_settings(es_url, shop))
    hook.close()
    found = hook.search(index=INDEX, query=QUERY, ext=ASK)
    assert found["hits"]["total"]["value"]
    assert facets_of(found)["facets"] == []


def in_child(work: Callable[[], Any]) -> str:
    """Runs work in a fork of this process; what it printed."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writing, str(work()).encode())
        except BaseException as error:
            os.write(writing, repr(error).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return said


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_fork_has_facets_of_its_own(hook):
    parent = facets_of(hook.search(index=INDEX, query=QUERY, ext=ASK))["facets"]
    said = in_child(lambda: facets_of(hook.search(index=INDEX, query=QUERY, ext=ASK))["facets"])
    assert said == str(parent)
    assert facets_of(hook.search(index=INDEX, query=QUERY, ext=ASK))["facets"] == parent


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_hooks_of_many_callers_share_what_the_fork_has(hook):
    """A server makes the hook, forks its workers, and these make a hook of each caller's options."""

    def work() -> list[str]:
        for number in range(3):
            caller = hook.options(opaque_id=f"caller-{number}")
            assert facets_of(caller.search(index=INDEX, query=QUERY, ext=ASK))["facets"]
        return recording.stages()

    assert in_child(work) == str(["probe", "counts", "counts", "counts"])
