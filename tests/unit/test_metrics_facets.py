"""Facet metrics on a page worked out by hand: eight results, three facets, one of which repeats another."""

from math import isclose, log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genfacet.facets import Facet, FacetValue
from genfacet.measures import Matches
from genfacet_training.evaluation.metrics.facets import (
    best_promotion,
    coverage_at,
    dead_end_rate,
    grounded_rate,
    novelty,
    rank_promotion,
    redundancy_at,
    selectivity,
    thin_rate,
)
from genfacet_training.evaluation.metrics.truth import TruthShares, all_hold, any_holds, truth_shares


def facet(name, *values, kind="attribute", selected=(), claimed=None):
    shown = tuple(FacetValue(value, value, claimed, value in selected) for value in values)
    return Facet(name, name, kind, "test", "", shown)


RANKING = tuple("abcdefgh")
FACETS = [facet("colour", "black", "white"), facet("shade", "dark"), facet("size", "small")]
MATCHES = Matches(
    frozenset(RANKING),
    {
        ("colour", "black"): frozenset("abcd"),
        ("colour", "white"): frozenset("e"),
        ("shade", "dark"): frozenset("abcd"),
        ("size", "small"): frozenset("dh"),
    },
)
COUNTS = {("colour", "black"): 40, ("colour", "white"): 2, ("shade", "dark"): 40, ("size", "small"): 0}


def test_coverage_counts_the_first_facets_only():
    assert coverage_at(MATCHES, FACETS, 1) == 5 / 8
    assert coverage_at(MATCHES, FACETS, 2) == 5 / 8
    assert coverage_at(MATCHES, FACETS, 3) == 6 / 8


def test_no_facets_cover_nothing_and_no_results_cannot_be_covered():
    assert coverage_at(MATCHES, [], 5) == 0
    assert coverage_at(Matches(frozenset(), {}), FACETS, 5) is None


def test_redundancy_compares_facets_not_values_of_one():
    # black~dark 1, white~dark 0; black~small 1/5, white~small 0, dark~small 1/5
    assert redundancy_at(MATCHES, FACETS, 2) == 0.5
    assert isclose(redundancy_at(MATCHES, FACETS, 3), (1 + 0 + 1 / 5 + 0 + 1 / 5) / 5)


def test_a_single_facet_earns_no_praise_for_repeating_nothing():
    assert redundancy_at(MATCHES, FACETS, 1) is None
    assert redundancy_at(MATCHES, [], 5) is None


def test_selectivity_takes_counts_asked_anew_and_not_those_shown():
    boasting = [facet("colour", "black", "white", claimed=1)]
    assert isclose(selectivity(boasting, COUNTS, 80), ((1 - 40 / 80) + (1 - 2 / 80)) / 2)


def test_a_facet_with_a_selection_widens_and_has_no_selectivity():
    chosen = facet("colour", "black", "white", selected=["black"])
    assert selectivity([chosen], COUNTS, 2) is None
    assert selectivity([chosen, facet("shade", "dark")], COUNTS, 80) == 0.5
    assert selectivity([], COUNTS, 80) is None
    assert selectivity(FACETS, COUNTS, 0) is None


def test_dead_ends_and_thin_values_among_unselected_ones():
    assert dead_end_rate(FACETS, COUNTS) == 1 / 4
    assert thin_rate(FACETS, COUNTS) == 2 / 4
    assert thin_rate(FACETS, COUNTS, least=2) == 1 / 4
    chosen = [facet("size", "small", selected=["small"]), facet("shade", "dark")]
    assert dead_end_rate(chosen, COUNTS) == 0
    assert dead_end_rate([], COUNTS) is None


def test_a_value_that_nobody_counted_is_no_pass():
    with pytest.raises(KeyError):
        dead_end_rate([facet("colour", "green")], COUNTS)


def test_groundedness_looks_at_selected_values_too():
    assert grounded_rate(FACETS, COUNTS) == 2 / 4
    assert grounded_rate(FACETS, COUNTS, least=2) == 3 / 4
    assert grounded_rate([facet("size", "small", selected=["small"])], COUNTS) == 0
    assert grounded_rate([], COUNTS) is None


def test_unknown_is_neither_right_nor_wrong():
    assert truth_shares([True, True, False, None, None, None, None, None]) == TruthShares(2 / 8, 1 / 8, 5 / 8, 8)
    assert truth_shares([]) is None


@pytest.mark.parametrize(
    ("verdicts", "everything", "anything"),
    [
        ([True, True], True, True),
        ([True, None], None, True),
        ([True, False], False, True),
        ([None, False], False, None),
        ([False, False], False, False),
        ([], True, False),
    ],
)
def test_three_valued_logic(verdicts, everything, anything):
    assert all_hold(verdicts) is everything
    assert any_holds(verdicts) is anything


def test_another_spelling_is_no_news():
    shown = [
        facet("~mood", "Cosy evenings", "for GAMERS", "Café", "glowing", kind="open"),
        facet("price", "0..50", "50..", kind="range"),
    ]
    # gamers was answered before, café is an indexed value; cosy evenings and glowing are new; ranges are no words
    assert novelty(shown, indexed={"cafe", "black"}, earlier={"for gamer"}) == 2 / 4


def test_novelty_counts_a_label_once_and_needs_labels():
    twice = [facet("~a", "glowing", kind="open"), facet("~b", "Glowing", "cafe", kind="open")]
    assert novelty(twice, indexed={"cafe"}, earlier=set()) == 1 / 2
    assert novelty([facet("price", "0..50", kind="range")], set(), set()) is None


def test_rank_promotion_in_halvings():
    # d: 4 -> 1 is 2 bits, h: 8 -> 2 is 2 bits
    assert rank_promotion(RANKING, ["d", "h"], {"d", "h"}) == 2


def test_excluding_a_wanted_document_is_the_worst_that_can_happen():
    # d: 4 -> 1 is 2 bits; a: 1 -> behind all 8 is -log2(9), although only two results are left
    assert isclose(rank_promotion(RANKING, ["d", "h"], {"a", "d"}), (2 - log2(9)) / 2)


def test_a_document_that_was_further_down_counts_as_just_behind():
    assert isclose(rank_promotion("ab", "zab", {"z"}), log2(4) - log2(1))
    assert rank_promotion("ab", "ab", {"z"}) is None
    assert rank_promotion("ab", "ab", set()) is None


def test_best_promotion_takes_the_value_that_helps_most():
    # h: 8 -> 2 by small (d is ahead); d: 4 -> 1 by small, 4 by black; e: 5 -> 1 by white; f: no value
    assert isclose(best_promotion(RANKING, MATCHES, {"h", "d", "e", "f"}), (2 + 2 + log2(5) + 0) / 4)
    assert best_promotion(RANKING, MATCHES, {"elsewhere"}) is None
    assert best_promotion(RANKING, Matches(frozenset(RANKING), {}), {"h"}) == 0


IDS = st.frozensets(st.sampled_from(RANKING))
PAIRS = st.tuples(st.sampled_from(["f", "g", "h"]), st.sampled_from(["x", "y"]))


@given(st.dictionaries(PAIRS, st.tuples(IDS, st.integers(0, 9))), st.integers(0, 4), st.booleans())
def test_bounds(drawn, k, selected):
    names = sorted({name for name, _ in drawn})
    facets = [
        facet(name, *(v for n, v in drawn if n == name), selected=["x"] if selected and name == "f" else ())
        for name in names
    ]
    matches = Matches(frozenset(RANKING), {pair: found for pair, (found, _) in drawn.items()})
    counts = {pair: count for pair, (_, count) in drawn.items()}
    figures = [
        coverage_at(matches, facets, k),
        redundancy_at(matches, facets, k),
        selectivity(facets, counts, 9),
        dead_end_rate(facets, counts),
        thin_rate(facets, counts),
        grounded_rate(facets, counts),
        novelty(facets, {"x"}, set()),
    ]
    assert all(figure is None or 0 <= figure <= 1 for figure in figures)
    assert coverage_at(matches, facets, k) <= coverage_at(matches, facets, k + 1)
    if dead_end_rate(facets, counts) is not None:
        assert dead_end_rate(facets, counts) <= thin_rate(facets, counts)


@given(st.permutations(RANKING), st.lists(st.sampled_from(RANKING), unique=True), IDS)
def test_promotion_is_antisymmetric_and_bounded(before, after, wanted):
    gain, loss = rank_promotion(before, after, wanted), rank_promotion(after, before, wanted)
    assert (gain is None) == (not wanted)
    if gain is not None:
        assert isclose(gain, -loss, abs_tol=1e-12)
        assert abs(gain) <= log2(9)


@given(st.dictionaries(PAIRS, IDS), st.sampled_from(RANKING))
def test_best_promotion_is_that_of_the_best_filtered_list(values, wanted):
    lists = [[id_ for id_ in RANKING if id_ in found] for found in values.values()]
    expected = max((rank_promotion(RANKING, kept, {wanted}) for kept in lists), default=0)
    assert isclose(best_promotion(RANKING, Matches(frozenset(RANKING), values), {wanted}), max(0, expected))
