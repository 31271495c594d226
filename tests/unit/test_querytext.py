"""Words of a query: found, replaced and blanked in every place that can hold them, and never more than words."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from search_bodies import TEXTS, bodies, knn

from genfacet.querystring import Syntax, holds_operators, read_words, syntax_of, write_words
from genfacet.querytext import blank_text, find_text, replace_text

FILTER = {"term": {"brand": "acme"}}
HOLDING = {
    "match, short": {"query": {"match": {"title": "Laser Printer"}}},
    "match, long": {"query": {"match": {"title": {"query": "Laser Printer", "operator": "and"}}}},
    "match_phrase": {"query": {"match_phrase": {"title": "Laser Printer"}}},
    "match_phrase_prefix": {"query": {"match_phrase_prefix": {"title": {"query": "Laser Printer"}}}},
    "match_bool_prefix": {"query": {"match_bool_prefix": {"title": "Laser Printer"}}},
    "multi_match": {"query": {"multi_match": {"query": "Laser Printer", "fields": ["title^3", "description"]}}},
    "combined_fields": {"query": {"combined_fields": {"query": "Laser Printer", "fields": ["title"]}}},
    "query_string": {"query": {"query_string": {"query": "Laser Printer"}}},
    "simple_query_string": {"query": {"simple_query_string": {"query": "Laser Printer", "fields": ["title"]}}},
    "semantic": {"query": {"semantic": {"field": "s", "query": "Laser Printer"}}},
    "sparse_vector": {"query": {"sparse_vector": {"field": "s", "inference_id": "e", "query": "Laser Printer"}}},
    "text_expansion": {"query": {"text_expansion": {"s": {"model_id": "e", "model_text": "Laser Printer"}}}},
    "bool must": {"query": {"bool": {"filter": [FILTER], "must": {"match": {"title": "Laser Printer"}}}}},
    "bool should": {"query": {"bool": {"should": [FILTER, {"match": {"title": "Laser Printer"}}]}}},
    "function_score": {"query": {"function_score": {"query": {"match": {"title": "Laser Printer"}}}}},
    "dis_max": {"query": {"dis_max": {"queries": [{"match": {"title": "Laser Printer"}}]}}},
    "constant_score": {"query": {"constant_score": {"filter": {"match": {"title": "Laser Printer"}}}}},
    "boosting": {"query": {"boosting": {"positive": {"match": {"title": "Laser Printer"}}, "negative": FILTER}}},
    "nested": {"query": {"nested": {"path": "specs", "query": {"match": {"specs.value": "Laser Printer"}}}}},
    "has_child": {"query": {"has_child": {"type": "review", "query": {"match": {"title": "Laser Printer"}}}}},
    "has_parent": {"query": {"has_parent": {"parent_type": "p", "query": {"match": {"title": "Laser Printer"}}}}},
    "script_score": {"query": {"script_score": {"query": {"match": {"title": "Laser Printer"}}, "script": {}}}},
    "pinned query": {"query": {"pinned": {"ids": ["1"], "organic": {"match": {"title": "Laser Printer"}}}}},
    "rule query": {"query": {"rule": {"organic": {"match": {"title": "Laser Printer"}}, "match_criteria": {"q": "x"}}}},
    "knn": {"knn": knn("Laser Printer")},
    "knn, several": {"knn": [knn("other"), knn("Laser Printer")]},
    "knn query": {"query": {"knn": knn("Laser Printer")}},
    "rescore": {"rescore": [{"query": {"rescore_query": {"match_phrase": {"title": "Laser Printer"}}}}]},
    "sub_searches": {"sub_searches": [{"query": {"match": {"title": "Laser Printer"}}}], "rank": {"rrf": {}}},
    "standard retriever": {"retriever": {"standard": {"query": {"match": {"title": "Laser Printer"}}}}},
    "knn retriever": {"retriever": {"knn": knn("Laser Printer")}},
    "rrf": {"retriever": {"rrf": {"retrievers": [{"standard": {"query": {"match": {"t": "Laser Printer"}}}}]}}},
    "weighted": {"retriever": {"linear": {"retrievers": [{"retriever": {"knn": knn("Laser Printer")}, "weight": 2}]}}},
    "rrf by fields": {"retriever": {"rrf": {"query": "Laser Printer", "fields": ["title"]}}},
    "reranker": {"retriever": {"text_similarity_reranker": {"inference_text": "Laser Printer", "retriever": {}}}},
    "rule": {"retriever": {"rule": {"retriever": {"standard": {"query": {"match": {"t": "Laser Printer"}}}}}}},
    "rescorer": {
        "retriever": {"rescorer": {"rescore": {"query": {"rescore_query": {"match": {"t": "Laser Printer"}}}}}},
    },
}


@pytest.mark.parametrize("body", [pytest.param(body, id=name) for name, body in HOLDING.items()])
def test_text_is_found_and_replaced_wherever_it_can_stand(body: dict[str, Any]) -> None:
    original = copy.deepcopy(body)
    assert find_text(body) in {"Laser Printer", "other"}
    expected = json.loads(json.dumps(body).replace("Laser Printer", "ink printer"))
    assert replace_text(body, "laser  printer ", "ink printer") == expected
    assert blank_text(body, "laser printer") == json.loads(json.dumps(body).replace("Laser Printer", "{{query}}"))
    assert body == original


@pytest.mark.parametrize(
    "body",
    [
        {"query": {"bool": {"filter": {"match": {"title": "printer"}}}}},
        {"query": {"bool": {"must_not": [{"match": {"title": "printer"}}]}}},
        {"query": {"boosting": {"positive": FILTER, "negative": {"match": {"title": "printer"}}}}},
        {"query": {"term": {"brand": "printer"}}},
        {"query": {"function_score": {"functions": [{"filter": {"match": {"title": "printer"}}, "weight": 2}]}}},
        {"query": {"knn": {"field": "v", "query_vector": [1], "filter": {"match": {"title": "printer"}}}}},
        {"knn": {"field": "v", "query_vector": [1], "filter": {"match": {"title": "printer"}}}},
        {"retriever": {"standard": {"filter": [{"match": {"title": "printer"}}]}}},
        {"post_filter": {"match": {"title": "printer"}}},
        {"suggest": {"text": "printer"}, "highlight": {"highlight_query": {"match": {"title": "printer"}}}},
        {"aggs": {"a": {"filter": {"match": {"title": "printer"}}}}},
        {"query": {"match": {"title": 42}}},
        {"query": ["printer"], "knn": "printer", "retriever": 7, "rescore": None},
    ],
)
def test_filters_exclusions_and_presentation_keep_their_text(body: dict[str, Any]) -> None:
    assert replace_text(body, "printer", "laser printer") is None


def test_a_text_that_scores_is_preferred_to_one_that_filters() -> None:
    filtered = {"bool": {"filter": [{"match": {"title": "in stock"}}], "must": [{"match": {"title": "printer"}}]}}
    assert find_text({"query": filtered}) == "printer"
    assert find_text({"query": {"bool": {"filter": [{"match": {"title": "printer"}}]}}}) == "printer"
    assert find_text({"query": {"bool": {"must_not": [{"match": {"title": "printer"}}]}}}) is None


def test_the_first_text_in_the_order_of_the_body_is_found() -> None:
    should = {"bool": {"should": [{"match": {"t": "second"}}], "must": [{"match": {"t": "third"}}]}}
    assert find_text({"knn": knn("first"), "query": should}) == "first"
    assert find_text({"query": should}) == "second"


@pytest.mark.parametrize(
    "text", ["title:printer", "laser AND printer", '"laser printer"', "prin*", "-ink printer", "a (b)"]
)
def test_operators_are_no_words_of_a_shopper(text: str) -> None:
    body = {"query": {"query_string": {"query": text}}}
    assert find_text(body) is None
    assert replace_text(body, text.swapcase(), "new") is None
    assert replace_text(body, text, "new") == {"query": {"query_string": {"query": "new"}}}


def test_escaped_text_is_read_as_the_words_it_stands_for() -> None:
    body = {"query": {"query_string": {"query": r"wi\-fi router 24\/7"}}}
    assert find_text(body) == "wi-fi router 24/7"
    assert replace_text(body, "WI-FI router 24/7", "mesh") == {"query": {"query_string": {"query": "mesh"}}}
    assert find_text({"query": {"query_string": {"query": "wi-fi router"}}}) == "wi-fi router"


@pytest.mark.parametrize(
    ("kind", "options", "text", "written"),
    [
        ("match", {}, "a AND (b)", "a AND (b)"),
        ("query_string", {}, "price:>5 AND (x OR y)", r"price\: 5 \AND \(x \OR y\)"),
        ("query_string", {}, "NOT a && b || c \\", r"\NOT a \&\& b \|\| c \\"),
        ("query_string", {"escape": True}, "a AND b <c", "a and b  c"),
        ("simple_query_string", {}, 'a +b -c "d" (e)* f~2 \\', r"a \+b \-c \"d\" \(e\)\* f\~2 " + "\\\\"),
        ("simple_query_string", {"flags": "NONE"}, "a +b", "a +b"),
        ("simple_query_string", {"flags": "NONE"}, " * ", ""),
        ("simple_query_string", {"flags": "OR|AND|PREFIX"}, "a+b*", "a b "),
        ("simple_query_string", {"flags": "AND|ESCAPE"}, "a+b", r"a\+b"),
    ],
)
def test_words_are_written_so_that_they_stay_words(kind: str, options: dict[str, Any], text: str, written: str) -> None:
    assert write_words(text, syntax_of(kind, options)) == written


@given(st.text(), st.sampled_from(Syntax))
def test_no_text_becomes_an_operator(text: str, syntax: Syntax) -> None:
    written = write_words(text, syntax)
    assert not holds_operators(written, syntax)
    reserved = {Syntax.LUCENE: '+-=&|><!(){}[]^"~*?:/', Syntax.SIMPLE: '+-|"*()~', Syntax.SIMPLE_BARE: '+-|"*()~\\'}
    left, at = "", 0
    while at < len(written):
        escaped = written[at] == "\\" and syntax in (Syntax.LUCENE, Syntax.SIMPLE)
        left += "x" if escaped else written[at]
        at += 2 if escaped else 1
    assert at == len(written), "the last backslash escapes something"
    assert not set(left) & set(reserved.get(syntax, ""))
    if syntax in (Syntax.LUCENE, Syntax.LUCENE_ESCAPED):
        assert not {"AND", "OR", "NOT"} & set(left.split())
    if syntax in (Syntax.PLAIN, Syntax.SIMPLE):
        assert read_words(written, syntax) == text


@given(bodies(st.just("old words") | TEXTS), st.text())
def test_a_replacement_changes_texts_and_nothing_else(body: dict[str, Any], new: str) -> None:
    original = copy.deepcopy(body)
    changed = replace_text(body, "Old words", new)
    assert body == original
    if changed is not None:
        assert _skeleton(changed) == _skeleton(body)
        assert _own_filters(changed) == _own_filters(body)
        assert {k: v for k, v in changed.items() if k not in _SEARCHING} == {
            k: v for k, v in body.items() if k not in _SEARCHING
        }


@given(bodies(st.just("old words") | TEXTS))
def test_replacing_there_and_back_gives_the_same_body(body: dict[str, Any]) -> None:
    there = replace_text(body, "old words", "xylophone")
    if there is not None:
        assert find_text(there) is not None
        assert replace_text(there, "XYLOPHONE", "old words") == body


@given(bodies(st.just("{{query}}")), TEXTS.filter(lambda text: " " in text))
def test_a_filled_template_is_blanked_to_the_template(template: dict[str, Any], query: str) -> None:
    filled = replace_text(template, "{{query}}", query)
    if filled is not None and query not in json.dumps(template, ensure_ascii=False):
        assert blank_text(filled, query.upper()) == template


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda x: (
            st.lists(x)
            | st.dictionaries(
                st.sampled_from(
                    ["query", "bool", "must", "match", "retriever", "rrf", "retrievers", "knn", "filter", "title"]
                ),
                x,
            )
        ),
    )
)
def test_any_shape_is_walked_without_an_error(value: Any) -> None:
    body = {"query": value, "retriever": value, "knn": value, "rescore": value, "sub_searches": value}
    assert blank_text(body, "no such text in there") == body


def test_depth_beyond_what_elasticsearch_takes_is_left_alone() -> None:
    deep: dict[str, Any] = {"match": {"title": "printer"}}
    for _ in range(5000):
        deep = {"bool": {"must": [deep]}}
    assert find_text({"query": deep}) is None


_SEARCHING = {"query", "knn", "retriever", "rescore"}


def _skeleton(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _skeleton(inner) for key, inner in value.items()}
    return [_skeleton(item) for item in value] if isinstance(value, list) else type(value)


def _own_filters(value: Any, within: str = "") -> list[Any]:
    """Everything in a place for filters, by a walk that knows nothing of the one under test."""
    if isinstance(value, list):
        return [found for item in value for found in _own_filters(item, within)]
    if not isinstance(value, dict):
        return []
    found = []
    for key, inner in value.items():
        own = key in {"must_not", "negative", "functions", "post_filter"} or (
            key == "filter" and within != "constant_score"
        )
        found += [inner] if own else _own_filters(inner, key)
    return found
