"""Clauses: closed, and exactly what the value says."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genfacet.catalog import Attribute, Catalog, Family
from genfacet.clauses import UnknownValueError, facet_clause, kind_of, selection_clauses, value_clause

CATALOG = Catalog(
    {
        "brand": Attribute("brand", "Brand", "keyword", "brand.keyword"),
        "price": Attribute("price", "Price", "number", "price_cents", "0.01"),
        "stock": Attribute("stock", "In stock", "boolean", "in_stock"),
        "size": Attribute("size", "Size", "keyword", "specs.size", ranges=False),
    },
    (Family("attributes", "attributes.name", "attributes.value", "attributes.number", ("attr_t_", "attr_n_")),),
    ("title^3", "description"),
)
ALLOWED = {"term", "terms", "range", "match", "match_phrase", "bool", "nested"}


def test_a_keyword():
    assert value_clause("brand", "HP", CATALOG) == {"terms": {"brand.keyword": ["HP"]}}


def test_a_price_is_stored_in_cents():
    assert value_clause("price", "0.29..50", CATALOG) == {"range": {"price_cents": {"gte": 29.0, "lt": 5000.0}}}
    assert value_clause("price", "19.99", CATALOG) == {"terms": {"price_cents": [1999.0]}}


def test_numbers_that_a_field_cannot_hold_are_no_values_of_it():
    """Elasticsearch refuses a whole search for one of them."""
    small = Catalog({"price": Attribute("price", "Price", "number", "cents", "0.01", most=2**31 - 1)}, (), ())
    assert value_clause("price", "5..99999999", small) == {"range": {"cents": {"gte": 500.0}}}
    assert value_clause("price", "-99999999..5", small) == {"range": {"cents": {"lt": 500.0}}}
    assert value_clause("price", "5..21474836.47", small) == {"range": {"cents": {"gte": 500.0, "lt": 2147483647.0}}}
    for beyond in ("99999999", "-99999999", "99999999..", "..-99999999", "99999998..99999999"):
        with pytest.raises(UnknownValueError, match="'price' has no such numbers"):
            value_clause("price", beyond, small)


def test_a_boolean_reads_as_words():
    assert value_clause("stock", "no", CATALOG) == {"terms": {"in_stock": [False]}}
    assert kind_of("stock", "yes", CATALOG) == "attribute"


def test_name_and_value_match_in_one_nested_object():
    clause = value_clause("colour", "Black", CATALOG)
    names = {"terms": {"attributes.name": ["colour", "attr_t_colour", "attr_n_colour"]}}
    held = {"terms": {"attributes.value": ["Black"]}}
    assert clause == {"nested": {"path": "attributes", "query": {"bool": {"filter": [names, held]}}}}


def test_a_nested_range_reads_the_number():
    clause = value_clause("weight", "..1500", CATALOG)
    assert clause["nested"]["query"]["bool"]["filter"][1] == {"range": {"attributes.number": {"lt": 1500.0}}}
    assert kind_of("weight", "..1500", CATALOG) == "range"


def test_flattened_fields_have_no_ranges():
    assert value_clause("size", "1..2", CATALOG) == {"terms": {"specs.size": ["1..2"]}}
    with pytest.raises(UnknownValueError):
        value_clause("~fit", "fits|size=1..2", CATALOG)


def test_an_open_value_means_all_of_its_constraints():
    clause = value_clause("~use", "travel|weight=..1500|text=light,ultra light", CATALOG)
    nested, phrases = clause["bool"]["filter"]
    assert nested["nested"]["path"] == "attributes"
    assert {"match_phrase": {"title": "ultra light"}} in phrases["bool"]["should"]
    assert {"match_phrase": {"description": "light"}} in phrases["bool"]["should"]


def test_open_words_alone_are_the_phrase():
    assert value_clause("~use", "quiet", CATALOG)["bool"]["should"] == [
        {"match_phrase": {"title": "quiet"}},
        {"match_phrase": {"description": "quiet"}},
    ]


def test_any_within_a_facet_all_across():
    clauses = selection_clauses({"brand": ("HP", "Canon"), "stock": ("yes",), "price": ()}, CATALOG)
    assert clauses[0] == {"terms": {"brand.keyword": ["HP", "Canon"]}}
    ranges = facet_clause("price", ["..50", "100.."], CATALOG)
    assert ranges["bool"]["should"] == [value_clause("price", "..50", CATALOG), value_clause("price", "100..", CATALOG)]
    assert len(clauses) == 2
    assert selection_clauses({"brand": ("HP",), "stock": ("yes",)}, CATALOG, without="brand") == clauses[1:]


@pytest.mark.parametrize(
    ("name", "value"),
    [("price", "cheap"), ("stock", "maybe"), ("brand", ""), ("~use", "|"), ("~use", "x|~y=1"), ("", "x")],
)
def test_what_the_catalogue_cannot_hold_is_refused(name, value):
    with pytest.raises(UnknownValueError):
        value_clause(name, value, CATALOG)


@given(st.text(max_size=30), st.text(max_size=80))
def test_the_builder_is_closed(name, value):
    for facet in (name, "~" + name):
        try:
            clause = value_clause(facet, value, CATALOG)
        except UnknownValueError:
            continue
        json.dumps(clause)
        _assert_closed(clause)


def _assert_closed(clause):
    assert len(clause) == 1
    kind, inner = next(iter(clause.items()))
    assert kind in ALLOWED
    if kind == "nested":
        assert inner.keys() == {"path", "query"}
        assert inner["path"] == "attributes"
        _assert_closed(inner["query"])
    elif kind == "bool":
        assert inner.keys() <= {"filter", "should", "minimum_should_match"}
        for part in (*inner.get("filter", ()), *inner.get("should", ())):
            _assert_closed(part)
    else:
        assert len(inner) == 1
        field = next(iter(inner))
        assert field in {"brand.keyword", "price_cents", "in_stock", "specs.size", "title", "description"} or (
            field.startswith("attributes.")
        )
