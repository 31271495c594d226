"""From what a client asks to what is executed: which selections hold, in which mode, and what counts stand on."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from search_bodies import bodies

from genfacet.catalog import Attribute, Catalog, Family
from genfacet.planning import make_plan, relax, without
from genfacet.request import read_request
from genfacet.sibling import Search

CATALOG = Catalog(
    {
        "brand": Attribute("brand", "Brand", "keyword", "brand"),
        "price": Attribute("price", "Price", "number", "price"),
        "stock": Attribute("stock", "Stock", "boolean", "stock"),
    },
    (Family("specs", "specs.name", "specs.value", "specs.number"),),
    ("title", "description"),
)
FIXED = Catalog(CATALOG.attributes, (), ())
QUERY = {"match": {"title": "printer"}}
HP = {"terms": {"brand": ["HP"]}}
CHEAP = {"range": {"price": {"lt": 50.0}}}
QUIET = {"match_phrase": {"title": "very quiet"}}


def plan(body=None, params=None, catalog=CATALOG, **section):
    search = Search("shop", params or {}, {"query": QUERY} if body is None else body)
    return make_plan(search, read_request(section), catalog, 3.0)


def filters(made):
    return made.executed.body["query"]["bool"]["filter"]


def test_without_a_selection_the_very_same_body_goes_out():
    for section in ({}, {"selected": {}}, {"selected": {"brand": []}}, {"mode": "rewrite"}):
        made = plan(**section)
        assert made.executed is made.original
        assert made.is_untouched
        assert made.mode is None
        assert made.user_query == "printer"


def test_attributes_filter_and_the_base_is_without_them():
    made = plan(selected={"brand": ["HP"], "price": ["..50"]})
    assert made.mode == "filter"
    assert made.executed.body == {"query": {"bool": {"must": [QUERY], "filter": [HP, CHEAP]}}}
    assert made.base.body == {"query": QUERY}


def test_a_soft_selection_keeps_all_hits():
    made = plan(selected={"brand": ["HP"]}, mode="soft")
    assert made.mode == "soft"
    assert made.executed.body["query"]["function_score"]["functions"] == [{"filter": HP, "weight": 3.0}]
    assert plan({"query": QUERY, "sort": ["price"]}, selected={"brand": ["HP"]}, mode="soft").mode == "filter"


def test_open_values_change_the_words_and_attributes_still_filter():
    made = plan(selected={"brand": ["HP"], "~noise": ["very quiet"]})
    assert (made.mode, made.rewritten) == ("rewrite", "printer very quiet")
    assert made.base.body == {"query": {"match": {"title": "printer very quiet"}}}
    executed = json.dumps(made.executed.body)
    assert json.dumps(HP) in executed
    assert json.dumps(QUIET) in executed, "what the words may miss is ranked first all the same"


def test_a_rewrite_that_a_client_sends_back_is_used_as_it_is():
    made = plan(selected={"~noise": ["very quiet"]}, rewritten="silent printer")
    assert made.rewritten == "silent printer"
    assert made.base.body == {"query": {"match": {"title": "silent printer"}}}
    alone = plan(rewritten="silent printer")
    assert (alone.mode, alone.executed.body) == ("rewrite", {"query": {"match": {"title": "silent printer"}}})
    assert plan(rewritten="silent printer", mode="filter").executed.body == {"query": QUERY}


@pytest.mark.parametrize(
    "body",
    [
        {"query": {"term": {"brand": "x"}}},
        {"query": {"query_string": {"query": "title:printer OR x"}}},
        {},
        {"query": {"match": {"title": "something else"}}},
    ],
)
def test_where_the_body_holds_no_text_of_the_query_open_values_filter(body):
    made = plan(body, selected={"~noise": ["very quiet"]}, mode="rewrite", user_query="printer")
    assert (made.mode, made.rewritten) == ("filter", None)
    assert json.dumps(QUIET) in json.dumps(filters(made))


def test_under_a_sort_open_values_filter_unless_a_rewrite_is_asked_for():
    body = {"query": QUERY, "sort": ["price"]}
    assert plan(body, selected={"~noise": ["very quiet"]}).mode == "filter"
    asked = plan(body, selected={"~noise": ["very quiet"]}, mode="rewrite")
    assert asked.mode == "rewrite"
    assert "function_score" not in asked.executed.body["query"]
    assert asked.executed.body["sort"] == ["price"]
    assert plan(params={"sort": "price:asc"}, selected={"~noise": ["very quiet"]}).mode == "filter"


def test_selections_that_do_not_hold_are_named_with_the_reason():
    made = plan(
        catalog=FIXED,
        selected={"brand": ["HP"], "colour": ["red"], "price": ["cheap"], "stock": ["maybe"], "~x": ["a|colour=red"]},
    )
    assert made.selections == {"brand": ("HP",)}
    assert filters(made) == [HP]
    assert {ignored.name: ignored.reason for ignored in made.ignored} == {
        "colour": "'colour' is no facetable attribute",
        "price": "'price' is a number",
        "stock": "'stock' is yes or no",
        "~x": "'colour' is no facetable attribute",
    }


def test_one_bad_value_does_not_take_the_others_with_it():
    made = plan(selected={"stock": ["maybe", "yes"]})
    assert filters(made) == [{"terms": {"stock": [True]}}]
    assert [ignored.as_json()["value"] for ignored in made.ignored] == ["maybe"]
    nothing_left = plan(selected={"stock": ["maybe"]})
    assert nothing_left.is_untouched
    assert nothing_left.mode is None


HOSTILE = [
    '{"match_all": {}}',
    '"}}, {"script": {"source": "System.exit(0)"}}',
    '*:* OR _exists_:secret',
    "../../_security/user",
    "x|script=1..2",
    "a|_id=1,2",
    "a|secret=x",
    "a|text=b\\|c,*",
    "{{query}}",
    "..", "1..", "\\", "|", "=", "~", "text", "\x00\x1f", "💥" * 100,
]  # fmt: skip
ALLOWED = {"terms", "range", "match_phrase", "bool", "nested"}
FIELDS = {"brand", "price", "stock", "specs.name", "specs.value", "specs.number", "title", "description"}


def leaves(clause):
    """(kind, field) of every clause that looks at documents."""
    ((kind, options),) = clause.items()
    assert kind in ALLOWED
    if kind == "bool":
        assert options.keys() <= {"filter", "should", "minimum_should_match"}
        return [leaf for key in ("filter", "should") for inner in options.get(key, []) for leaf in leaves(inner)]
    return leaves(options["query"]) if kind == "nested" else [(kind, *options)]


@given(
    st.sampled_from(["brand", "price", "stock", "colour", "~use", "_id", "secret", "_source", "*"]),
    st.lists(st.sampled_from(HOSTILE) | st.text(min_size=1, max_size=40), min_size=1, max_size=3),
)
def test_hostile_selections_become_closed_clauses_on_configured_fields_or_are_ignored(name, values):
    values = [value for value in values if value.isprintable() or value in HOSTILE]
    made = plan(selected={name: values}, mode="filter")
    for clause in filters(made) if made.selections else []:
        for _, field in leaves(clause):
            assert field in FIELDS
    assert len(made.ignored) + sum(map(len, made.selections.values())) == len(set(values))


@given(bodies(), st.sampled_from(["filter", "soft", "rewrite", "auto"]), st.sampled_from(["brand", "~noise"]))
def test_a_plan_leaves_the_users_body_alone(body, mode, name):
    original = copy.deepcopy(body)
    made = plan(body, selected={name: ["HP"]}, mode=mode)
    assert body == original
    touched = {"query", "knn", "retriever", "post_filter", "rescore"}
    assert {k: v for k, v in made.executed.body.items() if k not in touched} == {
        k: v for k, v in body.items() if k not in touched
    }


def test_a_rewrite_that_finds_nothing_gives_way_to_the_query_once_and_hard_filters_stay():
    made = plan(selected={"brand": ["HP"], "~noise": ["very quiet"]})
    relaxed = relax(made, 0, 3.0)
    assert relaxed.relaxed
    assert relaxed.base.body == {"query": QUERY}
    softened = relaxed.executed.body["query"]["function_score"]
    assert softened["query"] == {"bool": {"must": [QUERY], "filter": [HP]}}
    assert [boost["filter"]["bool"]["should"][0] for boost in softened["functions"]] == [QUIET]
    assert relax(relaxed, 0, 3.0) is None


def test_nothing_else_is_relaxed():
    selected = {"~noise": ["very quiet"]}
    assert relax(plan(selected=selected), 1, 3.0) is None
    assert relax(plan(selected={"brand": ["HP"]}), 0, 3.0) is None
    assert relax(plan({"query": QUERY, "from": 10}, selected=selected), 0, 3.0) is None
    assert relax(plan({"query": QUERY, "search_after": [1]}, selected=selected), 0, 3.0) is None
    assert relax(plan(params={"from": "10"}, selected=selected), 0, 3.0) is None


def test_what_is_gone_leaves_the_selection_with_its_reason():
    made = plan(selected={"brand": ["HP", "Nokia"]})
    left = without(made, {("brand", "Nokia"): "gone"}, 3.0)
    assert left.selections == {"brand": ("HP",)}
    assert filters(left) == [HP]
    assert [ignored.as_json() for ignored in left.ignored] == [{"name": "brand", "value": "Nokia", "reason": "gone"}]
    nothing = without(left, {("brand", "HP"): "gone"}, 3.0)
    assert nothing.is_untouched
    assert (nothing.mode, len(nothing.ignored)) == (None, 2)


def test_a_query_of_the_url_wins_and_is_filtered():
    made = plan({"size": 1}, {"q": "printer", "df": "title", "routing": "r"}, selected={"brand": ["HP"]})
    assert made.user_query == "printer"
    asked = {"query_string": {"query": "printer", "default_field": "title"}}
    assert made.executed.body == {"size": 1, "query": {"bool": {"must": [asked], "filter": [HP]}}}
    assert made.executed.params == {"routing": "r"}


@pytest.mark.parametrize("number", ["9" * 20, "9" * 5000, "٣", "-1", "x", ""])
def test_a_number_of_the_url_that_is_none_stays_for_elasticsearch_to_refuse(number):
    for key in ("from", "terminate_after"):
        made = plan(params={key: number}, selected={"brand": ["HP"]})
        assert key not in made.executed.body
        assert made.executed.params == {key: number}
    assert plan(params={"from": "30"}, selected={"brand": ["HP"]}).executed.body["from"] == 30
