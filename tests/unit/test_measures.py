"""A case worked out by hand: four results, a facet that halves them and one that says the same again."""

from genfacet.catalog import Attribute, Catalog
from genfacet.facets import Facet, FacetValue
from genfacet.measures import Matches, coverage, jaccard, matches_request, read_matches, redundancy, selectivity
from genfacet.sibling import Search

CATALOG = Catalog({name: Attribute(name, name, "keyword", name) for name in ("colour", "shade")}, (), ())


def facet(name, **counts):
    values = tuple(FacetValue(value, value, count) for value, count in counts.items())
    return Facet(name, name, "attribute", "test", "", values)


FACETS = [facet("colour", black=2, white=1), facet("shade", dark=2)]
MATCHES = Matches(
    frozenset("abcd"),
    {
        ("colour", "black"): frozenset("ab"),
        ("colour", "white"): frozenset("c"),
        ("shade", "dark"): frozenset("ab"),
    },
)


def test_coverage_is_the_union():
    assert coverage(MATCHES) == 3 / 4
    assert coverage(Matches(frozenset(), {})) == 0


def test_redundancy_compares_values_of_different_facets():
    # black ~ dark: 1, white ~ dark: 0; black ~ white are of one facet.
    assert redundancy(MATCHES) == 0.5
    assert jaccard(frozenset("ab"), frozenset("bc")) == 1 / 3


def test_selectivity_is_what_a_value_removes():
    assert selectivity(FACETS, 4) == ((1 - 2 / 4) + (1 - 1 / 4) + (1 - 2 / 4)) / 3
    assert selectivity([], 4) == 0


def test_marks_are_read_back():
    search = Search("shop", {}, {"query": {"match": {"title": "lamp"}}, "from": 10, "aggs": {}})
    request = matches_request(search, FACETS, CATALOG, first=4)
    marks = request.body["query"]["bool"]["should"]
    assert [mark["bool"]["_name"] for mark in marks] == ["0", "1", "2"]
    assert marks[2]["bool"]["filter"] == [{"terms": {"shade": ["dark"]}}]
    assert request.body["query"]["bool"]["must"] == [{"match": {"title": "lamp"}}]
    assert "from" not in request.body
    hits = [
        {"_id": "a", "matched_queries": ["0", "2"]},
        {"_id": "b", "matched_queries": ["0", "2"]},
        {"_id": "c", "matched_queries": ["1"]},
        {"_id": "d"},
    ]
    assert read_matches({"hits": {"hits": hits}}, FACETS) == MATCHES


def test_a_knn_search_cannot_be_marked():
    assert matches_request(Search("shop", {}, {"knn": {"field": "v"}}), FACETS, CATALOG) is None
