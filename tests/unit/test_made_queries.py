"""Queries made of a catalogue: every kind, each once, the same for the same seed."""

from collections import Counter

from genfacet.memory.plan import Plan, PlannedFacet
from genfacet_training.evaluation.documents import Document
from genfacet_training.student.queries import SHARES, made_queries

KINDS = ("laser printer", "ink printer", "photo paper", "paper tray", "network scanner", "desk lamp")
COLOURS = ("Black", "White", "Sky blue")
PRODUCTS = [
    Document(
        str(n),
        f"Makers{n % 3} {KINDS[n % 6]} model for offices {n}",
        "",
        {"brand": (f"Makers{n % 3}",), "colour": (COLOURS[n % 3],), "wireless": ("yes",), "weight": (str(n),)},
    )
    for n in range(60)
]
PLANS = [
    Plan(
        "laser printer",
        (
            PlannedFacet(
                "~desk", "Where it stands", ("on a desk|weight=..9", "odd|=", "for home|text=home office,desk")
            ),
        ),
    )
]


def test_all_kinds_are_made_and_none_twice() -> None:
    made = made_queries(PRODUCTS, PLANS, "brand", 150, 1)
    assert len({query.text for query in made}) == len(made) <= 150
    assert set(Counter(query.origin for query in made)) == set(SHARES)
    texts = {origin: [query.text for query in made if query.origin == origin] for origin in SHARES}
    assert any(kind in texts["type"] for kind in KINDS)
    assert all(text.startswith("makers") for text in texts["brand"])
    assert not any(text.split()[0] in {"yes", "no"} or text[0].isdigit() for text in texts["attribute"])
    assert all(3 <= len(text.split()) <= 5 for text in texts["title"])
    assert {"printer for home", "home office printer", "on a desk printer"} & set(texts["need"])
    known = set(texts["type"]) | set(KINDS)
    assert not known & set(texts["misspelt"])


def test_the_same_seed_makes_the_same() -> None:
    made = [made_queries(PRODUCTS, PLANS, "brand", 80, seed) for seed in (1, 1, 2)]
    assert made[0] == made[1] != made[2]


def test_an_empty_catalogue_makes_none() -> None:
    assert made_queries([], [], None, 10, 1) == []
