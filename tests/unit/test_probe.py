"""The probe: what it asks of the first results and what it reads of them, attribute by attribute."""

import pytest
from memory_index import MemoryIndex

from genfacet.background import read_background
from genfacet.catalog import Attribute, Catalog, Family
from genfacet.probe import probe_request, read_probe
from genfacet.sibling import Search

FIELDS = {
    "brand": Attribute("brand", "Brand", "keyword", "brand"),
    "price": Attribute("price", "Price", "number", "cents", "0.01"),
    "stock": Attribute("stock", "In stock", "boolean", "stock"),
}
FAMILY = Family("specs", "specs.name", "specs.text", "specs.number", ("attr_",))
PLAIN = Catalog(FIELDS, (), ())
SEARCH = Search("shop", {}, {"query": {"match": {"title": "lamp"}}})
DOCUMENTS = [
    {"brand": ["HP", "Canon"][n % 2], "cents": 1999 + 100 * n, **({"stock": n % 3 == 0} if n < 30 else {})}
    for n in range(40)
]


def probe(selections=None, catalog=PLAIN, sample=100):
    index, selections = MemoryIndex(DOCUMENTS), selections or {}
    return read_probe(index.answer(probe_request(SEARCH, selections, catalog, sample)), selections, catalog)


def test_attributes_are_read_in_shown_units():
    read = probe()
    assert (read.total, read.sampled) == (40, 40)
    assert read.attributes["brand"].values == (("HP", 20), ("Canon", 20))
    assert read.attributes["stock"].docs == 30
    assert dict(read.attributes["stock"].values) == {"no": 20, "yes": 10}
    price = read.attributes["price"]
    assert price.is_numeric
    assert price.quantiles[2] == pytest.approx(38.99, abs=1)
    assert ("19.99", 1) in price.values
    assert price.others == 40 - 8


def test_only_the_first_results_are_looked_at():
    read = probe(sample=10)
    assert (read.total, read.sampled) == (40, 10)
    assert read.attributes["brand"].docs == 10


def test_a_selected_attribute_is_looked_at_without_its_own_selection():
    read = probe({"brand": ("HP",), "stock": ("yes",)})
    assert read.total == sum(d["brand"] == "HP" and d.get("stock", False) for d in DOCUMENTS)
    assert dict(read.attributes["brand"].values).keys() == {"HP"}
    assert dict(read.selected["brand"].values).keys() == {"HP", "Canon"}
    assert dict(read.selected["stock"].values).keys() == {"yes", "no"}
    open_alone = probe({"~x": ("a|brand=HP",)})
    assert (open_alone.total, open_alone.selected) == (20, {})


def test_an_index_without_results_has_no_attributes():
    read = read_probe(MemoryIndex([]).answer(probe_request(SEARCH, {}, PLAIN, 100)), {}, PLAIN)
    assert (read.total, read.sampled, read.attributes) == (0, 0, {})


def test_an_excluded_field_is_not_looked_at_but_can_be_selected():
    catalog = Catalog(FIELDS, (), (), None, ("BRAND",))
    assert probe(catalog=catalog).attributes.keys() == {"price", "stock"}
    assert dict(probe({"brand": ("HP",)}, catalog).selected["brand"].values).keys() == {"HP", "Canon"}


def bucket(name, docs, texts=(), numbers=(), quantiles=None):
    def terms(values):
        return {"buckets": [{"key": key, "doc_count": count} for key, count in values], "sum_other_doc_count": 0}

    percentiles = {"values": [{"value": number} for number in quantiles or [None] * 5]}
    return {
        "key": name,
        "doc_count": docs,
        "docs": {"doc_count": docs},
        "texts": terms(texts),
        "numbers": terms(numbers),
        "quantiles": percentiles,
    }


def family_probe(*buckets, exclude=(), attributes=None):
    catalog = Catalog(attributes or {}, (FAMILY,), (), None, tuple(exclude))
    sample = {"doc_count": 100, "n0": {"names": {"buckets": list(buckets)}}}
    answer = {"hits": {"total": {"value": 100}}, "aggregations": {"sample": sample}}
    return read_probe(answer, {}, catalog).attributes


def test_names_of_a_family_become_attributes_without_their_prefixes():
    read = family_probe(bucket("attr_colour", 60, [("Black", 40), ("White", 20)]))
    assert read["colour"].attribute.label == "Colour"
    assert read["colour"].values == (("Black", 40), ("White", 20))


def test_package_weights_and_codes_that_are_excluded_stay_away():
    buckets = [
        bucket(name, 90, [("1", 50), ("2", 40)])
        for name in ("attr_package_weight", "Package depth", "EAN code", "colour", "encoder")
    ]
    assert family_probe(*buckets, exclude=["package*", "* code"]).keys() == {"colour", "encoder"}
    assert "package_weight" in family_probe(*buckets)


def test_an_attribute_under_two_names_is_read_where_more_results_carry_it():
    read = family_probe(bucket("colour", 20, [("Red", 20)]), bucket("attr_colour", 60, [("Black", 60)]))
    assert read.keys() == {"colour"}
    assert read["colour"].docs == 60


def test_a_name_with_both_kinds_of_value_is_what_most_of_its_values_are():
    numbers = [(1.5, 30), (2.0, 30)]
    mostly_numbers = family_probe(bucket("weight", 70, [("light", 10)], numbers, (1, 1.5, 1.5, 2, 2)))["weight"]
    assert mostly_numbers.is_numeric
    assert mostly_numbers.values == (("1.5", 30), ("2", 30))
    mostly_texts = family_probe(bucket("weight", 70, [("light", 60)], [(1.5, 10)], (1, 1, 1, 1, 1)))["weight"]
    assert not mostly_texts.is_numeric
    assert mostly_texts.values == (("light", 60),)


def test_a_field_of_its_own_wins_over_a_name_of_the_family():
    assert family_probe(bucket("brand", 90, [("x", 90)]), attributes={"brand": FIELDS["brand"]}) == {}


@pytest.mark.parametrize("odd", [None, "NaN"])
def test_percentiles_of_nothing_are_none(odd):
    assert not family_probe(bucket("a", 5, [("x", 5)], [], [odd] * 5))["a"].is_numeric


def test_siblings_of_equal_searches_are_equal_bytes():
    """The shard request cache compares them byte for byte."""
    other = Search("shop", {}, {"size": 3, "from": 10, **SEARCH.body})
    assert probe_request(SEARCH, {}, PLAIN, 100).encoded() == probe_request(other, {}, PLAIN, 100).encoded()


def test_the_background_counts_documents_of_the_whole_index():
    index, work = MemoryIndex(DOCUMENTS), read_background("shop", PLAIN)
    with pytest.raises(StopIteration) as stop:
        work.send(index.answer(next(work)))
    background = stop.value.value
    assert (background.total, background.docs) == (40, {"brand": 40, "price": 40, "stock": 30})
    assert index.asked[0].path == "/shop/_search"


def test_titles_are_of_the_text_field_that_weighs_most_and_asked_for_only_where_they_are_wanted():
    catalog = Catalog(FIELDS, (), ("brand", "title^3", "name^oops", "text^2"))
    asked = probe_request(SEARCH, {}, catalog, 100, titles=True).body["aggs"]["sample"]["aggs"]
    assert asked["titles"]["top_hits"]["fields"] == ["title"]
    assert "titles" not in probe_request(SEARCH, {}, catalog, 100).body["aggs"]["sample"]["aggs"]
    assert "titles" not in probe_request(SEARCH, {}, PLAIN, 100, titles=True).body["aggs"]["sample"]["aggs"]
    hits = [{"fields": {"title": ["A lamp", "its other title"]}}, {}, {"fields": {"title": [{"odd": 1}]}}]
    sample = {"doc_count": 3, "titles": {"hits": {"hits": hits}}}
    answer = {"hits": {"total": {"value": 3}}, "aggregations": {"sample": sample}}
    assert read_probe(answer, {}, PLAIN).titles == ("A lamp",)
