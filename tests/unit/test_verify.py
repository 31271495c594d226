"""Counts of a facet are what selecting would find; dead ends are dropped and selected values stay."""

from itertools import product

from memory_index import MemoryIndex

from genfacet.catalog import Attribute, Catalog
from genfacet.clauses import selection_clauses
from genfacet.facets import Definition
from genfacet.rewrite import filter_body
from genfacet.sibling import Search, sibling
from genfacet.verify import Counts, counts_request, read_counts, uncounted_facets, verified_facets

CATALOG = Catalog(
    {
        "brand": Attribute("brand", "Brand", "keyword", "brand"),
        "price": Attribute("price", "Price", "number", "cents", "0.01"),
        "stock": Attribute("stock", "In stock", "boolean", "stock"),
    },
    (),
    ("title",),
)
SEARCH = Search("shop", {}, {"query": {"match": {"title": "lamp"}}, "post_filter": {"terms": {"sold": [False]}}})
DOCUMENTS = [
    {"brand": ["HP", "Canon"][n % 2], "cents": 500 * n, "stock": n % 3 == 0, "sold": n % 7 == 0} for n in range(50)
]
DEFINITIONS = (
    Definition("brand", "Brand", "attribute", "test", ("HP", "Canon", "Nokia"), ("HP", "Canon", "Nokia"), True),
    Definition("price", "Price", "range", "test", ("..50", "50..200", "200.."), ("a", "b", "c")),
    Definition("stock", "In stock", "attribute", "test", ("yes", "no"), ("Yes", "No")),
)


def count(selections, definitions=DEFINITIONS, documents=DOCUMENTS):
    answer = MemoryIndex(documents).answer(counts_request(SEARCH, definitions, selections, CATALOG))
    return read_counts(answer, definitions, selections)


def hits(selections):
    """What the search finds with these selections as filters."""
    body = filter_body(SEARCH.body, selection_clauses(selections, CATALOG))
    return MemoryIndex(DOCUMENTS).answer(sibling("hits", SEARCH.with_body(body), {}))["hits"]["total"]["value"]


def test_every_count_is_what_selecting_this_value_alone_in_its_facet_finds():
    for brand, price in product([(), ("HP",), ("HP", "Canon")], [(), ("..50",)]):
        selections = {name: values for name, values in (("brand", brand), ("price", price)) if values}
        counts = count(selections)
        assert counts.total == hits(selections)
        for definition in DEFINITIONS:
            for value in definition.values:
                assert counts.values[definition.name][value] == hits({**selections, definition.name: (value,)})
            others = {name: values for name, values in selections.items() if name != definition.name}
            assert counts.totals[definition.name] == hits(others)


def test_values_are_data_and_never_names_of_aggregations():
    hostile = 'x"}, "script": {} ['
    definition = Definition("brand", "Brand", "attribute", "test", (hostile, "HP"), ("a", "b"))
    request = counts_request(SEARCH, (definition,), {"brand": (hostile,)}, CATALOG)
    assert request.body["aggs"].keys() == {"f0", "all", "known"}
    assert request.body["aggs"]["f0"]["filters"]["filters"].keys() == {"0", "1"}


def test_nothing_beyond_matching_is_copied_into_a_request_for_counts():
    search = Search(
        "shop",
        {"routing": "r", "from": "7", "scroll": "1m", "filter_path": "hits"},
        {**SEARCH.body, "from": 7, "size": 9, "sort": ["x"], "highlight": {}, "aggs": {"own": {}}, "collapse": {}},
    )
    request = counts_request(search, DEFINITIONS, {}, CATALOG)
    assert request.params == {"routing": "r"}
    assert request.body.keys() == {"query", "size", "track_total_hits", "timeout", "aggs"}
    assert request.body["size"] == 0


def test_several_searches_in_one_are_counted_as_what_any_of_them_finds():
    texts = [{"match": {"title": "lamp"}}, {"match": {"brand": "lamp"}}]
    search = Search("shop", {}, {"sub_searches": [{"query": text} for text in texts], "rank": {"rrf": {}}})
    request = counts_request(search, DEFINITIONS, {}, CATALOG)
    assert request.body["query"] == {"bool": {"should": texts}}
    assert request.body.keys() == {"query", "size", "track_total_hits", "timeout", "aggs"}


def test_dead_ends_are_dropped_and_the_most_frequent_comes_first():
    counts = Counts(9, {"brand": {"HP": 2, "Canon": 7, "Nokia": 0}}, {"brand": 9}, (), True)
    (facet,) = verified_facets(DEFINITIONS[:1], counts, {}, 5, 6)
    assert [(value.value, value.count) for value in facet.values] == [("Canon", 7), ("HP", 2)]
    assert facet.reason == "splits 9 results into 2 parts"


def test_ordered_values_keep_their_order():
    counts = Counts(9, {"price": {"..50": 1, "50..200": 3, "200..": 5}}, {"price": 9}, (), True)
    (facet,) = verified_facets(DEFINITIONS[1:2], counts, {}, 5, 6)
    assert [value.value for value in facet.values] == ["..50", "50..200", "200.."]


def test_a_facet_that_offers_no_choice_is_not_shown():
    for counted in ({"yes": 9, "no": 0}, {"yes": 0, "no": 0}, {"yes": 9, "no": 9}):
        assert verified_facets(DEFINITIONS[2:], Counts(9, {"stock": counted}, {"stock": 9}, (), True), {}, 5, 6) == []


def test_one_open_value_is_a_choice_where_it_does_not_hold_for_all():
    use = Definition("~use", "Use", "open", "test", ("travel", "desk"), ("travel", "desk"))
    counts = Counts(9, {"~use": {"travel": 4, "desk": 0}}, {"~use": 9}, (), True)
    (facet,) = verified_facets((use,), counts, {}, 5, 6)
    assert facet.reason == "splits 9 results into 1 part"
    everywhere = Counts(9, {"~use": {"travel": 9, "desk": 0}}, {"~use": 9}, (), True)
    assert verified_facets((use,), everywhere, {}, 5, 6) == []


def test_selected_values_come_back_first_and_beyond_every_bound():
    selections = {"stock": ("no",), "brand": ("Nokia", "HP", "Canon")}
    facets = verified_facets(DEFINITIONS, count(selections), selections, size=1, most=1)
    assert [facet.name for facet in facets] == ["brand", "stock"]
    assert {value.value: value.selected for value in facets[0].values} == {"HP": True, "Canon": True, "Nokia": True}
    assert [value.value for value in facets[1].values] == ["no"]
    assert facets[0].reason.startswith("selected: holds for ")


def test_only_values_that_no_document_of_the_index_has_are_missing():
    selections = {"brand": ("HP", "Nokia"), "price": ("900000..",), "stock": ("yes",)}
    assert count(selections).missing == (("brand", "Nokia"),)
    assert count({"~use": ("any words",)}, definitions=()).missing == (), "words are always good"
    empty = [{"brand": "Canon", "stock": True}]
    assert set(count(selections, documents=empty).missing) == {
        ("brand", "HP"),
        ("brand", "Nokia"),
        ("price", "900000.."),
    }


def test_without_counts_there_are_only_selected_values():
    definition = Definition("brand", "Brand", "attribute", "selection", ("HP",), ("HP",))
    (facet,) = uncounted_facets([definition])
    assert facet.as_json()["values"] == [{"value": "HP", "label": "HP", "count": None, "selected": True}]
