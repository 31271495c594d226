"""Selections in a body: filters that keep scores, boosts that keep hits, other words, and everything else untouched."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from search_bodies import TEXTS, bodies, knn

from genfacet.rewrite import (
    MAX_REWRITTEN,
    baseline_text,
    filter_body,
    is_sorted,
    query_from_url,
    reword_body,
    soften_body,
)

LASER = {"term": {"technology": "laser"}}
CHEAP = {"range": {"price": {"lt": 100}}}
OWN = {"term": {"stock": True}}
QUERY = {"match": {"title": "printer"}}


def test_a_query_is_wrapped_and_keeps_its_scores() -> None:
    body = {"query": QUERY, "size": 3, "sort": ["price"]}
    expected = {"query": {"bool": {"must": [QUERY], "filter": [LASER, CHEAP]}}, "size": 3, "sort": ["price"]}
    assert filter_body(body, [LASER, CHEAP]) == expected
    assert filter_body({}, [LASER]) == {"query": {"bool": {"must": [{"match_all": {}}], "filter": [LASER]}}}


@pytest.mark.parametrize(
    ("own", "all_filters"), [({}, [LASER]), ({"filter": OWN}, [OWN, LASER]), ({"filter": [OWN]}, [OWN, LASER])]
)
def test_a_knn_search_is_filtered_inside_behind_its_own_filter(own: dict[str, Any], all_filters: list[Any]) -> None:
    vector = {**knn("printer"), **own}
    filtered = {**knn("printer"), "filter": all_filters}
    assert filter_body({"knn": vector}, [LASER]) == {"knn": filtered}
    both = filter_body({"knn": [vector, vector], "query": QUERY}, [LASER])
    assert both == {"knn": [filtered, filtered], "query": {"bool": {"must": [QUERY], "filter": [LASER]}}}
    hybrid = filter_body({"query": {"bool": {"should": [QUERY, {"knn": vector}]}}}, [LASER])
    assert hybrid["query"]["bool"]["must"] == [{"bool": {"should": [QUERY, {"knn": filtered}]}}]


@pytest.mark.parametrize(
    "kind", ["standard", "knn", "rrf", "linear", "text_similarity_reranker", "rescorer", "diversify"]
)
def test_the_outermost_retriever_takes_the_filter(kind: str) -> None:
    retriever = {kind: {"query": QUERY, "filter": [OWN], "retrievers": [{"standard": {"query": QUERY}}]}}
    filtered = {kind: {**retriever[kind], "filter": [OWN, LASER]}}
    assert filter_body({"retriever": retriever, "size": 1}, [LASER]) == {"retriever": filtered, "size": 1}


def test_a_standard_retriever_without_a_query_still_scores() -> None:
    filtered = {"standard": {"filter": [LASER], "query": {"match_all": {}}}}
    assert filter_body({"retriever": {"standard": {}}}, [LASER]) == {"retriever": filtered}


@pytest.mark.parametrize("kind", ["pinned", "rule"])
def test_pinned_documents_that_do_not_match_are_dropped(kind: str) -> None:
    pinning = {kind: {"retriever": {"standard": {"query": QUERY}}}}
    for retriever in (pinning, {"rrf": {"retrievers": [{"standard": {}}, {"retriever": pinning}]}}):
        filtered = filter_body({"retriever": retriever, "post_filter": OWN}, [LASER])
        assert filtered["post_filter"] == {"bool": {"filter": [OWN, LASER]}}
    assert "post_filter" not in filter_body({"retriever": {"standard": {"query": {"pinned": {}}}}}, [LASER])


def test_each_sub_search_is_filtered() -> None:
    body = {"sub_searches": [{"query": QUERY}, {"query": OWN}], "rank": {"rrf": {}}}
    wrapped = [{"query": {"bool": {"must": [query], "filter": [LASER]}}} for query in (QUERY, OWN)]
    assert filter_body(body, [LASER]) == {"sub_searches": wrapped, "rank": {"rrf": {}}}


@given(bodies())
def test_without_clauses_a_body_stays_equal_and_is_a_copy(body: dict[str, Any]) -> None:
    for same in (filter_body(body, []), soften_body(body, []).body):
        assert same == body
        assert same is not body


@given(bodies(), st.lists(st.sampled_from([LASER, CHEAP]), min_size=1, max_size=2, unique_by=str))
def test_everything_else_survives_and_nothing_is_changed_in_place(body: dict[str, Any], clauses: list[Any]) -> None:
    original = copy.deepcopy(body)
    touched = {"query", "knn", "retriever", "post_filter"}
    softened = soften_body(body, clauses)
    for new in (filter_body(body, clauses), softened.body):
        assert {k: v for k, v in new.items() if k not in touched} == {k: v for k, v in body.items() if k not in touched}
        assert str(clauses[0]) in str(new)
        assert str(body.get("post_filter", "")) in str(new.get("post_filter", ""))
    assert body == original
    if "knn" in body or is_sorted(body) or "standard" not in body.get("retriever", {"standard": {}}):
        assert softened.mode == "filter"
        assert softened.body == filter_body(body, clauses)
    else:
        assert softened.mode == "soft"


def test_boosts_multiply_the_score_once_for_each_facet() -> None:
    softened = soften_body({"query": QUERY, "size": 2}, [LASER, CHEAP], weight=3)
    assert softened.mode == "soft"
    functions = [{"filter": LASER, "weight": 3}, {"filter": CHEAP, "weight": 3}]
    options = {"query": QUERY, "functions": functions, "score_mode": "multiply", "boost_mode": "multiply"}
    assert softened.body == {"query": {"function_score": options}, "size": 2}
    retriever = soften_body({"retriever": {"standard": {"query": QUERY, "filter": OWN}}}, [LASER, CHEAP], weight=3)
    assert retriever.body == {"retriever": {"standard": {"query": {"function_score": options}, "filter": OWN}}}


def test_a_lowest_score_holds_for_the_scores_of_the_query_itself() -> None:
    softened = soften_body({"query": QUERY, "min_score": 2.5}, [LASER]).body
    assert softened["query"]["function_score"]["query"] == {"function_score": {"query": QUERY, "min_score": 2.5}}
    assert softened["min_score"] == 2.5


def test_a_query_that_only_filters_gets_a_score_to_boost() -> None:
    for query in ({"bool": {"filter": [OWN]}}, {"bool": {"must": [{"bool": {"filter": OWN}}], "filter": [LASER]}}):
        inner = soften_body({"query": query}, [LASER]).body["query"]["function_score"]["query"]
        assert inner == {"bool": {"must": [{"match_all": {}}], "filter": [query]}}


def test_a_weight_that_would_lower_scores_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        soften_body({"query": QUERY}, [LASER], weight=0.5)


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        (None, False),
        ([], False),
        ("_score", False),
        (["_score", "price"], False),
        ([{"_score": "desc"}], False),
        ([{"_score": {"order": "desc"}}, "price"], False),
        ({"_score": {}}, False),
        ("price", True),
        (["price", "_score"], True),
        ([{"price": "asc"}], True),
        ("_doc", True),
        ([{"_score": "asc"}], True),
        ([{"_score": {"order": "asc"}}], True),
    ],
)
def test_what_counts_as_another_order(sort: Any, expected: bool) -> None:
    assert is_sorted({"query": QUERY, "sort": sort}) is expected
    assert soften_body({"query": QUERY, "sort": sort}, [LASER]).mode == ("filter" if expected else "soft")
    in_retriever = {"retriever": {"standard": {"query": QUERY, "sort": sort}}}
    assert soften_body(in_retriever, [LASER]).mode == ("filter" if expected else "soft")


def test_other_words_take_the_place_of_the_query() -> None:
    body = {"query": {"bool": {"must": QUERY, "filter": [OWN]}}, "size": 1}
    new = {"query": {"bool": {"must": {"match": {"title": "laser printer"}}, "filter": [OWN]}}, "size": 1}
    assert reword_body(body, "Printer", "laser printer") == new
    assert reword_body(body, None, "laser printer") == new
    assert reword_body(body, "printer", ["Laser"])["query"]["bool"]["must"] == {"match": {"title": "printer Laser"}}  # type: ignore[index]


def test_where_the_text_is_not_found_nothing_is_reworded() -> None:
    assert reword_body({"query": QUERY}, "scanner", "laser printer") is None
    assert reword_body({"query": {"term": {"brand": "x"}}}, None, "laser printer") is None
    assert reword_body({"query": {"query_string": {"query": "title:printer"}}}, None, "laser printer") is None
    assert reword_body({"query": QUERY}, "printer", "  ") is None
    assert reword_body({"query": {"match": {"title": ""}}}, "", "laser") is None


@given(TEXTS, st.text())
def test_a_value_is_never_more_than_text(query: str, value: str) -> None:
    body = {"query": {"match": {"title": {"query": query}}}}
    reworded = reword_body(body, query, [value])
    assert reworded == {"query": {"match": {"title": {"query": baseline_text(query, [value])}}}}


def test_the_baseline_adds_the_words_that_are_new() -> None:
    assert baseline_text("laser printer", ["Laser", "small offices", "Small"]) == "laser printer small offices"
    assert baseline_text(" printer ", []) == "printer"
    assert baseline_text("printer", ["x" * 300, "ink"]) == "printer ink"


@given(st.text(max_size=400), st.lists(st.text(max_size=300), max_size=4))
def test_the_baseline_is_bounded_and_begins_with_the_query(query: str, values: list[str]) -> None:
    text = baseline_text(query, values)
    assert len(text) <= MAX_REWRITTEN
    folded = " ".join(query.split())
    assert text.startswith(folded) or folded.startswith(text)


@pytest.mark.parametrize(
    ("params", "options"),
    [
        ({"q": "title:printer"}, {"query": "title:printer"}),
        ({"q": "", "df": "title"}, {"query": "", "default_field": "title"}),
        (
            {"q": "a", "default_operator": "AND", "analyzer": "standard", "lenient": "", "analyze_wildcard": "false"},
            {
                "query": "a",
                "default_operator": "AND",
                "analyzer": "standard",
                "lenient": True,
                "analyze_wildcard": False,
            },
        ),
        ({"q": "a", "lenient": "maybe", "size": "3"}, {"query": "a", "lenient": "maybe"}),
    ],
)
def test_the_query_of_a_url(params: dict[str, str], options: dict[str, Any]) -> None:
    assert query_from_url(params) == {"query_string": options}


def test_a_url_without_a_query_makes_none() -> None:
    assert query_from_url({"df": "title", "size": "3"}) is None
