"""A small shop with every kind of field, good and bad, for the tests of init and doctor."""

from typing import Any

from elasticsearch import Elasticsearch
from elasticsearch.helpers import bulk

KEYWORD = {"type": "keyword"}
MAPPINGS: dict[str, Any] = {
    "properties": {
        "title": {"type": "text", "fields": {"keyword": KEYWORD}},
        "description": {"type": "text"},
        "brand": KEYWORD | {"fields": {"text": {"type": "text"}}},
        "category": KEYWORD,
        "sku": KEYWORD,
        "price_cents": {"type": "long"},
        "sold": {"type": "integer"},
        "in_stock": {"type": "boolean"},
        "currency": KEYWORD,
        "weight": {"type": "float"},
        "shipping_weight": {"type": "float"},
        "created": {"type": "date"},
        "specs": {"type": "flattened"},
        "features": {
            "type": "nested",
            "properties": {"key": KEYWORD, "val": KEYWORD, "num": {"type": "double"}, "unit": KEYWORD},
        },
        "variants": {"type": "nested", "properties": {"colour": KEYWORD, "size": KEYWORD}},
        "offers": {"properties": {"seller": KEYWORD}},
        "place": {"type": "geo_point"},
        "embedding": {"type": "dense_vector", "dims": 2},
        "fast": {"type": "keyword", "doc_values": False},
        "blob": {"type": "object", "enabled": False},
    }
}
BRANDS = ("Acme", "Bolt", "Core", "Dyne")
CATEGORIES = ("kettle", "lamp", "chair")
COLOURS = ("black", "white", "red", "green", "blue")


def product(n: int) -> dict[str, Any]:
    """The product of a number."""
    category, brand, colour = CATEGORIES[n % 3], BRANDS[n % 4], COLOURS[n % 5]
    return {
        "title": f"{brand} {colour} {category} model {n}",
        "description": f"A {category} by {brand}, for the home and the office, in {colour}",
        "brand": brand,
        "category": category,
        "sku": f"SKU-{n:05}",
        "price_cents": 500 + 37 * n,
        "sold": n * 7 % 100,
        "in_stock": n % 2 == 0,
        "currency": "EUR",
        "weight": 0.5 + n % 20,
        "shipping_weight": 1.0 + n % 20,
        "created": f"2024-01-{1 + n % 28:02}",
        "specs": {"finish": ("matt", "gloss")[n % 2], "gtin": f"40{n:011}"},
        "features": [
            {"key": "f_t_colour", "val": colour},
            {"key": "f_t_material", "val": ("steel", "wood", "glass")[n % 3]},
            {"key": "f_t_style", "val": ("modern", "retro")[n % 2]},
            {"key": "f_n_power", "num": 10.0 * (1 + n % 9), "unit": "W"},
            {"key": "f_n_height", "num": 5.0 * (1 + n % 7), "unit": "cm"},
            {"key": "f_n_package_height", "num": 6.0 * (1 + n % 7), "unit": "cm"},
            {"key": "f_t_supplier_code", "val": f"C{n:05}"},
            {"key": "f_n_pallet_quantity", "num": 40.0},
        ],
        "variants": [{"colour": c, "size": s} for c in ("red", "blue") for s in ("S", "M")],
        "offers": [{"seller": f"seller {s}"} for s in range(2 + n % 2)],
        "place": {"lat": 1.0, "lon": 2.0},
        "embedding": [0.1, 0.2],
        "fast": "a",
        "blob": {"x": n},
    }


def load_shop(client: Elasticsearch, index: str, products: int = 300) -> None:
    """Makes the index with so many products."""
    client.indices.create(index=index, mappings=MAPPINGS, settings={"number_of_replicas": 0})
    bulk(client, ({"_index": index, "_id": str(n), **product(n)} for n in range(products)), refresh=True)
