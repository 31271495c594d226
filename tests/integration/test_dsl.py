"""Facets for elasticsearch.dsl: of configured attributes in any FacetedSearch, and generated ones beside them."""

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import pytest
from elasticsearch import AsyncElasticsearch, BadRequestError, Elasticsearch
from elasticsearch.dsl import AsyncFacetedSearch, Document, FacetedSearch, Q, TermsFacet, Text
from sidecar_servers import misbehaving
from small_shop import documents, opened_shop, shop_settings

from genfacet import AsyncGenFacet, GenFacet, dsl
from genfacet.dsl import AsyncGenFacetedSearch, AttributeFacet, GenFacetedSearch

INDEX = "genfacet-test-dsl"
OTHER = "genfacet-test-dsl-other"
FIELDS = ("title^3", "description")
SHOP = shop_settings("unused", INDEX).indices[INDEX]
PRICES = ["..50", "50..100", "100..250.5", "250.5.."]
USES = ["small offices|weight=..15|text=office,quiet", "cheap|price=..120|stock=yes"]
FACETS = {
    "brand": AttributeFacet("brand", SHOP),
    "stock": AttributeFacet("stock", SHOP),
    "price": AttributeFacet("price", SHOP, PRICES),
    "rating": AttributeFacet("rating", SHOP, ["2.5", "3.5..5"]),
    "size": AttributeFacet("size", SHOP),
    "technology": AttributeFacet("technology", SHOP),
    "colours": AttributeFacet("colour", SHOP),
    "weight": AttributeFacet("weight", SHOP, ["..5", "5..20", "20.."]),
    "trays": AttributeFacet("trays", SHOP, ["1", "2", "3"]),
    "uses": AttributeFacet("~use", SHOP, USES),
}
SELECTIONS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "one": {"brand": "HP"},
    "many": {
        "brand": ["HP", 'O"Neil, {x} | y'],
        "colours": ["Black", "Red"],
        "stock": True,
        "price": ["..50", "100..250.5"],
    },
    "numbers": {"rating": [2.5, "3.5..5"], "trays": [1, 2], "size": [10, "A4"], "weight": "5..20"},
    "open": {"uses": USES, "technology": ["Laser"]},
    "no result": {"price": ["..50"], "weight": ["20.."], "uses": [USES[0]]},
}
every_selection = pytest.mark.parametrize("selected", SELECTIONS.values(), ids=SELECTIONS.keys())


@pytest.fixture(scope="module")
def shop(client: Elasticsearch) -> Iterator[str]:
    with opened_shop(client, INDEX) as name:
        yield name


@pytest.fixture(scope="module")
def hook(client: Elasticsearch, es_url: str, shop: str) -> Iterator[GenFacet]:
    opened = GenFacet(client, shop_settings(es_url, shop, engine={"deadline_ms": 5000}))
    yield opened
    opened.close()


@pytest.fixture
def listed(client: Elasticsearch, shop: str) -> type[FacetedSearch[Any]]:
    """An ordinary faceted search of an application."""

    class Listed(FacetedSearch[Any]):
        index = shop
        using: Any = client
        fields = FIELDS
        facets = FACETS

    return Listed


@pytest.fixture
def generated(hook: GenFacet, shop: str) -> type[GenFacetedSearch[Any]]:
    """The same search, with generated facets only."""

    class Generated(GenFacetedSearch[Any]):
        index = shop
        fields = FIELDS
        genfacet = hook

    return Generated


def total(search: Any) -> int:
    found = search.execute()
    assert found.hits.total.relation == "eq"
    return int(found.hits.total.value)


def chosen(selected: dict[str, Any], name: str) -> set[str]:
    """The selected values of a facet as answers write them."""
    values = selected.get(name, [])
    return {"yes" if value is True else str(value) for value in (values if isinstance(values, list) else [values])}


def attribute_values(product: dict[str, Any], name: str) -> list[Any]:
    named = (a for a in product["attributes"] if a["name"] in (name, f"attr_{name}"))
    return [a.get("value", a.get("number")) for a in named]


def printers(keep: Callable[[dict[str, Any]], bool] = bool) -> list[dict[str, Any]]:
    """What a search for printers finds, known without Elasticsearch."""
    words = ((p, f"{p['title']} {p['description']}".split()) for p in documents().values())
    return [product for product, text in words if "printer" in text and keep(product)]


# Configured attributes in an ordinary FacetedSearch


@every_selection
def test_a_count_is_what_selecting_the_value_finds(listed, selected):
    facets = listed("printer", filters=selected).execute().facets
    assert set(facets) == set(FACETS)
    for name in FACETS:
        shown = facets[name]
        assert len(shown) > 1 or selected, name
        for value, count, is_selected in shown:
            assert count == total(listed("printer", filters={**selected, name: [value]})), (name, value)
            assert count > 0 or is_selected
        assert {value for value, _, is_selected in shown if is_selected} == chosen(selected, name)


def test_counts_are_those_of_the_documents(listed):
    facets = listed("printer", filters={"colours": ["Black"], "price": ["50..100", "100..250.5"]}).execute().facets
    affordable = printers(lambda p: 5000 <= p["price_cents"] < 25050)
    both = [p for p in affordable if "Black" in attribute_values(p, "colour")]
    brands = {p["brand"] for p in both if "brand" in p}
    expected = {brand: sum(p.get("brand") == brand for p in both) for brand in brands}
    assert {value: count for value, count, _ in facets.brand} == expected
    assert [count for _, count, _ in facets.brand] == sorted(expected.values(), reverse=True)
    assert {value: count for value, count, _ in facets.colours} == {
        colour: sum(colour in attribute_values(p, "colour") for p in affordable) for colour in ("Black", "White", "Red")
    }
    assert [v for v, _, _ in facets.stock] == ["yes", "no"]
    assert facets.stock[0][1] == sum(p["in_stock"] for p in both)
    assert [v for v, _, _ in facets.price] == PRICES


def test_a_selected_value_that_is_not_shown_comes_back(listed, client):
    class Short(listed):
        facets: ClassVar[dict[str, Any]] = {
            "brand": AttributeFacet("brand", SHOP, size=2),
            "price": AttributeFacet("price", SHOP, ["..100"]),
        }

    every = listed("printer").execute().facets.brand
    rarest, count, _ = every[-1]
    shown = Short("printer", filters={"brand": [rarest, "NoSuchBrand"]}).execute().facets.brand
    assert shown == [(rarest, count, True), ("NoSuchBrand", 0, True)]
    assert Short("printer").execute().facets.brand == every[:2]
    # One request cannot tell the count of a range that the facet does not list.
    prices = Short("printer", filters={"price": "300..400"}).execute().facets.price
    assert prices == [("..100", len(printers(lambda p: p["price_cents"] < 10000)), False), ("300..400", None, True)]


def test_a_count_that_a_shard_does_not_tell_is_not_shown(client, monkeypatch):
    products = documents()
    for product in list(products.values())[:100]:
        product["group"] = "frequent"
    index = SHOP.model_copy(update={"facets": {"group": SHOP.facets["brand"].model_copy(update={"field": "group"})}})
    monkeypatch.setattr(dsl, "READ", 3)
    monkeypatch.setattr(dsl, "READ_BY_SHARD", 3)

    class Grouped(FacetedSearch[Any]):
        using: Any = client
        facets: ClassVar[dict[str, Any]] = {"group": AttributeFacet("group", index, size=3)}

    with opened_shop(client, OTHER, products) as Grouped.index:
        facets = Grouped(filters={"group": "g3"}).execute().facets
    assert facets.group == [("frequent", 100, False), ("g3", None, True)]


def test_words_that_a_number_would_be_selected_with_are_not_shown(client):
    attributes = [
        {"name": "ports", "value": "4"},
        {"name": "ports", "value": "none"},
        {"name": "seats", "value": "2"},
        {"name": "attr_seats", "value": "2"},  # said twice, still one product
        {"name": "seats", "value": "2..4"},
    ]
    products = {f"p{number}": {"title": "hub", "attributes": attributes} for number in range(3)}
    products["p3"] = {"title": "hub", "attributes": [{"name": "ports", "number": 4}]}

    class Hubs(FacetedSearch[Any]):
        using: Any = client
        facets: ClassVar[dict[str, Any]] = {name: AttributeFacet(name, SHOP) for name in ("ports", "seats")}

    with opened_shop(client, OTHER, products) as Hubs.index:
        facets = Hubs(filters={"ports": ["4"]}).execute().facets
        assert facets.ports == [("none", 3, False), ("4", None, True)]
        assert Hubs(filters={"ports": ["4"]}).execute().hits.total.value == 4
        # Nobody's seats are numbers, so "2" can only be the word; "2..4" always means a range.
        assert facets.seats == [("2", 3, False)]


async def test_the_asynchronous_faceted_search(es_url, shop, listed):
    selected = SELECTIONS["many"]
    async with AsyncElasticsearch(es_url) as opened:

        class Listed(AsyncFacetedSearch[Any]):
            index = shop
            using: Any = opened
            fields = FIELDS
            facets = FACETS

        found = await Listed("printer", filters=selected).execute()
    assert found.facets == listed("printer", filters=selected).execute().facets


# Generated facets


GENERATED: dict[str, dict[str, Any]] = {
    "nothing": {},
    "closed": {"colour": ["Black", "Red"], "stock": True, "price": ["50..300"], "trays": [1, 2]},
    "open": {"~use": USES[0], "technology": ["Laser"]},
}


@pytest.mark.parametrize("selected", GENERATED.values(), ids=GENERATED.keys())
def test_generated_counts_are_what_selecting_the_value_finds(generated, selected):
    found = generated("printer", filters=selected, mode="filter", size=6).execute()
    shown = found.facets.to_dict()
    assert len(shown) == 6
    assert set(selected) < set(shown)
    for name, values in shown.items():
        for value, count, is_selected in values:
            alone = generated("printer", filters={**selected, name: value}, mode="filter")
            assert alone.count() == count, (name, value)
            assert count > 0 or is_selected
            assert is_selected == (value in chosen(selected, name))
    assert found.hits.total.value == generated("printer", filters=selected, mode="filter").count()


def test_generated_facets_follow_the_query_and_have_labels(generated):
    found = generated("printer", size=3, values=2, explain=True).execute()
    assert found.genfacet == found.to_dict()["ext"]["genfacet"]
    assert found.genfacet["query"]["original"] == "printer"
    assert list(found.facets) == [facet["name"] for facet in found.genfacet["facets"]]
    assert [len(values) for values in found.facets.to_dict().values()] == [2, 2, 2]
    assert all(facet["label"] and facet["reason"] for facet in found.genfacet["facets"])
    assert generated("nosuchword").execute().facets == {}


def test_what_dsl_offers_still_works(generated, shop):
    class Product(Document):
        title = Text()

        class Index:
            name = shop

    class Products(generated):
        doc_types: ClassVar[list[Any]] = [Product]

        def search(self) -> Any:
            return super().search().filter("term", in_stock=True).extra(ext={}, min_score=0.1)

        def query(self, search: Any, query: Any) -> Any:
            return search.query(query)

    search = Products(Q("multi_match", query="printer", fields=list(FIELDS)), {"brand": ["HP"]}, ["price_cents"])
    search.params(preference="_local")
    found = search[2:5].execute()
    expected = printers(lambda p: p["in_stock"] and p.get("brand") == "HP")
    assert all(isinstance(hit, Product) for hit in found)
    titles = [p["title"] for p in sorted(expected, key=lambda p: p["price_cents"])]
    assert [hit.title for hit in found] == titles[2:5]
    assert found.hits.total.value == search.count() == len(expected)
    assert {v: c for v, c, _ in found.facets.brand}["HP"] == len(expected)
    assert search.execute() is found  # once, as dsl's own
    assert "<em>" in str(generated("printer").execute()[0].meta.highlight.to_dict())


def test_facets_of_the_class_and_generated_ones_narrow_each_other(generated):
    class Both(generated):
        facets: ClassVar[dict[str, Any]] = {
            "brand": AttributeFacet("brand", SHOP),
            "groups": TermsFacet(field="group", size=100),
            "price": AttributeFacet("price", SHOP, PRICES),
        }

    selected = {"brand": ["HP", "Canon"], "colour": ["Black"], "price": "100..250.5"}
    found = Both("printer", filters=selected, size=20).execute()
    facets = found.facets
    assert list(facets)[:3] == ["brand", "groups", "price"]
    assert [value for value, _, is_selected in facets.price if is_selected] == ["100..250.5"]
    black = printers(lambda p: "Black" in attribute_values(p, "colour"))
    priced = [p for p in black if 10000 <= p["price_cents"] < 25050]
    every = [p for p in priced if p.get("brand") in ("HP", "Canon")]
    assert found.hits.total.value == Both("printer", filters=selected).count() == len(every)
    assert {v: c for v, c, _ in facets.brand} == {
        brand: sum(p.get("brand") == brand for p in priced) for brand in {p["brand"] for p in priced if "brand" in p}
    }
    assert sum(c for _, c, _ in facets.groups) == len(every)
    others = printers(lambda p: p.get("brand") in ("HP", "Canon") and 10000 <= p["price_cents"] < 25050)
    assert {(v, c, s) for v, c, s in facets.colour} == {
        (colour, sum(colour in attribute_values(p, "colour") for p in others), colour == "Black")
        for colour in ("Black", "White", "Red")
    }


def test_open_values_rewrite_and_the_rewrite_is_state(generated):
    first = generated("printer", filters={"~use": "laser scanner|technology=Laser"}).execute()
    query = first.genfacet["query"]
    assert (query["mode"], query["rewritten"]) == ("rewrite", "printer laser scanner")
    assert [(v, s) for v, _, s in first.facets["~use"]] == [("laser scanner|technology=Laser", True)]
    again = generated("printer", {"~use": "laser scanner|technology=Laser"}, rewritten="network laser")[10:20].execute()
    assert again.genfacet["query"]["rewritten"] == "network laser"


def test_selections_that_do_not_hold_are_ignored_and_malformed_requests_refused(generated):
    found = generated("printer", filters={"brand": ["NoSuchBrand"], "stock": "maybe", "colour": None}).execute()
    assert {(i["name"], i["value"]) for i in found.genfacet["ignored"]} == {
        ("brand", "NoSuchBrand"),
        ("stock", "maybe"),
    }
    assert found.hits.total.value == len(printers())
    with pytest.raises(BadRequestError, match=r"did you mean \[deadline_ms\]"):
        generated("printer", deadlin_ms=5).execute()


def test_selected_values_come_back_without_counts_where_there_are_none(generated, es_url, shop):
    with misbehaving(es_url) as server, Elasticsearch(server.url, max_retries=0) as opened:
        server.trouble = "503"
        hook = GenFacet(opened, shop_settings(es_url, shop, engine={"deadline_ms": 5000}))
        try:
            found = generated("photo", filters={"brand": ["HP"]}, genfacet=hook).execute()
        finally:
            hook.close()
    assert "503" in found.genfacet["reason"]
    assert found.facets == {"brand": [("HP", None, True)]}
    assert found.hits.total.value == generated("photo", filters={"brand": ["HP"]}).count() > 0


def test_very_long_queries_are_searched_as_ever(generated):
    found = generated("printer " * 200).execute()
    assert found.hits.total.value == len(printers())
    assert found.genfacet["facets"]


def test_a_hook_for_one_search(client, es_url, shop, generated):
    """Other credentials, other headers: what `GenFacet.options` makes is handed to one search alone."""
    broken = GenFacet(client, shop_settings(es_url, OTHER))
    try:
        found = generated("printer", genfacet=broken).execute()
    finally:
        broken.close()
    assert "not configured" in found.genfacet["reason"]
    assert (found.facets, found.hits.total.value) == ({}, len(printers()))
    assert generated("printer").execute().facets


async def test_the_asynchronous_generated_search(es_url, shop, generated):
    selected = {**GENERATED["closed"], "brand": ["HP"]}
    facets = {"brand": FACETS["brand"]}
    async with AsyncElasticsearch(es_url) as opened:
        hook = GenFacet(opened, shop_settings(es_url, shop, engine={"deadline_ms": 5000}))
        assert isinstance(hook, AsyncGenFacet)

        class Generated(AsyncGenFacetedSearch[Any]):
            index = shop
            fields = FIELDS
            genfacet = hook

        try:
            Generated.facets = facets
            search = Generated("printer", filters=selected, size=6)
            found = await search[:3].execute()
            count = await search.count()
        finally:
            await hook.close()
    generated.facets = facets
    expected = generated("printer", filters=selected, size=6).execute()
    assert found.facets == expected.facets
    assert count == found.hits.total.value == expected.hits.total.value > 0
    assert [hit.meta.id for hit in found] == [hit.meta.id for hit in expected[:3]]
