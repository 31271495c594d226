"""Agreement with gold facets: places, gains and matchers worked out by hand."""

from math import isclose, log2

from hypothesis import given
from hypothesis import strategies as st

from genfacet.facets import Facet, FacetValue
from genfacet_training.evaluation.metrics.matching import (
    CANONICAL,
    EXACT,
    canonical_text,
    closed_names,
    embedding,
    gold_places,
    open_labels,
)
from genfacet_training.evaluation.metrics.ranking import hit_at, ndcg_at, reciprocal_rank

GOLD = ["length", "colour", "connector"]


def test_hit_needs_one_of_the_first_k():
    assert hit_at(["brand", "colour"], GOLD, 1) == 0
    assert hit_at(["brand", "colour"], GOLD, 2) == 1
    assert hit_at([], GOLD, 5) == 0


def test_reciprocal_rank_of_the_first_gold_facet():
    assert reciprocal_rank(["brand", "weight", "colour", "length"], GOLD) == 1 / 3
    assert reciprocal_rank(["brand"], GOLD) == 0


def test_ndcg_gains_by_the_place_in_gold():
    # gains 1 (connector), 0, 3 (length); the gold order gains 3, 2, 1
    dcg = 1 / log2(2) + 0 + 3 / log2(4)
    ideal = 3 / log2(2) + 2 / log2(3) + 1 / log2(4)
    assert isclose(ndcg_at(["connector", "brand", "length"], GOLD, 5), dcg / ideal)
    # at 2: connector alone against length and colour
    assert isclose(ndcg_at(["connector", "brand", "length"], GOLD, 2), 1 / (3 + 2 / log2(3)))
    assert ndcg_at(GOLD, GOLD, 2) == ndcg_at(GOLD, GOLD, 9) == 1
    assert ndcg_at([], GOLD, 5) == 0


def test_without_gold_there_is_no_figure():
    assert hit_at(["brand"], [], 5) is reciprocal_rank(["brand"], []) is ndcg_at(["brand"], [], 5) is None


def test_showing_a_facet_twice_gains_nothing():
    assert ndcg_at(["length", "length", "length"], GOLD, 5) == ndcg_at(["length"], GOLD, 5)
    assert gold_places(["Colour", "colours", "length"], GOLD, CANONICAL) == [1, None, 0]


def test_matchers_say_their_names_and_differ():
    assert (EXACT.name, CANONICAL.name) == ("exact", "canonical")
    assert not EXACT.same("How far apart", "how far apart?")
    assert CANONICAL.same("How far apart", "how far apart?")
    assert CANONICAL.same("~screen_size", "Screen sizes")
    assert CANONICAL.same("Größe", "GRÖSSE")
    assert CANONICAL.same("Café", "Cafe")
    assert not CANONICAL.same("USB 2", "USB 3")
    assert canonical_text("Glass, gas & LAMPS") == "glass gas lamp"


def test_texts_without_a_word_are_not_all_the_same():
    assert canonical_text("+") == canonical_text("?") == ""
    assert not CANONICAL.same("+", "?")
    assert CANONICAL.same("+", "+")


def test_an_embedding_matches_from_its_threshold_on():
    likeness = {("reach", "How far apart"): 0.8, ("looks", "How far apart"): 0.79}
    matcher = embedding(lambda one, other: likeness[one, other], 0.8)
    assert matcher.name == "embedding>=0.80"
    assert hit_at(["looks"], ["How far apart"], 1, matcher) == 0
    assert hit_at(["looks", "reach"], ["How far apart"], 2, matcher) == 1


def test_closed_and_open_facets_are_compared_apart():
    shown = [
        Facet("~reach", "How far apart", "open", "s", "", (FacetValue("near|length=..2", "near", 1),)),
        Facet("colour", "Colour", "attribute", "s", "", ()),
        Facet("price", "Price", "range", "s", "", ()),
    ]
    assert closed_names(shown) == ["colour", "price"]
    assert open_labels(shown) == ["How far apart"]


NAMES = st.lists(st.sampled_from("abcdef"), max_size=8)
GOLDS = st.lists(st.sampled_from("abcdef"), min_size=1, unique=True)


@given(NAMES, GOLDS, st.integers(1, 9))
def test_bounds(shown, gold, k):
    hit, rank, ndcg = hit_at(shown, gold, k), reciprocal_rank(shown, gold), ndcg_at(shown, gold, k)
    assert hit in {0, 1}
    assert 0 <= rank <= 1
    assert 0 <= ndcg <= 1 + 1e-12
    assert (ndcg > 0) == (hit == 1)
    assert (hit == 1) == (rank >= 1 / k)


@given(GOLDS, st.integers(1, 9), st.randoms(use_true_random=False))
def test_only_the_gold_order_is_perfect(gold, k, random):
    shown = random.sample(gold, len(gold))
    assert isclose(ndcg_at(shown, gold, k), 1) == (shown[:k] == gold[:k])


@given(st.text(), st.text())
def test_canonical_is_reflexive_and_symmetric(one, other):
    assert CANONICAL.same(one, one)
    assert CANONICAL.same(one, other) == CANONICAL.same(other, one)
