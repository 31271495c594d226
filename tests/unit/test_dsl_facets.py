"""What facets for elasticsearch.dsl ask for and refuse, without a server."""

from typing import Any, ClassVar

import pytest
from elasticsearch import Elasticsearch
from elasticsearch.dsl import FacetedSearch
from small_shop import INDEX_SETTINGS, shop_settings

from genfacet import GenFacet, RequestError, SettingsError
from genfacet.clauses import facet_clause
from genfacet.dsl import AttributeFacet, GenFacetedSearch
from genfacet.settings import IndexSettings

SHOP = IndexSettings.model_validate(INDEX_SETTINGS)
WORDLESS = {"path": "numbers", "name": "numbers.name", "number": "numbers.number"}


@pytest.mark.parametrize(
    ("name", "values", "selected", "texts"),
    [
        ("brand", (), ["HP", "3..5"], ["HP", "3..5"]),
        ("stock", (), [True, "no"], ["yes", "no"]),
        ("price", ["..50", "50.."], ["..50", 12.5, 1e-7], ["..50", "12.5", "0.0000001"]),
        ("size", (), [10], ["10"]),
        ("colour", (), ["Black", "Red"], ["Black", "Red"]),
        ("~use", ["quiet|text=quiet"], ["quiet|text=quiet"], ["quiet|text=quiet"]),
    ],
)
def test_a_filter_is_the_clause_of_the_selected_values(name, values, selected, texts):
    query = AttributeFacet(name, SHOP, values).add_filter(selected)
    assert query is not None
    assert query.to_dict() == facet_clause(name, texts, SHOP.catalog())


def test_no_selection_no_filter():
    assert AttributeFacet("brand", SHOP).add_filter([]) is None


@pytest.mark.parametrize(
    ("name", "values", "reason"),
    [
        ("price", (), "a number needs values"),
        ("~use", (), "an open facet needs values"),
        ("~use", ["quiet|nosuch"], "name=value"),
        ("stock", ["perhaps"], "yes or no"),
        ("price", ["cheap"], "is a number"),
        ("size", ["x" * 513], "512 characters"),
    ],
)
def test_facets_that_cannot_be_counted_are_refused_when_they_are_made(name, values, reason):
    with pytest.raises(SettingsError, match=reason):
        AttributeFacet(name, SHOP, values)


def test_attributes_that_no_field_and_no_family_holds_are_refused():
    alone = SHOP.model_copy(update={"families": []})
    with pytest.raises(SettingsError, match="no facetable attribute"):
        AttributeFacet("colour", alone)


def test_values_are_found_in_one_family_of_words_and_else_given():
    numbers = IndexSettings.model_validate({**INDEX_SETTINGS, "families": [WORDLESS]})
    both = IndexSettings.model_validate({**INDEX_SETTINGS, "families": [*INDEX_SETTINGS["families"], WORDLESS]})
    for index in (numbers, both):
        with pytest.raises(SettingsError, match="need values"):
            AttributeFacet("weight", index)
        assert AttributeFacet("weight", index, ["..5"]).get_aggregation().to_dict()["filters"]


def test_a_selected_value_that_the_attribute_cannot_have_is_a_malformed_request():
    class Products(FacetedSearch[Any]):
        facets: ClassVar[dict[str, Any]] = {"stock": AttributeFacet("stock", SHOP)}

    with pytest.raises(RequestError, match=r"'stock'.*yes or no"):
        Products("printer", filters={"stock": "perhaps"})


@pytest.fixture
def products():
    hook = GenFacet(Elasticsearch("http://localhost:1"), shop_settings("unused", "products"))

    class Products(GenFacetedSearch[Any]):
        index = "products"
        fields = ("title",)
        genfacet = hook
        facets: ClassVar[dict[str, Any]] = {"brand": AttributeFacet("brand", SHOP)}

        def search(self) -> Any:
            return super().search().extra(ext={"own": {"key": 1}})

    yield Products
    hook.close()


def body(search: Any) -> dict[str, Any]:
    written: dict[str, Any] = search.build_search().to_dict()
    return written


def test_generated_selections_go_into_the_section_and_listed_ones_stay_with_dsl(products):
    selected = {"brand": ["HP"], "price": 50, "stock": True, "colour": ("Black", "Red"), "weight": None}
    written = body(products("printer", selected, size=3, mode="soft"))
    assert written["ext"] == {
        "own": {"key": 1},
        "genfacet": {
            "selected": {"price": ["50"], "stock": ["yes"], "colour": ["Black", "Red"]},
            "user_query": "printer",
            "size": 3,
            "mode": "soft",
        },
    }
    assert "brand" in str(written["post_filter"])
    assert written["query"] == {"multi_match": {"fields": ("title",), "query": "printer"}}


def test_the_shoppers_words_can_be_given_and_are_left_out_where_they_are_too_many(products):
    assert body(products("printer", user_query="print"))["ext"]["genfacet"]["user_query"] == "print"
    assert "user_query" not in body(products("x" * 1025))["ext"]["genfacet"]
    assert body(products())["ext"]["genfacet"] == {"selected": {}}


def test_one_search_does_not_change_the_next(products):
    products("printer", {"colour": "Black"}, genfacet=object())
    assert body(products("printer"))["ext"]["genfacet"]["selected"] == {}
    assert isinstance(products("printer").genfacet, GenFacet)
