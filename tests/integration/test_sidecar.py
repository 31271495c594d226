"""The sidecar in front of a real Elasticsearch: what passes through it, byte for byte, and what it adds."""

import gzip
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from elasticsearch import Elasticsearch
from sidecar_servers import JSON, NDJSON, Response, send, serving, sidecar_settings

from genfacet.settings import Settings

INDEX = "genfacet-test-sidecar"
ALWAYS = "genfacet-test-sidecar-always"
LARGE = 20_000
PRINTERS = {"query": {"match": {"title": "printer"}}, "size": 3, "sort": ["id"]}
TOOK = re.compile(rb'"?took"? ?: ?\d+')


def asking(body: dict[str, Any] | None = None, **section: Any) -> dict[str, Any]:
    return {**(PRINTERS if body is None else body), "ext": {"genfacet": {"deadline_ms": 5000, **section}}}


def lines(*pairs: tuple[dict[str, Any], dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(line).encode() + b"\n" for pair in pairs for line in pair)


def _product(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "title": f"{'laser' if number % 3 else 'inkjet'} {'printer' if number % 2 else 'scanner'} {number}",
        "brand": ["Acme", "Brother", "Canon"][number % 3],
        "colour": ["black", "white"][number // 7 % 2],
        "price_cents": number * 1000,
        "text": "lorem ipsum " * 20,
    }


def _configuration(inject: str = "never") -> dict[str, Any]:
    return {
        "inject": inject,
        "search": {"template": {"query": {"match": {"title": "{{query}}"}}}, "text_fields": ["title"]},
        "facets": {
            "brand": {"field": "brand"},
            "colour": {"field": "colour"},
            "price": {"field": "price_cents", "type": "number", "scale": 0.01},
        },
    }


@pytest.fixture(scope="module")
def es(es_url: str) -> Iterator[str]:
    """An Elasticsearch with two small indices."""
    mapping = {
        "properties": {
            "id": {"type": "integer"},
            "title": {"type": "text"},
            "brand": {"type": "keyword"},
            "colour": {"type": "keyword"},
            "price_cents": {"type": "long"},
        }
    }
    for index in (INDEX, ALWAYS):
        send(es_url, "DELETE", f"/{index}")
        settings = {"number_of_shards": 1, "number_of_replicas": 0}
        assert send(es_url, "PUT", f"/{index}", {"mappings": mapping, "settings": settings}).status == 200
        body = lines(*(({"index": {"_id": str(n)}}, _product(n)) for n in range(1, 61)))
        assert not send(es_url, "POST", f"/{index}/_bulk?refresh=true", body, NDJSON).json["errors"]
    yield es_url
    for index in (INDEX, ALWAYS):
        send(es_url, "DELETE", f"/{index}")


@pytest.fixture(scope="module")
def settings(es: str) -> Settings:
    indices = {INDEX: _configuration(), ALWAYS: _configuration("always")}
    return sidecar_settings(es, indices, sidecar={"max_body_bytes": LARGE})


@pytest.fixture(scope="module")
def sidecar(settings: Settings) -> Iterator[str]:
    with serving(settings) as url:
        yield url


def same(response: Response) -> tuple[int, list[tuple[str, str]], bytes]:
    """A response but for what differs from one call to the next. The sidecar counts bodies that it has in one piece."""
    headers = [(name, value) for name, value in response.headers if name != "content-length"]
    body = gzip.decompress(response.body) if response.header("content-encoding") == "gzip" else response.body
    return response.status, headers, TOOK.sub(b'"took":0', body)


def facet(section: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(facet for facet in section["facets"] if facet["name"] == name)
    return found


CALLS: dict[str, tuple[str, str, Any, dict[str, str]]] = {
    "info": ("GET", "/", None, {}),
    "document": ("GET", f"/{INDEX}/_doc/1", None, {}),
    "missing document": ("GET", f"/{INDEX}/_doc/none", None, {}),
    "head of a document": ("HEAD", f"/{INDEX}/_doc/1", None, {}),
    "head of nothing": ("HEAD", f"/{INDEX}/_doc/none", None, {}),
    "head of an index": ("HEAD", f"/{INDEX}", None, {}),
    "missing index": ("GET", "/genfacet-test-none/_search", None, {}),
    "unknown path": ("GET", f"/{INDEX}/_nothing/at/all", None, {}),
    "wrong method": ("PUT", f"/{INDEX}/_search", PRINTERS, {}),
    "mapping": ("GET", f"/{INDEX}/_mapping", None, {}),
    "table": ("GET", f"/_cat/indices/{INDEX}?h=index,docs.count&v", None, {}),
    "count": ("POST", f"/{INDEX}/_count", {"query": PRINTERS["query"]}, {}),
    "search": ("POST", f"/{INDEX}/_search", PRINTERS, {}),
    "search by GET with a body": ("GET", f"/{INDEX}/_search", PRINTERS, {}),
    "search by the URL": ("GET", f"/{INDEX}/_search?q=title:printer&size=2&sort=id", None, {}),
    "source in the URL": (
        "GET",
        f"/{INDEX}/_search?source=%7B%22size%22%3A1%7D&source_content_type=application%2Fjson",
        None,
        {},
    ),
    "encoded path": ("GET", f"/%3C{INDEX}%3E%2C{INDEX}/_search?ignore_unavailable=true&size=1&sort=id", None, {}),
    "pretty": ("POST", f"/{INDEX}/_search?pretty", PRINTERS, {}),
    "yaml": ("POST", f"/{INDEX}/_search?format=yaml", PRINTERS, {}),
    "filter_path": ("POST", f"/{INDEX}/_search?filter_path=hits.total,hits.hits._id", PRINTERS, {}),
    "typed_keys": (
        "POST",
        f"/{INDEX}/_search?typed_keys",
        {**PRINTERS, "aggs": {"brands": {"terms": {"field": "brand"}}}},
        {},
    ),
    "other ext": ("POST", f"/{INDEX}/_search", {**PRINTERS, "ext": {"other": {}}}, {}),
    "bad query": ("POST", f"/{INDEX}/_search", {"query": {"nonsense": {}}}, {}),
    "broken JSON": ("POST", f"/{INDEX}/_search", b'{"query": ', {}),
    "broken JSON that asks": ("POST", f"/{INDEX}/_search", b'{"ext": {"genfacet": {}}, ', {}),
    "no content type": ("POST", f"/{INDEX}/_search", b"{}", {"content-type": "text/plain"}),
    "gzip": ("POST", f"/{INDEX}/_search", {"size": 60}, {"accept-encoding": "gzip"}),
    "compatible media type": ("GET", f"/{INDEX}/_doc/1", None, {"accept": "application/vnd.elasticsearch+json"}),
    "opaque id": (
        "GET",
        f"/{INDEX}/_doc/1",
        None,
        {"x-opaque-id": "mine", "traceparent": f"00-{'a' * 32}-{'b' * 16}-01"},
    ),
    "msearch": (
        "POST",
        f"/{INDEX}/_msearch",
        b'{}\n{"size":1,"sort":["id"]}\n{"index":"genfacet-test-none"}\n{}\n',
        NDJSON,
    ),
    "msearch without its last newline": ("POST", f"/{INDEX}/_msearch", b'{}\n{"ext":{"genfacet":{}}}', NDJSON),
    "large body": ("POST", f"/{INDEX}/_search", {**PRINTERS, "_source": ["x" * 100] * 2000}, {}),
}


@pytest.mark.parametrize("name", CALLS)
def test_the_api_passes_through_byte_for_byte(name: str, es: str, sidecar: str) -> None:
    method, path, body, headers = CALLS[name]
    assert same(send(sidecar, method, path, body, headers)) == same(send(es, method, path, body, headers))


def test_a_bulk_sent_in_chunks_arrives_whole(es: str, sidecar: str) -> None:
    index = f"{INDEX}-bulk"
    send(es, "DELETE", f"/{index}")
    body = lines(*(({"index": {}}, {"text": f"product {n} " * 20}) for n in range(3000)))
    packed = gzip.compress(body)
    try:
        plain = send(sidecar, "POST", f"/{index}/_bulk?refresh=true", body, NDJSON)
        assert (plain.status, plain.json["errors"], len(plain.json["items"])) == (200, False, 3000)
        zipped = send(sidecar, "POST", f"/{index}/_bulk?refresh=true", packed, {**NDJSON, "content-encoding": "gzip"})
        assert (zipped.status, zipped.json["errors"]) == (200, False)
        assert send(es, "GET", f"/{index}/_count").json["count"] == 6000
    finally:
        send(es, "DELETE", f"/{index}")


def test_scrolling_passes_through_and_its_first_page_may_have_facets(sidecar: str) -> None:
    first = send(sidecar, "POST", f"/{INDEX}/_search?scroll=1m", asking({"size": 20, "sort": ["id"]}))
    assert first.facets["facets"]
    second = send(sidecar, "POST", "/_search/scroll", {"scroll": "1m", "scroll_id": first.json["_scroll_id"]})
    assert [hit["_id"] for hit in second.json["hits"]["hits"]] == [str(n) for n in range(21, 41)]
    assert "ext" not in second.json
    assert send(sidecar, "DELETE", "/_search/scroll", {"scroll_id": first.json["_scroll_id"]}).status == 200


def test_facets_are_spliced_into_the_answer_and_nothing_else_changes(es: str, sidecar: str) -> None:
    plain = send(es, "POST", f"/{INDEX}/_search", PRINTERS)
    response = send(sidecar, "POST", f"/{INDEX}/_search", asking())
    head, _, tail = TOOK.sub(b'"took":0', response.body).partition(b',"ext":{"genfacet":')
    assert head + b"}" == TOOK.sub(b'"took":0', plain.body)
    assert tail.endswith(b"}}}")
    assert response.header("x-elastic-product") == plain.header("x-elastic-product")
    section = response.facets
    assert section["timed_out"] is False
    assert section["query"] == {"original": "printer", "rewritten": None, "mode": None, "relaxed": False}
    assert {"brand", "colour"} <= {facet["name"] for facet in section["facets"]}


@pytest.mark.parametrize("name", ["brand", "colour", "price"])
def test_a_count_is_the_total_of_selecting_that_value(name: str, sidecar: str) -> None:
    offered = facet(send(sidecar, "POST", f"/{INDEX}/_search", asking()).facets, name)
    assert offered["values"]
    for value in offered["values"]:
        selected = send(sidecar, "POST", f"/{INDEX}/_search", asking(selected={name: [value["value"]]}))
        assert selected.json["hits"]["total"]["value"] == value["count"]
        back = [v for v in facet(selected.facets, name)["values"] if v["selected"]]
        assert [(v["value"], v["count"]) for v in back] == [(value["value"], value["count"])]


def test_selections_narrow_a_search_whose_words_are_in_the_url(sidecar: str) -> None:
    body = asking({"size": 60}, selected={"brand": ["Acme"]})
    response = send(sidecar, "POST", f"/{INDEX}/_search?q=title:printer&filter_path=hits,ext", body)
    brands = {(hit["_source"]["brand"], hit["_source"]["id"] % 2) for hit in response.json["hits"]["hits"]}
    assert brands == {("Acme", 1)}
    assert response.facets["query"]["mode"] == "filter"


def test_the_answer_is_compressed_for_clients_that_take_that(sidecar: str) -> None:
    packed = gzip.compress(json.dumps(asking()).encode())
    headers = {"content-encoding": "gzip", "accept-encoding": "gzip, deflate"}
    response = send(sidecar, "POST", f"/{INDEX}/_search", packed, headers)
    assert response.header("content-encoding") == "gzip"
    assert json.loads(gzip.decompress(response.body))["ext"]["genfacet"]["facets"]


@pytest.mark.parametrize(
    ("filter_path", "shown"),
    [
        ("hits.total", None),
        ("hits.total,ext.genfacet.facets.name", {"facets"}),
        ("**.timed_out", {"timed_out"}),
        ("-ext.genfacet.facets,-hits", {"query_id", "took", "timed_out", "model", "ignored", "query"}),
    ],
)
def test_filter_path_filters_the_section_too(filter_path: str, shown: set[str] | None, sidecar: str) -> None:
    response = send(sidecar, "POST", f"/{INDEX}/_search?filter_path={filter_path}", asking())
    assert response.status == 200
    assert set(response.json.get("ext", {}).get("genfacet", ())) == (shown or set())


def test_pretty_typed_keys_and_yaml_keep_working(sidecar: str) -> None:
    body = {**asking(), "aggs": {"brands": {"terms": {"field": "brand"}}}}
    response = send(sidecar, "POST", f"/{INDEX}/_search?pretty&typed_keys", body)
    assert response.json["aggregations"]["sterms#brands"]["buckets"]
    assert response.facets["facets"]
    assert response.body.startswith(b"{\n  ")
    yaml = send(sidecar, "POST", f"/{INDEX}/_search?format=yaml", asking())
    assert (yaml.status, yaml.header("content-type")) == (200, "application/yaml")
    assert b"genfacet:" not in yaml.body


def test_a_rewrite_that_finds_nothing_is_relaxed(sidecar: str) -> None:
    body = asking({"query": {"match": {"title": {"query": "printer", "operator": "and"}}}}, rewritten="printer zzz")
    response = send(sidecar, "POST", f"/{INDEX}/_search", body)
    assert response.json["hits"]["total"]["value"] == 30
    assert response.facets["query"]["relaxed"] is True


def test_a_selection_that_exists_no_more_is_ignored(sidecar: str) -> None:
    body = asking(selected={"brand": ["Nobody"], "colour": ["black"], "wheels": ["4"]})
    response = send(sidecar, "POST", f"/{INDEX}/_search", body)
    alone = send(sidecar, "POST", f"/{INDEX}/_search", asking(selected={"colour": ["black"]}))
    assert response.json["hits"] == alone.json["hits"]
    assert {(left["name"], left["value"]) for left in response.facets["ignored"]} == {
        ("brand", "Nobody"),
        ("wheels", "4"),
    }


def test_an_error_of_the_search_itself_passes_verbatim(es: str, sidecar: str) -> None:
    body = {"query": {"match": {"title": "printer"}}, "sort": ["no_such_field"]}
    direct = send(es, "POST", f"/{INDEX}/_search", body)
    assert direct.status == 400
    assert same(send(sidecar, "POST", f"/{INDEX}/_search", asking(body))) == same(direct)


def test_an_index_without_configuration_says_so(sidecar: str, es: str) -> None:
    response = send(sidecar, "POST", f"/{INDEX}*/_search", asking())
    assert response.status == 200
    assert response.facets["facets"] == []
    assert "genfacet init" in response.facets["reason"]


def test_searches_of_an_injecting_index_get_facets_unasked(sidecar: str) -> None:
    for method, body in (("GET", None), ("POST", PRINTERS), ("POST", {})):
        assert send(sidecar, method, f"/{ALWAYS}/_search?q=title:printer", body).facets["facets"]
    lines = b'{"index":"%s"}\n{"query":{"match":{"title":"printer"}}}\n' % ALWAYS.encode()
    item = send(sidecar, "POST", "/_msearch", lines, NDJSON).json["responses"][0]
    assert item["ext"]["genfacet"]["facets"]


def test_each_search_of_a_msearch_is_answered_by_itself(es: str, sidecar: str) -> None:
    other = {"query": {"match": {"title": "scanner"}}, "size": 1, "sort": ["id"]}
    body = lines(
        ({}, other),
        ({}, asking()),
        ({"index": [INDEX, "genfacet-test-none"], "ignore_unavailable": True}, asking(selected={"brand": ["Acme"]})),
        ({}, asking(sizes=3)),
        ({"index": "genfacet-test-none"}, asking()),
        ({}, asking(selected={"brand": ["Nobody"]})),
        ({}, {**asking({**PRINTERS, "from": 99_999})}),
        ({}, asking({**PRINTERS, "size": 1})),
    )
    response = send(sidecar, "POST", f"/{INDEX}/_msearch?typed_keys", body, NDJSON)
    plain, asked, unknown, refused, missing, ignored, failed, again = response.json["responses"]
    direct = send(es, "POST", f"/{INDEX}/_msearch?typed_keys", lines(({}, other)), NDJSON).body
    assert re.sub(rb'"took":\d+', b"", direct.partition(b"[")[2])[:-2] in re.sub(rb'"took":\d+', b"", response.body)
    assert "ext" not in plain
    assert facet(asked["ext"]["genfacet"], "brand")["values"]
    assert unknown["status"] == 200
    assert "genfacet init" in unknown["ext"]["genfacet"]["reason"]
    assert (refused["status"], refused["error"]["type"]) == (400, "illegal_argument_exception")
    assert "did you mean [size]" in refused["error"]["reason"]
    assert (missing["status"], missing["error"]["type"]) == (404, "index_not_found_exception")
    assert ignored["status"] == 200
    assert ignored["hits"] == asked["hits"]
    assert [left["value"] for left in ignored["ext"]["genfacet"]["ignored"]] == ["Nobody"]
    assert failed["status"] == 400
    assert "ext" not in failed
    assert again["ext"]["genfacet"]["facets"] == asked["ext"]["genfacet"]["facets"]


def test_filter_path_of_a_msearch_filters_its_sections_too(sidecar: str) -> None:
    body = lines(({}, asking(selected={"brand": ["Nobody"]})), ({}, asking()))
    path = f"/{INDEX}/_msearch?filter_path=responses.hits.total,responses.ext.genfacet.took"
    for item in send(sidecar, "POST", path, body, NDJSON).json["responses"]:
        assert set(item) == {"hits", "ext"}
        assert set(item["ext"]["genfacet"]) == {"took"}
    bare = send(sidecar, "POST", f"/{INDEX}/_msearch?filter_path=took", body, NDJSON)
    assert set(bare.json) == {"took"}


def test_the_python_client_reads_facets(sidecar: str) -> None:
    with Elasticsearch(sidecar) as client:
        answer = client.search(index=INDEX, **asking())
        assert answer["ext"]["genfacet"]["facets"]
        several = client.msearch(searches=[{"index": INDEX}, asking()])
        assert several["responses"][0]["ext"]["genfacet"]["facets"]


def test_facets_without_hits(sidecar: str) -> None:
    by_words = send(sidecar, "GET", f"/_genfacet/facets/{INDEX}?q=printer&size=2&values=3&explain").facets
    assert len(by_words["facets"]) == 2
    assert by_words["query"]["original"] == "printer"
    by_body = send(sidecar, "POST", f"/_genfacet/facets/{INDEX}?size=2&values=3", PRINTERS).facets
    assert [f["name"] for f in by_body["facets"]] == [f["name"] for f in by_words["facets"]]
    selected = {"ext": {"genfacet": {"selected": {"brand": ["Acme", "Nobody"], "colour": ["mauve"]}}}}
    narrowed = send(sidecar, "POST", f"/_genfacet/facets/{INDEX}?q=printer", selected).facets
    assert [value["value"] for value in facet(narrowed, "brand")["values"] if value["selected"]] == ["Acme"]
    assert {left["value"] for left in narrowed["ignored"]} == {"Nobody", "mauve"}


@pytest.mark.parametrize(
    ("path", "body", "status", "sentence"),
    [
        ("facets/none?q=printer", None, 404, "genfacet init"),
        (f"facets/{INDEX}", None, 400, "give a search"),
        (f"facets/{INDEX}?q=printer", PRINTERS, 400, "not both"),
        (f"facets/{INDEX}?q=printer&sise=3", None, 400, "did you mean [size]"),
        (f"facets/{INDEX}?q=printer&size=many", None, 400, "whole number"),
        (f"facets/{INDEX}?q=printer&size=99", None, 400, "size"),
        (f"facets/{INDEX}?q=printer&source=magic", None, 400, "unknown source"),
        (f"facets/{INDEX}", {"user_query": "printer"}, 400, "[user_query] stands in [ext.genfacet]"),
        (f"facets/{INDEX}", b"[1]", 400, "JSON object"),
        ("nothing", None, 404, "healthz"),
    ],
)
def test_own_endpoints_refuse_in_one_sentence(path: str, body: Any, status: int, sentence: str, sidecar: str) -> None:
    response = send(sidecar, "POST" if body else "GET", f"/_genfacet/{path}", body)
    assert response.status == response.json["status"] == status
    assert sentence in response.json["error"]["reason"]


def test_health_and_metrics(sidecar: str) -> None:
    assert send(sidecar, "GET", "/_genfacet/healthz").json == {"status": "ok"}
    assert send(sidecar, "GET", "/_genfacet/readyz").json == {"status": "ready"}
    secret = "wondrous"
    send(sidecar, "POST", f"/{INDEX}/_search", asking({"query": {"match": {"title": secret}}}, client_id="someone"))
    metrics = send(sidecar, "GET", "/_genfacet/metrics").body.decode()
    assert 'genfacet_requests_total{outcome="passed",route="pass"}' in metrics
    assert 'genfacet_stage_duration_seconds_count{stage="counts"}' in metrics
    assert 'genfacet_facets_source_total{source="statistics"}' in metrics
    assert secret not in metrics
    assert "someone" not in metrics
    assert INDEX not in metrics


def test_a_fleet_is_switched_off_by_its_control_document(es: str, settings: Settings) -> None:
    index = f"{INDEX}-control"
    control = settings.control.model_copy(update={"index": index})
    try:
        with serving(settings.model_copy(update={"control": control})) as url:
            assert send(url, "POST", f"/{INDEX}/_search", asking()).facets["facets"]
            send(es, "PUT", f"/{index}/_doc/control?refresh=true", {"enabled": False})
            for _ in range(50):
                section = send(url, "POST", f"/{INDEX}/_search", asking(selected={"brand": ["Acme"]})).facets
                if section.get("reason") == "disabled":
                    break
            assert section["reason"] == "disabled"
            assert [f["values"] for f in section["facets"]] == [
                [{"value": "Acme", "label": "Acme", "count": None, "selected": True}]
            ]
    finally:
        send(es, "DELETE", f"/{index}")


HOSTILE: dict[str, bytes] = {
    "nesting": b'{"ext":{"genfacet":' + b"[" * 3000 + b"]" * 3000 + b"}}",
    "nesting beside the section": b'{"ext":{"genfacet":{}},"query":' + b'{"a":' * 1200 + b"1" + b"}" * 1200 + b"}",
    "bool in bool": b'{"ext":{"genfacet":{"selected":{"brand":["Acme"]}}},"query":'
    + b'{"bool":{"must":' * 400
    + b'{"match_all":{}}'
    + b"}}" * 400
    + b"}",
    "binary": b"\x00\xff\xfegenfacet\x80" * 50,
    "no object": b'["genfacet"]',
    "section of a wrong type": b'{"ext":{"genfacet":3}}',
    "null section": b'{"ext":{"genfacet":null}}',
    "unknown key": b'{"ext":{"genfacet":{"selektion":{}}}}',
    "size out of bounds": b'{"ext":{"genfacet":{"size":10000000000000000000000}}}',
    "fraction": b'{"ext":{"genfacet":{"size":1e400}}}',
    "wrong types": b'{"ext":{"genfacet":{"selected":{"brand":{"term":{}}}}}}',
    "lone surrogate": b'{"ext":{"genfacet":{"user_query":"\\ud800"}}}',
    "lone surrogate in the query": b'{"query":{"match":{"title":"\\ud800"}},"ext":{"genfacet":{}}}',
    "NUL": b'{"ext":{"genfacet":{"selected":{"brand":["\\u0000"]}}}}',
    "section twice": b'{"ext":{"genfacet":{},"genfacet":{}}}',
    "escaped key": b'{"ext":{"genf\\u0061cet":{"nothing":1}}}',
    "query of a wrong type": b'{"query":5,"ext":{"genfacet":{"selected":{"brand":["Acme"]}}}}',
    "query of a wrong type, unselected": b'{"query":[[]],"ext":{"genfacet":{}}}',
    "wrong types everywhere": b'{"query":{"match":[]},"knn":3,"post_filter":"x","retriever":[],"ext":{"genfacet":'
    b'{"selected":{"brand":["Acme"]}}}}',
    "wrong from": b'{"from":"x","search_after":3,"ext":{"genfacet":{"selected":{"brand":["Acme"]},"mode":"rewrite"}}}',
    "rewritten over nothing": b'{"ext":{"genfacet":{"rewritten":"x"}}}',
    "not a number": b'{"min_score":NaN,"ext":{"genfacet":{}}}',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bodies_are_refused_as_errors_of_the_client(name: str, sidecar: str) -> None:
    for mode in ("_search", "_search?q=title:printer"):
        response = send(sidecar, "POST", f"/{INDEX}/{mode}", HOSTILE[name])
        assert response.status in {200, 400}, response.body[:300]
        if response.status == 400:
            assert response.json["error"]["reason"]
    line = b"{}\n" + HOSTILE[name].replace(b"\n", b" ") + b"\n"
    assert send(sidecar, "POST", f"/{INDEX}/_msearch", line, NDJSON).status in {200, 400}


def test_ten_megabytes_of_nesting_are_refused(es: str, settings: Settings) -> None:
    roomy = settings.model_copy(update={"sidecar": settings.sidecar.model_copy(update={"max_body_bytes": 20_000_000})})
    with serving(roomy) as url:
        for body in (b'{"ext":{"genfacet":' + b"[" * 10_000_000, b'{"a":"genfacet","q":' + b'{"a":' * 2_000_000):
            assert send(url, "POST", f"/{INDEX}/_search", body).status == 400
        bomb = gzip.compress(b'{"ext":{"genfacet":{}}}' + b" " * 300_000_000)
        headers = {**JSON, "content-encoding": "gzip"}
        assert send(url, "POST", f"/{INDEX}/_search", bomb, headers, timeout=60).status in {400, 413}


def test_huge_headers_and_odd_paths_are_answered_as_elasticsearch_does(es: str, sidecar: str) -> None:
    for path, headers in (
        (f"/{INDEX}/_search", {"x-long": "x" * 50_000}),
        (f"/{INDEX}/_search", {}),  # after that, Elasticsearch no longer listens on the same connection
        (f"/{INDEX}/_search?q={'x' * 5000}", {}),
        (f"/{INDEX}/_search", {}),
        ("/%00/_search", {}),
        (f"/{INDEX}/../{INDEX}/_doc/1", {}),
        (f"//{INDEX}/_doc/1", {}),
        (f"/{INDEX}/_doc/%2F%3F%23", {}),
        (f"/{INDEX}/_doc/1?routing=%zz", {}),
    ):
        direct, through = send(es, "GET", path, None, headers), send(sidecar, "GET", path, None, headers)
        assert through.status == direct.status, path
