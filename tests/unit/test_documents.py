"""Products in memory, and whether a value holds for one."""

import pytest

from genfacet.catalog import Attribute, Catalog, Family
from genfacet_training.evaluation.documents import Document, fields_request, has_phrase, holds, read_document
from genfacet_training.evaluation.probes import look, quantiles

CATALOG = Catalog(
    {
        "brand": Attribute("brand", "Brand", "keyword", "brand.keyword"),
        "price": Attribute("price", "Price", "number", "price_cents", scale="0.01"),
        "stock": Attribute("stock", "In stock", "boolean", "in_stock"),
    },
    (Family("attributes", "attributes.name", "attributes.value", "attributes.number", ("attr_",)),),
    ("title^3", "text"),
    "category",
)
HIT = {
    "_id": "7",
    "fields": {
        "brand.keyword": ["ACME"],
        "price_cents": [1999],
        "in_stock": [True],
        "title": ["Laser printers"],
        "text": ["for offices"],
        "category": ["printers"],
        "sold": [12],
        "attributes": [
            {"name": ["attr_colour"], "value": ["Black", "White"]},
            {"name": ["weight"], "number": [2.5]},
            {"name": ["brand"], "value": ["not this one"]},
        ],
    },
}
PRODUCT = read_document(HIT, CATALOG, "sold")


def test_shown_values_of_every_kind_of_field() -> None:
    assert (
        Document(
            "7",
            "Laser printers",
            "Laser printers | for offices",
            {
                "brand": ("ACME",),
                "price": ("19.99",),
                "stock": ("yes",),
                "colour": ("Black", "White"),
                "weight": ("2.5",),
            },
            "printers",
            12.0,
        )
        == PRODUCT
    )


def test_what_is_asked_for() -> None:
    asked = ["brand.keyword", "price_cents", "in_stock", "title", "text", "attributes.*", "category", "sold"]
    assert fields_request(CATALOG, "sold") == asked


@pytest.mark.parametrize(
    ("name", "value", "verdict"),
    [
        ("colour", "White", True),
        ("colour", "Red", False),
        ("width", "5", None),
        ("price", "..20", True),
        ("price", "20..", False),
        ("weight", "2.5", True),
        ("weight", "2..2.5", False),
        ("stock", "no", False),
        ("~use", "offices", True),
        ("~use", "at work|text=office,study", True),
        ("~use", "at home|text=living room", False),
        ("~use", "light|weight=..3|colour=Black,Grey", True),
        ("~use", "light|weight=..3|colour=Red", False),
        ("~use", "narrow|width=..3", None),
        ("~use", "narrow and red|width=..3|colour=Red", False),
        ("~use", "malformed|=", None),
    ],
)
def test_right_wrong_or_unknown(name: str, value: str, verdict: bool | None) -> None:
    assert holds(PRODUCT, name, value, CATALOG) is verdict


def test_phrases_fold_endings_and_keep_their_order() -> None:
    assert has_phrase("Two laser printers, boxed", "laser printer")
    assert not has_phrase("printer with a laser", "laser printer")
    assert not has_phrase("gas", "ga")
    assert not has_phrase("anything", "!")


def test_a_look_at_all_products() -> None:
    seen = look([PRODUCT, Document("8", "", "", {"colour": ("Black",), "weight": ("4",)})], CATALOG)
    assert (seen["colour"].docs, seen["colour"].values) == (2, (("Black", 2), ("White", 1)))
    assert seen["weight"].quantiles == (2.575, 2.875, 3.25, 3.625, 3.925)
    assert not seen["brand"].is_numeric
    assert quantiles([]) == ()
