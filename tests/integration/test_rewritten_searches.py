"""What Elasticsearch makes of rewritten bodies: the hits that match, with the scores they had."""

import random
from collections.abc import Iterator
from typing import Any

import pytest
from elasticsearch import Elasticsearch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from genfacet.querytext import replace_text
from genfacet.rewrite import filter_body, query_from_url, reword_body, soften_body

INDEX = "genfacet-test-rewrite"
LASER = {"term": {"technology": "laser"}}
DUPLEX = {"nested": {"path": "specs", "query": {"bool": {"filter": [{"term": {"specs.name": "duplex"}}]}}}}
CLAUSES: list[dict[str, Any]] = [LASER, {"bool": {"should": [DUPLEX, {"range": {"price": {"lt": 60}}}]}}]
MULTI = {"multi_match": {"query": "laser printer", "fields": ["title^3", "description"]}}
MATCH = {"match": {"title": "printer"}}
VECTOR = {"field": "vector", "query_vector": [0.3, 0.9, 0.1], "num_candidates": 100}


def _queries() -> dict[str, dict[str, Any]]:
    return {
        "match, short": MATCH,
        "match, long": {"match": {"title": {"query": "laser printer", "operator": "and"}}},
        "multi_match": MULTI,
        "cross fields": {"multi_match": {**MULTI["multi_match"], "type": "cross_fields", "operator": "and"}},
        "combined_fields": {"combined_fields": {"query": "laser printer", "fields": ["title^2", "description"]}},
        "query_string": {"query_string": {"query": "laser printer", "fields": ["title", "description"]}},
        "simple_query_string": {"simple_query_string": {"query": "laser printer", "fields": ["title"]}},
        "simple_query_string, flags": {"simple_query_string": {"query": "printer", "fields": ["title"], "flags": "OR"}},
        "match_phrase": {"match_phrase": {"title": "laser printer"}},
        "match_phrase_prefix": {"match_phrase_prefix": {"title": "laser prin"}},
        "match_bool_prefix": {"match_bool_prefix": {"title": {"query": "laser prin"}}},
        "bool": {"bool": {"must": MATCH, "should": [MULTI], "filter": {"term": {"stock": True}}, "must_not": []}},
        "bool of should": {"bool": {"should": [MATCH, {"match": {"description": "office"}}]}},
        "bool of filters": {"bool": {"filter": [MATCH]}},
        "function_score": {"function_score": {"query": MATCH, "field_value_factor": {"field": "price"}}},
        "dis_max": {"dis_max": {"queries": [MATCH, MULTI], "tie_breaker": 0.3}},
        "constant_score": {"constant_score": {"filter": MATCH, "boost": 3}},
        "boosting": {"boosting": {"positive": MATCH, "negative": {"term": {"stock": False}}, "negative_boost": 0.2}},
        "nested": {"nested": {"path": "specs", "query": {"match": {"specs.value": "automatic duplex"}}}},
        "script_score": {"script_score": {"query": MATCH, "script": {"source": "1.5"}}},
        "match_all": {"match_all": {"boost": 2}},
        "ids": {"ids": {"values": [str(number) for number in range(50)]}},
    }


BODIES: dict[str, dict[str, Any]] = {
    **{name: {"query": query} for name, query in _queries().items()},
    "no query": {},
    "min_score": {"query": MULTI, "min_score": 0.7},
    "sorted": {"query": MATCH, "sort": [{"price": "desc"}], "track_scores": True},
    "post_filter": {"query": MATCH, "post_filter": {"term": {"stock": True}}},
    "rescore": {"query": MATCH, "rescore": {"window_size": 500, "query": {"rescore_query": MULTI}}},
    "collapse": {"query": MATCH, "collapse": {"field": "sku"}},
    "standard retriever": {"retriever": {"standard": {"query": MULTI, "filter": {"term": {"stock": True}}}}},
    "standard retriever, no query": {"retriever": {"standard": {}}},
    "standard retriever, min_score": {"retriever": {"standard": {"query": MULTI, "min_score": 0.7}}},
}
every_body = pytest.mark.parametrize("body", [pytest.param(body, id=name) for name, body in BODIES.items()])


@pytest.fixture(scope="module")
def documents() -> dict[str, dict[str, Any]]:
    """A small shop in which every clause holds for some of the hits of every query."""
    chance = random.Random(7)
    words = ["laser", "printer", "ink", "colour", "office", "compact", "scanner", "photo"]
    return {
        str(number): {
            "title": " ".join(["laser printer"] * (number % 2) + chance.sample(words, 4)),
            "description": " ".join(chance.choices(words, k=12)),
            "technology": chance.choice(["laser", "ink"]),
            "sku": f"sku-{number}",
            "price": chance.randint(20, 120),
            "stock": chance.random() < 0.7,
            "specs": [
                {"name": chance.choice(["duplex", "tray"]), "value": chance.choice(["automatic", "manual duplex"])}
            ],
            "vector": [chance.random() + 0.01 for _ in range(3)],
        }
        for number in range(150)
    }


@pytest.fixture(scope="module")
def shop(es_url: str, documents: dict[str, dict[str, Any]]) -> Iterator[Elasticsearch]:
    with Elasticsearch(es_url) as client:
        client.indices.delete(index=INDEX, ignore_unavailable=True)
        text, keyword = {"type": "text"}, {"type": "keyword"}
        properties = {
            "title": text,
            "description": text,
            "technology": keyword,
            "sku": keyword,
            "price": {"type": "integer"},
            "stock": {"type": "boolean"},
            "specs": {"type": "nested", "properties": {"name": keyword, "value": text}},
            "vector": {"type": "dense_vector", "dims": 3, "index": True, "similarity": "cosine"},
        }
        client.indices.create(
            index=INDEX, mappings={"properties": properties}, settings={"number_of_shards": 2, "number_of_replicas": 0}
        )
        lines = [line for key, source in documents.items() for line in ({"index": {"_id": key}}, source)]
        assert not client.bulk(index=INDEX, operations=lines, refresh=True)["errors"]
        yield client
        client.indices.delete(index=INDEX)


def _scores(shop: Elasticsearch, body: dict[str, Any], **params: Any) -> dict[str, float]:
    """Hits and scores, in their order."""
    if "script_score" in str(body) and not _has_scripts(shop):
        pytest.skip("this build of Elasticsearch has no scripts")
    body = {"size": 500, "track_total_hits": True, **body}
    answer = shop.perform_request(
        "POST",
        f"/{INDEX}/_search",
        params=params,
        headers={"content-type": "application/json", "accept": "application/json"},
        body=body,
    ).body
    assert answer["hits"]["total"]["value"] == len(answer["hits"]["hits"]) or "collapse" in body
    return {hit["_id"]: hit["_score"] for hit in answer["hits"]["hits"]}


def _has_scripts(shop: Elasticsearch) -> bool:
    nodes = shop.nodes.info(metric="plugins")["nodes"].values()
    return all(any(module["name"] == "lang-painless" for module in node["modules"]) for node in nodes)


def _matches(document: dict[str, Any]) -> bool:
    duplex = any(spec["name"] == "duplex" for spec in document["specs"])
    return document["technology"] == "laser" and (duplex or document["price"] < 60)


@every_body
def test_filtered_hits_are_the_hits_that_match_with_their_scores(
    shop: Elasticsearch, documents: dict[str, dict[str, Any]], body: dict[str, Any]
) -> None:
    before = _scores(shop, body)
    after = _scores(shop, filter_body(body, CLAUSES))
    assert after == {key: score for key, score in before.items() if _matches(documents[key])}
    assert list(after) == [key for key in before if key in after]
    assert 0 < len(after) < len(before)


@every_body
def test_boosts_change_the_order_and_never_the_hits(
    shop: Elasticsearch, documents: dict[str, dict[str, Any]], body: dict[str, Any]
) -> None:
    before, softened = _scores(shop, body), soften_body(body, CLAUSES[:1], weight=4)
    after = _scores(shop, softened.body)
    lasers = {key for key in before if documents[key]["technology"] == "laser"}
    if softened.mode == "filter":
        assert set(after) == lasers
        return
    assert set(after) == set(before)
    if "rescore" not in body:
        factor = {key: 4.0 if key in lasers else 1.0 for key in before}
        assert after == pytest.approx({key: (score or 1.0) * factor[key] for key, score in before.items()}, rel=1e-5)


@every_body
def test_other_words_are_accepted_wherever_they_stand(shop: Elasticsearch, body: dict[str, Any]) -> None:
    for text in ("laser printer", "printer", "laser prin", "automatic duplex"):
        reworded = reword_body(body, text, 'ink: (photo) OR "office" -scanner~ \\')
        if reworded is not None:
            _scores(shop, filter_body(reworded, CLAUSES))
            _scores(shop, soften_body(reworded, CLAUSES).body)


def test_a_knn_search_finds_as_many_neighbours_among_the_filtered(
    shop: Elasticsearch, documents: dict[str, dict[str, Any]]
) -> None:
    knn = {**VECTOR, "k": 10}
    clause = {"knn": {**VECTOR, "k": 10}}
    for body in (
        {"knn": knn},
        {"knn": [{**knn, "filter": {"term": {"stock": True}}}]},
        {"retriever": {"knn": knn}},
        {"query": clause},
        {"query": {"bool": {"must": [clause]}}},
        {"retriever": {"standard": {"query": clause}}},
    ):
        found = _hits(shop, {**filter_body(body, CLAUSES), "size": 10})
        assert len(found) == 10
        assert all(_matches(documents[key]) for key in found)


def test_a_hybrid_search_is_filtered_on_both_sides(shop: Elasticsearch, documents: dict[str, dict[str, Any]]) -> None:
    found = _scores(shop, filter_body({"query": MATCH, "knn": {**VECTOR, "k": 10}}, CLAUSES))
    assert found
    assert all(_matches(documents[key]) for key in found)


def test_a_compound_retriever_hands_the_filter_to_its_children(
    shop: Elasticsearch, documents: dict[str, dict[str, Any]]
) -> None:
    rescore = {"window_size": 50, "query": {"rescore_query": MULTI}}
    body = {"retriever": {"rescorer": {"retriever": {"standard": {"query": MATCH}}, "rescore": rescore}}, "size": 50}
    assert not all(_matches(documents[key]) for key in _hits(shop, body))
    found = _hits(shop, filter_body(body, CLAUSES))
    assert found
    assert all(_matches(documents[key]) for key in found)


def _hits(shop: Elasticsearch, body: dict[str, Any]) -> list[str]:
    return [hit["_id"] for hit in shop.search(index=INDEX, **body)["hits"]["hits"]]


@pytest.mark.parametrize(
    "params",
    [
        {"q": "laser printer"},
        {"q": "title:laser AND description:office"},
        {"q": "laser printer", "df": "title", "default_operator": "AND", "analyzer": "simple"},
        {"q": "prin*", "df": "title", "analyze_wildcard": "true", "lenient": ""},
        {"q": "expensive", "df": "price", "lenient": "true"},
    ],
)
def test_the_query_of_a_url_becomes_the_same_query_in_the_body(shop: Elasticsearch, params: dict[str, str]) -> None:
    from_url = _scores(shop, {"query": {"match_none": {}}}, **params)
    assert _scores(shop, {"query": query_from_url(params)}) == from_url


OPERATORS = """AND OR NOT title: technology:laser *:* * pri?ter ( ) " [a TO z] { } ^3 ~2 /.*/ \\ +office -printer !ink
    && || | <5 >= :"""
TOKENS = st.sampled_from(["printer", "Laser", *OPERATORS.split()])


@pytest.mark.parametrize("text", OPERATORS.split())
def test_an_operator_is_a_word_like_any_other(shop: Elasticsearch, text: str) -> None:
    _assert_words(shop, text)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TOKENS, min_size=2, max_size=6), st.sampled_from([" ", ""]))
def test_words_never_act_as_operators(shop: Elasticsearch, tokens: list[str], gap: str) -> None:
    _assert_words(shop, gap.join(tokens))


def _assert_words(shop: Elasticsearch, text: str) -> None:
    """With every operator a word, these clauses find what a plain match query finds for the same words."""
    words = text.replace("<", " ").replace(">", " ")
    expected = _scores(shop, {"query": {"match": {"title": words}}})
    for kind, options in (
        ("query_string", {}),
        ("query_string", {"escape": True}),
        ("simple_query_string", {}),
        ("simple_query_string", {"flags": "NONE"}),
        ("simple_query_string", {"flags": "AND|OR|NOT|PREFIX|PHRASE"}),
    ):
        clause = {kind: {"query": "printer", "fields": ["title"], **options}}
        body = replace_text({"query": clause}, "printer", text)
        assert body is not None
        assert set(_scores(shop, body)) == set(expected), body
