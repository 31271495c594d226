"""A small shop for integration tests: every kind of facetable field, several shards, and a configuration for it."""

import random
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from elasticsearch import Elasticsearch
from elasticsearch.helpers import bulk

from genfacet.settings import Settings, parse_settings

KEYWORD = {"type": "keyword"}
MAPPING: dict[str, Any] = {
    "dynamic": False,
    "properties": {
        "title": {"type": "text"},
        "description": {"type": "text"},
        "brand": KEYWORD,
        "in_stock": {"type": "boolean"},
        "price_cents": {"type": "integer"},
        "rating": {"type": "float"},
        "specs": {"type": "flattened"},
        "group": KEYWORD,
        "attributes": {
            "type": "nested",
            "properties": {"name": KEYWORD, "value": KEYWORD, "number": {"type": "double"}},
        },
    },
}
FACETS: dict[str, Any] = {
    "brand": {"field": "brand"},
    "stock": {"field": "in_stock", "type": "boolean", "label": "In stock"},
    "price": {"field": "price_cents", "type": "number", "scale": 0.01, "unit": "EUR", "most": 2**31 - 1},
    "rating": {"field": "rating", "type": "number"},
    "size": {"field": "specs.size", "flattened": True},
    "condition": {"field": "condition"},
}
INDEX_SETTINGS: dict[str, Any] = {
    "search": {
        "template": {"query": {"multi_match": {"query": "{{query}}", "fields": ["title^3", "description"]}}},
        "text_fields": ["title^3", "description"],
    },
    "category": "group",
    "facets": FACETS,
    "families": [
        {
            "path": "attributes",
            "name": "attributes.name",
            "text": "attributes.value",
            "number": "attributes.number",
            "strip": ["attr_"],
        }
    ],
}
WORDS = ("laser", "ink", "printer", "office", "photo", "compact", "quiet", "colour", "scanner", "network")
# A field that no mapping knows: requests define it, and its values come from the source (no script: some builds of
# Elasticsearch have no language for one).
CONDITION = {"condition": {"type": "keyword"}}


def documents(count: int = 240, seed: int = 11) -> dict[str, dict[str, Any]]:
    """Products by id, the same ones every time: attributes with gaps, several values, and both kinds of value."""
    chance = random.Random(seed)
    return {f"p{number}": _document(number, chance) for number in range(count)}


def _document(number: int, chance: random.Random) -> dict[str, Any]:
    attributes = [{"name": "attr_technology", "value": chance.choice(["Laser", "Ink"])}]
    # Two colours in one product: a product counts once for each.
    attributes += [
        {"name": "colour", "value": c} for c in chance.sample(["Black", "White", "Red"], chance.randint(0, 2))
    ]
    if chance.random() < 0.8:
        attributes.append({"name": "weight", "number": round(chance.uniform(0.8, 30), 1)})
    if chance.random() < 0.5:
        attributes.append({"name": "trays", "number": chance.choice([1, 2, 3])})
    if chance.random() < 0.4:
        attributes.append({"name": "duplex", "value": chance.choice(["Automatic", "Manual", "Red"])})
    document: dict[str, Any] = {
        "title": " ".join([*chance.sample(WORDS, 3), *(["printer"] * (number % 2))]),
        "description": " ".join(chance.choices(WORDS, k=8)),
        "in_stock": chance.random() < 0.7,
        "price_cents": chance.randint(1999, 49999),
        "group": f"g{number % 40}",
        "condition": chance.choice(["new", "used"]),
        "attributes": attributes,
    }
    if chance.random() < 0.9:
        document["brand"] = chance.choice(["HP", "Canon", "Epson", "Brother", "3..5", 'O"Neil, {x} | y'])
    if chance.random() < 0.7:
        document["rating"] = chance.choice([2.5, 3.0, 3.5, 4.0, 4.5])
    if chance.random() < 0.8:
        document["specs"] = {"size": chance.choice(["A3", "A4", "10"])}
    return document


@contextmanager
def opened_shop(client: Elasticsearch, name: str, products: Mapping[str, Any] | None = None) -> Iterator[str]:
    """The index ``name`` with the products in three shards, deleted at the end."""
    client.indices.delete(index=name, ignore_unavailable=True)
    client.indices.create(index=name, mappings=MAPPING, settings={"number_of_shards": 3, "number_of_replicas": 0})
    load(client, name, documents() if products is None else products)
    try:
        yield name
    finally:
        client.indices.delete(index=name, ignore_unavailable=True)


def load(client: Elasticsearch, name: str, products: Mapping[str, Any]) -> None:
    """Adds products to an index."""
    actions: Iterable[dict[str, Any]] = ({"_index": name, "_id": i, "_source": p} for i, p in products.items())
    bulk(client, actions, refresh=True)


def shop_settings(url: str, *names: str, **sections: Any) -> Settings:
    """A configuration for indices (or patterns) of that shape; it looks for its control document where none is."""
    control = {"index": "genfacet-test-no-control", "refresh_s": 0.05}
    indices = dict.fromkeys(names, INDEX_SETTINGS)
    return parse_settings({"elasticsearch": {"url": url}, "indices": indices, "control": control, **sections})


def text_query(text: str = "printer") -> dict[str, Any]:
    """How the shop searches."""
    return {"multi_match": {"query": text, "fields": ["title^3", "description"]}}


def asking(body: Mapping[str, Any], **section: Any) -> dict[str, Any]:
    """The body with a section that asks for facets and has the time to wait for them."""
    return {**body, "ext": {"genfacet": {"deadline_ms": 5000, **section}}}
