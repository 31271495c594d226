"""Facets found by trying all of them, on result sets worked out by hand."""

from math import log2

import pytest

from genfacet.catalog import Attribute, Catalog
from genfacet_training.evaluation.documents import Document
from genfacet_training.evaluation.lookahead import candidates, choose, evenness, jaccard, redundancy

NUMBER = Attribute("weight", "Weight", "number", "weight")
CATALOG = Catalog(
    {name: Attribute(name, name.title(), "keyword", name) for name in ("colour", "shade", "maker")}
    | {"weight": NUMBER},
    (),
    ("title",),
)


def results(**columns: str) -> list[Document]:
    """Products in their order: one character of each column is the value of one product, "-" none."""
    count = len(next(iter(columns.values())))
    return [
        Document(
            f"d{place}",
            f"product {place}",
            f"product {place}",
            {name: (values[place],) for name, values in columns.items() if values[place] != "-"},
        )
        for place in range(count)
    ]


def names(documents: list[Document], wanted: list[int], size: int = 8) -> list[str]:
    chosen = choose(candidates(documents, CATALOG), wanted, len(documents), size)
    return [choice.candidate.definition.name for choice in chosen]


def test_the_facet_that_brings_the_wanted_product_to_the_top_comes_first() -> None:
    # The last of eight: by colour it is the first of two, by maker the fourth of four.
    documents = results(colour="bbbbbbrr", maker="xyxyxyxx")
    chosen = choose(candidates(documents, CATALOG), [6], 8)
    assert [choice.candidate.definition.name for choice in chosen] == ["colour", "maker"]
    # rank 7 to rank 1: log2(7); nothing is left for the maker to save.
    assert chosen[0].gain == pytest.approx(2.807, abs=0.001)
    assert chosen[1].gain == 0


def test_a_facet_that_splits_like_a_chosen_one_is_passed_over() -> None:
    documents = results(colour="bbbbrrrr", shade="ddddllll", maker="xyxyxyxy")
    assert names(documents, [7], size=2) == ["colour", "maker"]
    found = {candidate.definition.name: candidate for candidate in candidates(documents, CATALOG)}
    chosen = choose([found["colour"]], [7], 8)
    assert redundancy(found["shade"], chosen) == 1.0
    assert redundancy(found["maker"], chosen) == 0.0


def test_a_product_without_the_attribute_gains_nothing() -> None:
    documents = results(colour="bbrr--")
    assert choose(candidates(documents, CATALOG), [5], 6)[0].gain == 0


def test_numbers_count_half() -> None:
    documents = [Document(str(place), "", "", {"weight": (str(place),)}) for place in range(100)]
    (choice,) = choose(candidates(documents, CATALOG), [75], 100)
    assert choice.candidate.definition.kind == "range"
    values = choice.candidate.masks
    own = next(mask for mask in values.values() if mask >> 75 & 1)
    first = (own & -own).bit_length() - 1
    assert choice.gain == pytest.approx(0.5 * log2(76 / (76 - first)))


def test_nothing_to_choose_from() -> None:
    assert candidates([], CATALOG) == []
    assert choose([], [], 1) == []
    assert names(results(colour="bbbb"), [2]) == []


def test_evenness_and_jaccard() -> None:
    (colour,) = candidates(results(colour="aabbccdd"), CATALOG)
    assert evenness(colour) == 2.0
    assert jaccard(0b1100, 0b0110) == pytest.approx(1 / 3)
    assert jaccard(0, 0) == 0
