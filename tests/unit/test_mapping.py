import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genfacet.mapping import (
    FAMILY,
    LONGEST_KEYWORD,
    MappingError,
    ShapeError,
    additions,
    count_fields,
    families,
    largest_family,
    make_mapping,
    nest,
    observe,
)

SHORT_TEXT = {
    "type": "text",
    "analyzer": "standard",
    "fields": {"keyword": {"type": "keyword", "ignore_above": LONGEST_KEYWORD}},
}


def mapped(*documents, **options):
    return make_mapping(observe(documents), **options)["properties"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2], "long"),
        ([1, 2.5], "double"),
        ([2**70], "double"),
        ([True, False], "boolean"),
        (["2024-02-29", "2009-12-10T00:00:00Z", "2009-12-10T00:00:00.123+01:00"], "date"),
        (["2024-02-29", "soon"], "text"),
        (["2024-0229xx"], "text"),
        ([[1, 2], [3.5]], "double"),
        ([["a"], []], "text"),
        ([None, 7], "long"),
        ([1, "n/a"], "text"),
        ([*range(99), "n/a"], "long"),
    ],
)
def test_values_decide_the_type(values, expected):
    assert mapped(*({"field": value} for value in values))["field"]["type"] == expected


def test_short_text_gets_a_keyword_and_long_text_does_not():
    properties = mapped({"short": "x" * LONGEST_KEYWORD, "long": "x" * (LONGEST_KEYWORD + 1)})
    assert properties["short"] == SHORT_TEXT
    assert properties["long"] == {"type": "text", "analyzer": "standard"}


def test_the_analyzer_is_used_and_the_id_is_a_keyword():
    properties = mapped({"sku": 17, "title": "Red chair"}, analyzer="english", id_field="sku")
    assert properties["title"]["analyzer"] == "english"
    assert properties["sku"] == {"type": "keyword"}


def test_a_field_without_a_value_is_not_mapped():
    assert set(mapped({"id": "1", "nothing": None, "empty": [], "dict": {}})) == {"id"}


def test_odd_names_are_left_to_elasticsearch():
    assert set(mapped({"": 1, "_id": 1, "a..b": 1, "fine": 1, "a.b": 1})) == {"fine", "a.b"}


def test_a_dictionary_of_scalars_is_a_family_of_three_fields_however_many_names_it_has():
    documents = [{"attributes": {f"name {n}": n, "colour": ["red", "blue"]}} for n in range(1000)]
    root = observe(documents)
    assert make_mapping(root)["properties"] == {"attributes": FAMILY}
    assert list(families(root)) == [("attributes",)]
    assert largest_family(root) == 3


def test_pairs_that_are_nested_already_stay_as_they_are():
    documents = [{"attributes": [{"name": "colour", "value": "red"}, {"name": "width", "number": 3}]}]
    root = observe(documents)
    assert make_mapping(root)["properties"]["attributes"] == FAMILY
    assert list(families(root)) == []


def test_an_object_with_objects_keeps_its_fields_and_the_family_inside_it():
    document = {"maker": {"name": "Velmora", "address": {"city": "Oslo"}}}
    root = observe([document])
    properties = make_mapping(root)["properties"]
    assert properties["maker"]["properties"]["name"] == SHORT_TEXT
    assert properties["maker"]["properties"]["address"] == FAMILY
    assert nest(document, families(root)) == {
        "maker": {"name": "Velmora", "address": [{"name": "city", "value": "Oslo"}]}
    }


def test_pairs_of_each_kind_of_value():
    document = {
        "attributes": {
            "colour": ["red", "blue"],
            "width": 3,
            "depth": 2.5,
            "foldable": True,
            "magnetic": False,
            "unknown": None,
            "blank": " ",
        }
    }
    assert nest(document, [("attributes",)])["attributes"] == [
        {"name": "colour", "value": "red"},
        {"name": "colour", "value": "blue"},
        {"name": "width", "number": 3},
        {"name": "depth", "number": 2.5},
        {"name": "foldable", "value": "yes"},
        {"name": "magnetic", "value": "no"},
    ]


@pytest.mark.parametrize("value", ["red", 3, [1], {"a": {"b": 1}}, {"a": [[1]]}])
def test_what_is_no_dictionary_of_scalars_is_refused(value):
    with pytest.raises(ShapeError, match=r"^attributes"):
        nest({"attributes": value}, [("attributes",)])


def test_an_index_that_has_the_fields_needs_nothing_else():
    wanted = mapped({"id": "1", "title": "a", "stock": 3, "attributes": {"colour": "red"}})
    there = json.loads(json.dumps(wanted)) | {"more": {"type": "keyword"}, "stock": {"type": "integer"}}
    there["attributes"]["dynamic"] = "false"
    del there["title"]["analyzer"]  # Elasticsearch leaves the default out
    assert additions(wanted, there) == {}


def test_only_lacking_fields_are_added():
    wanted = mapped({"a": 1, "b": {"c": {"d": {"e": 1}}, "f": 2}})
    there = {"a": {"type": "long"}, "b": {"properties": {"c": wanted["b"]["properties"]["c"]}}}
    assert additions(wanted, there) == {"b": {"properties": {"f": {"type": "long"}}}}


@pytest.mark.parametrize(
    ("wanted", "there", "sentence"),
    [
        ({"type": "double"}, {"type": "keyword"}, "price is keyword there and double here"),
        ({"type": "double"}, {"type": "long"}, "price is long there and double here"),
        (FAMILY, {"properties": {}}, "price is object there and nested here"),
        (
            {"type": "text", "analyzer": "english"},
            {"type": "text"},
            "price has the analyzer standard there and english here",
        ),
    ],
)
def test_the_first_field_that_differs_is_named(wanted, there, sentence):
    with pytest.raises(MappingError, match=f"^{sentence}$"):
        additions({"price": wanted}, {"price": there})


def test_fields_are_counted_as_elasticsearch_counts_them():
    assert count_fields({"title": SHORT_TEXT, "attributes": FAMILY, "maker": {"properties": {"a": {}}}}) == 8


scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
json_values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4)
)


@given(st.lists(st.dictionaries(st.text(), json_values, max_size=5), max_size=5))
def test_any_products_have_a_mapping(documents):
    root = observe(documents)
    properties = make_mapping(root)["properties"]
    assert count_fields(properties) >= len(properties)
    for path in families(root):
        inner = properties
        for name in path[:-1]:
            inner = inner[name]["properties"]
        assert inner[path[-1]] == FAMILY


def test_what_is_nested_too_deeply_is_left_to_elasticsearch():
    value: object = 1
    for _ in range(900):
        value = {"a": value}
    assert mapped({"deep": value, "flat": 1}) == {"flat": {"type": "long"}}
