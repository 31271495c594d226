"""The contract of counts: what is shown beside a value is what selecting it finds."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from elasticsearch import Elasticsearch
from recording_nodes import SlowSiblingsNode
from small_shop import CONDITION, asking, documents, opened_shop, shop_settings, text_query

from genfacet import GenFacet

INDEX = "genfacet-test-counts"
PATTERN = "genfacet-test-count*"
ALIAS = "genfacet-test-tally"
VECTORS = "genfacet-test-tally-vectors"
FINDERS: dict[str, GenFacet] = {}
EVERYTHING = {"size": 20, "values": 50}
CHEAP = {"range": {"price_cents": {"lt": 30000}}}
BLACK = {"nested": {"path": "attributes", "query": {"term": {"attributes.value": "Black"}}}}
SOURCES = ("count", "significant", "entropy", "statistics")
BODIES: dict[str, dict[str, Any]] = {
    "plain": {"query": text_query()},
    "no query": {},
    "post_filter": {"query": text_query(), "post_filter": CHEAP},
    "collapse": {"query": text_query(), "collapse": {"field": "group"}},
    "collapse and post_filter": {"query": text_query(), "collapse": {"field": "group"}, "post_filter": BLACK},
    "filters of the user": {"query": {"bool": {"must": text_query("laser ink"), "filter": [CHEAP, BLACK]}}},
    "min_score": {"query": text_query("laser printer"), "min_score": 2.0},
    "sort and page": {"query": text_query(), "sort": [{"price_cents": "asc"}, "group"], "from": 10, "size": 5},
    "runtime_mappings": {"query": text_query(), "runtime_mappings": CONDITION},
    "runtime filter": {
        "query": {"bool": {"must": text_query(), "filter": {"term": {"condition": "used"}}}},
        "runtime_mappings": CONDITION,
    },
    "function_score": {
        "query": {"function_score": {"query": text_query(), "field_value_factor": {"field": "price_cents"}}},
        "min_score": 20000,
    },
    "standard retriever": {"retriever": {"standard": {"query": text_query(), "filter": CHEAP}}},
    "aggregations of the user": {"query": text_query(), "aggs": {"all": {"global": {}}}, "track_total_hits": False},
    "rescore": {
        "query": text_query(),
        "rescore": {"window_size": 9, "query": {"rescore_query": text_query("laser"), "score_mode": "total"}},
    },
}
SELECTIONS: dict[str, dict[str, list[str]]] = {
    "nothing": {},
    "multi-select": {"brand": ["HP", 'O"Neil, {x} | y'], "colour": ["Black", "Red"], "stock": ["yes"]},
    "ranges": {"price": ["50..150", "300.."], "weight": ["..12.5"], "rating": ["3.5", "4"], "size": ["A4", "10"]},
    "open": {
        "~use": ["small offices|weight=..15|text=office,quiet", "quiet"],
        "~budget": ["cheap|price=..120|stock=yes"],
        "technology": ["Laser"],
    },
    "no result": {"price": ["..20", "499.98..499.99"], "brand": ["HP"], "~none": ["tiny|weight=..0.81|price=499.."]},
}


@pytest.fixture(scope="module")
def shop(client: Elasticsearch) -> Iterator[str]:
    with opened_shop(client, INDEX) as name:
        yield name


@pytest.fixture(scope="module")
def hook(client: Elasticsearch, es_url: str, shop: str) -> Iterator[GenFacet]:
    opened = GenFacet(client, shop_settings(es_url, shop, PATTERN, ALIAS))
    yield opened
    opened.close()


@pytest.fixture(scope="module", autouse=True)
def _finder(client: Elasticsearch, es_url: str, shop: str) -> Iterator[None]:
    """Selects values one by one. It is another hook, so that facets that nobody waits for keep none from `hook`."""
    opened = FINDERS["finder"] = GenFacet(client, shop_settings(es_url, shop, PATTERN, ALIAS))
    yield
    opened.close()


def check(
    hook: GenFacet, body: Mapping[str, Any], selected: Mapping[str, list[str]], target: str = INDEX, **section: Any
) -> dict[str, Any]:
    """Asks for facets and holds every count against the search that selecting the value alone sends."""
    asked = asking(body, selected=selected, **{**EVERYTHING, "mode": "filter", **section})
    shown = hook.search(index=target, body=asked)["ext"]["genfacet"]
    assert shown.get("reason") is None, shown
    assert shown["ignored"] == []
    assert "count_relation" not in shown
    values = [(facet["name"], value) for facet in shown["facets"] for value in facet["values"]]
    finding = [found for name, value in values for found in alone(body, selected, name, value["value"])]
    totals = [
        item["hits"]["total"]["value"]
        for item in FINDERS["finder"].msearch(index=target, searches=finding)["responses"]
    ]
    expected = [(name, value["value"], total) for (name, value), total in zip(values, totals, strict=True)]
    assert [(name, value["value"], value["count"]) for name, value in values] == expected
    for name, value in values:
        assert value["selected"] == (value["value"] in selected.get(name, ()))
        assert value["selected"] or value["count"] > 0, (name, value)
    assert {n: set(v) for n, v in selected.items()} == chosen(shown)
    return shown


def alone(body: Mapping[str, Any], selected: Mapping[str, list[str]], name: str, value: str) -> list[dict[str, Any]]:
    section = {"selected": {**selected, name: [value]}, "mode": "filter", "deadline_ms": 0}
    return [{}, {**body, "size": 0, "from": 0, "track_total_hits": True, "ext": {"genfacet": section}} | _unpaged(body)]


def _unpaged(body: Mapping[str, Any]) -> dict[str, Any]:
    # A search without hits takes no rescore; it changes no total.
    return {"rescore": []} if "rescore" in body else {}


def chosen(shown: Mapping[str, Any]) -> dict[str, set[str]]:
    found = {f["name"]: {v["value"] for v in f["values"] if v["selected"]} for f in shown["facets"]}
    return {name: values for name, values in found.items() if values}


@pytest.mark.parametrize("selected", SELECTIONS.values(), ids=SELECTIONS.keys())
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_a_count_is_what_selecting_the_value_finds(hook, body, selected):
    check(hook, body, selected)


@pytest.mark.parametrize("selected", [SELECTIONS["nothing"], SELECTIONS["multi-select"]], ids=["nothing", "selected"])
@pytest.mark.parametrize("source", SOURCES)
def test_whatever_the_source(hook, source, selected):
    shown = check(hook, BODIES["post_filter"], selected, source=source)
    kinds = {facet["kind"] for facet in shown["facets"]}
    assert kinds == {"attribute", "range"}
    assert {f["source"] for f in shown["facets"] if f["name"] not in selected} == {source}


@pytest.mark.parametrize(("mode", "done"), [("soft", "soft"), ("auto", "filter")])
def test_counts_stand_on_the_query_without_its_boosts(hook, mode, done):
    shown = check(hook, BODIES["post_filter"], SELECTIONS["multi-select"], mode=mode)
    assert shown["query"]["mode"] == done


def test_every_kind_of_field_is_offered(hook):
    shown = check(hook, BODIES["runtime_mappings"], {}, source="count")
    names = {facet["name"] for facet in shown["facets"]}
    fields = {"brand", "stock", "price", "rating", "size", "condition"}
    assert names >= fields | {"technology", "colour", "weight", "trays", "duplex"}


def test_counts_are_those_of_the_documents(hook):
    """An oracle that knows nothing of Elasticsearch."""
    products = [p for p in documents().values() if "printer" in p["title"].split() + p["description"].split()]
    selected = {"price": ["50..300"], "colour": ["Black"]}
    shown = check(hook, BODIES["plain"], selected)
    counts = {(f["name"], v["value"]): v["count"] for f in shown["facets"] for v in f["values"]}

    def values(product: dict[str, Any], name: str) -> list[Any]:
        return [a.get("value", a.get("number")) for a in product["attributes"] if a["name"] == name]

    affordable = [p for p in products if 5000 <= p["price_cents"] < 30000]
    both = [p for p in affordable if "Black" in values(p, "colour")]
    assert counts["colour", "Red"] == sum("Red" in values(p, "colour") for p in affordable)
    assert counts["duplex", "Red"] == sum("Red" in values(p, "duplex") for p in both)
    assert counts["brand", "HP"] == sum(p.get("brand") == "HP" for p in both)
    assert counts["stock", "no"] == sum(not p["in_stock"] for p in both)
    assert counts["size", "10"] == sum(p.get("specs", {}).get("size") == "10" for p in both)
    assert counts["trays", "2"] == sum(2 in values(p, "trays") for p in both)
    assert counts["price", "50..300"] == len(both)


def test_counts_of_a_rewritten_query_are_those_of_the_new_words(hook):
    asked = asking({"query": text_query("scanner")}, rewritten="laser network", selected={"stock": ["yes"]}, size=3)
    shown = hook.search(index=INDEX, body=asked)["ext"]["genfacet"]
    assert (shown["query"]["rewritten"], shown["query"]["mode"]) == ("laser network", "rewrite")
    for facet in shown["facets"]:
        for value in facet["values"]:
            selected = {"stock": ["yes"], facet["name"]: [value["value"]]}
            section = {"selected": selected, "mode": "filter", "deadline_ms": 0}
            body = {"query": text_query("laser network"), "size": 0, "ext": {"genfacet": section}}
            assert hook.search(index=INDEX, body=body)["hits"]["total"]["value"] == value["count"]


@pytest.mark.parametrize("target", [PATTERN, ALIAS])
def test_patterns_and_aliases(client, hook, target):
    with opened_shop(client, "genfacet-test-counts-more", documents(60, seed=5)) as more:
        client.indices.put_alias(index=f"{INDEX},{more}", name=ALIAS)
        one = check(hook, {"query": text_query()}, {}, INDEX, source="count")
        both = check(hook, {"query": text_query()}, {"brand": ["HP"]}, target, source="count")
    largest = {f["name"]: max(v["count"] for v in f["values"]) for f in one["facets"]}
    assert max(v["count"] for f in both["facets"] if f["name"] == "brand" for v in f["values"]) > largest["brand"]


def test_the_shards_that_a_routing_names_are_the_ones_counted(hook):
    asked = asking({"query": text_query(), "track_total_hits": True}, selected={"brand": ["HP"]})
    routed = hook.search(index=INDEX, routing="p1", body=asked)
    everywhere = hook.search(index=INDEX, body=asked)
    (hp,) = [v for f in routed["ext"]["genfacet"]["facets"] for v in f["values"] if v["selected"]]
    assert hp["count"] == routed["hits"]["total"]["value"] < everywhere["hits"]["total"]["value"]


def test_q_in_the_url_is_the_query_that_is_counted(hook):
    found = hook.search(index=INDEX, q="title:laser AND in_stock:true", body=asking({}, selected={"brand": ["HP"]}))
    (hp,) = [v for f in found["ext"]["genfacet"]["facets"] for v in f["values"] if v["selected"]]
    products = documents().values()
    expected = [p for p in products if "laser" in p["title"].split() and p["in_stock"] and p.get("brand") == "HP"]
    assert hp["count"] == found["hits"]["total"]["value"] == len(expected)


def test_a_point_in_time_is_counted_without_what_elasticsearch_refuses_beside_it(client, hook):
    opened = client.open_point_in_time(index=INDEX, keep_alive="1m", routing="p1")
    try:
        plain = client.search(pit={"id": opened["id"]}, query={"term": {"brand": "HP"}}, size=0)
        asked = asking({"pit": {"id": opened["id"]}}, selected={"brand": ["HP"]})
        # A point in time names no index: the only configured one is meant.
        alone = GenFacet(client, shop_settings("unused", INDEX))
        try:
            found = alone.search(body=asked)
        finally:
            alone.close()
    finally:
        client.close_point_in_time(id=opened["id"])
    (hp,) = [v for f in found["ext"]["genfacet"]["facets"] for v in f["values"] if v["selected"]]
    assert hp["count"] == plain["hits"]["total"]["value"] == found["hits"]["total"]["value"]


def test_no_results_at_all(hook):
    shown = hook.search(index=INDEX, body=asking({"query": text_query("nosuchword")}, selected={"brand": ["HP"]}))
    section = shown["ext"]["genfacet"]
    assert [(v["value"], v["count"]) for f in section["facets"] for v in f["values"]] == [("HP", 0)]
    nothing = hook.search(index=INDEX, body=asking({"query": text_query("nosuchword")}))["ext"]["genfacet"]
    assert (nothing["facets"], nothing["reason"]) == ([], "nothing splits these results")


def test_selected_values_come_back_without_counts_when_there_is_no_time(es_url, shop):
    selected = SELECTIONS["open"]
    asked = {"query": text_query("photo"), "ext": {"genfacet": {"selected": selected, "deadline_ms": 0}}}
    # Facets that are there when the hits are come even with no time at all.
    with Elasticsearch(es_url, node_class=SlowSiblingsNode) as late:
        hook = GenFacet(late, shop_settings(es_url, shop))
        section = hook.search(index=INDEX, body=asked)["ext"]["genfacet"]
        hook.close()
    assert section["timed_out"] is True
    assert chosen(section) == {name: set(values) for name, values in selected.items()}
    assert {v["count"] for f in section["facets"] for v in f["values"]} == {None}
    labels = {v["label"] for f in section["facets"] for v in f["values"]}
    assert labels == {"small offices", "quiet", "cheap", "Laser"}
    assert {f["label"] for f in section["facets"]} == {"Use", "Budget", "Technology"}


def test_a_selection_that_is_no_longer_there_is_ignored_and_the_search_goes_on(client, hook):
    selected = {"brand": ["NoSuchBrand"], "nosuchattribute": ["x"], "stock": ["perhaps", "yes"], "~use": ["|"]}
    found = hook.search(index=INDEX, body=asking({"query": text_query(), "track_total_hits": True}, selected=selected))
    section = found["ext"]["genfacet"]
    ignored = {(entry["name"], entry["value"]) for entry in section["ignored"]}
    assert ignored == {("brand", "NoSuchBrand"), ("nosuchattribute", "x"), ("stock", "perhaps"), ("~use", "|")}
    assert all(entry["reason"] for entry in section["ignored"])
    in_stock = {"bool": {"must": text_query(), "filter": {"term": {"in_stock": True}}}}
    assert found["hits"]["total"] == client.search(index=INDEX, query=in_stock, size=0)["hits"]["total"]
    assert chosen(section) == {"stock": {"yes"}}


def test_one_of_several_values_is_gone(client, hook):
    asked = asking({"query": text_query(), "track_total_hits": True}, selected={"brand": ["HP", "NoSuchBrand"]})
    found = hook.search(index=INDEX, body=asked)
    section = found["ext"]["genfacet"]
    assert [(entry["name"], entry["value"]) for entry in section["ignored"]] == [("brand", "NoSuchBrand")]
    assert chosen(section) == {"brand": {"HP"}}
    hp = {"bool": {"must": text_query(), "filter": {"term": {"brand": "HP"}}}}
    assert found["hits"]["total"] == client.search(index=INDEX, query=hp, size=0)["hits"]["total"]


@pytest.mark.parametrize(
    "selected",
    [{"price": ["5000.."]}, {"weight": ["..0.1"]}, {"~use": ["space|text=nosuchphrase"]}, {"rating": ["..1"]}],
    ids=str,
)
def test_a_filter_without_results_is_never_dropped(hook, selected):
    asked = asking({"query": text_query()}, selected=selected, mode="filter")
    found = hook.search(index=INDEX, body=asked)
    section = found["ext"]["genfacet"]
    assert found["hits"]["total"]["value"] == 0
    assert section["ignored"] == []
    assert [v["count"] for f in section["facets"] for v in f["values"] if v["selected"]] == [0]


def test_a_value_that_reads_like_a_range_is_raw_where_the_field_holds_words(hook):
    found = hook.search(index=INDEX, body=asking({}, selected={"brand": ["3..5"]}))
    expected = sum(p.get("brand") == "3..5" for p in documents().values())
    assert found["hits"]["total"]["value"] == expected > 0
    assert found["ext"]["genfacet"]["ignored"] == []


def test_knn_counts_are_flagged(client):
    mapping = {"properties": {"brand": {"type": "keyword"}, "vector": {"type": "dense_vector", "dims": 2}}}
    client.indices.create(index=VECTORS, mappings=mapping)
    try:
        for number in range(20):
            product = {"brand": "HP" if number % 2 else "Canon", "vector": [1.0, number / 20]}
            client.index(index=VECTORS, document=product, refresh=number == 19)
        hook = GenFacet(client, shop_settings("unused", VECTORS))
        knn = {"field": "vector", "query_vector": [1.0, 0.2], "k": 5, "num_candidates": 20}
        try:
            for body in ({"knn": knn}, {"query": {"bool": {"should": [{"knn": knn}]}}}, {"retriever": {"knn": knn}}):
                section = hook.search(index=VECTORS, body=asking(body, selected={"brand": ["HP"]}))["ext"]["genfacet"]
                assert section["count_relation"] == "approximate", section
                assert chosen(section) == {"brand": {"HP"}}
        finally:
            hook.close()
    finally:
        client.indices.delete(index=VECTORS)


def test_a_search_that_ends_early_is_flagged(hook):
    body = {"query": text_query(), "terminate_after": 5}
    assert hook.search(index=INDEX, body=asking(body))["ext"]["genfacet"]["count_relation"] == "approximate"
