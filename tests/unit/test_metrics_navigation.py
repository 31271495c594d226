"""Ways of an ideal shopper through twelve results, three of which are in sight at a time, walked by hand."""

from math import isclose

from hypothesis import given
from hypothesis import strategies as st

from genfacet.facets import Facet, FacetValue
from genfacet.measures import Matches
from genfacet_training.evaluation.metrics.navigation import (
    Navigation,
    mean_cost,
    mean_effort,
    navigate,
    reached_rate,
)

RANKING = tuple("abcdefghijkl")


def page(values, selected=()):
    """Facets and matches of ``{"colour": {"black": "abc"}}``."""
    facets = [
        Facet(name, name, "attribute", "test", "", tuple(FacetValue(v, v, 1, v in selected) for v in shown))
        for name, shown in values.items()
    ]
    pairs = {(name, value): frozenset(ids) for name, shown in values.items() for value, ids in shown.items()}
    return facets, Matches(frozenset(RANKING), pairs)


SHOP = {"colour": {"black": "adgjkl", "white": "bceh"}, "size": {"small": "gl", "large": "abcdef"}}


def walk(target, values=SHOP, in_sight=3, patience=3, selected=()):
    return navigate(RANKING, *page(values, selected), [target], in_sight, patience)[target]


def test_what_is_in_sight_costs_reading_down_to_it():
    assert walk("b") == Navigation(True, clicks=0, scanned_values=0, scanned_results=2)


def test_one_click_that_brings_it_up():
    # 3 results in vain, 4 values, small (rank 2 against rank 6 by black), 2 results
    assert walk("l") == Navigation(True, clicks=1, scanned_values=4, scanned_results=3 + 2)
    assert walk("l").cost == 1 + 4 + 5


def test_the_second_page_shows_what_is_left_of_the_other_facets():
    # k is 5th of the black ones: not in sight, and small and large do not hold for it.
    # 3 results, 4 values, black; 3 results, small and large; nothing helps, and k is two further down
    assert walk("k") == Navigation(False, clicks=1, scanned_values=4 + 2, scanned_results=3 + 3, left=2)
    assert (walk("k").cost, walk("k").effort) == (1 + 6 + 6, 1 + 6 + 6 + 2)


def test_values_without_results_are_not_read():
    values = {"colour": {"black": "adgjkl", "white": "bceh"}, "size": {"large": "ijk", "tiny": "bc"}}
    # 3 results, 4 values, large: k is 3rd and in sight
    assert walk("k", values) == Navigation(True, clicks=1, scanned_values=4, scanned_results=3 + 3)
    # with 2 in sight: 2 results, 4 values, large; 2 results, black alone (no white one is large); j, k: 2nd
    assert walk("k", values, in_sight=2) == Navigation(True, clicks=2, scanned_values=4 + 1, scanned_results=2 + 2 + 2)


def test_giving_up_when_no_value_helps_or_patience_ends():
    # i holds no value at all
    assert walk("i") == Navigation(False, clicks=0, scanned_values=4, scanned_results=3, left=6)
    assert walk("l", patience=0) == Navigation(False, clicks=0, scanned_values=0, scanned_results=3, left=9)
    assert walk("elsewhere") == Navigation(False, clicks=0, scanned_values=4, scanned_results=3, left=9)


def test_a_value_that_holds_for_everything_is_not_clicked():
    everything = {"stock": {"yes": RANKING}}
    assert walk("d", everything) == Navigation(False, clicks=0, scanned_values=1, scanned_results=3, left=1)


def test_of_two_values_that_help_alike_the_first_is_clicked():
    values = {"colour": {"black": "aefgh"}, "shade": {"dark": "aefgh"}, "size": {"small": "h"}}
    # small would do it at once; without it black, and dark says the same again
    assert walk("h", values) == Navigation(True, clicks=1, scanned_values=3, scanned_results=3 + 1)
    del values["size"]
    assert walk("h", values) == Navigation(False, clicks=1, scanned_values=2 + 1, scanned_results=3 + 3, left=2)


def test_without_facets_the_first_page_is_all_there_is():
    assert walk("l", {}) == Navigation(False, clicks=0, scanned_values=0, scanned_results=3, left=9)
    assert walk("l", {}).effort == 12
    assert navigate([], *page(SHOP), ["a"]) == {"a": Navigation(False, 0, 0, 0)}


def test_a_facet_with_a_selection_is_passed_over():
    assert walk("l", selected=["black"]).scanned_values == 2


def test_giving_up_is_not_cheap():
    facets, matches = page(SHOP)
    ways = list(navigate(RANKING, facets, matches, "bli", in_sight=3).values())
    # b costs 2, l 10, i is given up after 7
    assert reached_rate(ways) == 2 / 3
    assert isclose(mean_cost(ways), (2 + 10 + 7) / 3)
    hopeless = list(navigate(RANKING, [], matches, "kl", in_sight=3).values())
    assert mean_cost(hopeless) < mean_cost(ways)
    assert reached_rate([]) is mean_cost([]) is mean_effort([]) is None


def test_effort_is_the_rank_without_facets_and_less_with_good_ones():
    facets, matches = page(SHOP)
    with_facets = navigate(RANKING, facets, matches, "bl", in_sight=3).values()
    without = navigate(RANKING, [], matches, "bl", in_sight=3).values()
    assert mean_effort(without) == (2 + 12) / 2
    assert mean_effort(with_facets) == (2 + 10) / 2


IDS = st.frozensets(st.sampled_from(RANKING)).map(sorted)
PAGES = st.dictionaries(st.sampled_from("fgh"), st.dictionaries(st.sampled_from("xyz"), IDS, max_size=3), max_size=3)


@given(PAGES, st.sampled_from(RANKING), st.integers(1, 12), st.integers(0, 4))
def test_bounds(values, target, in_sight, patience):
    way = walk(target, values, in_sight, patience)
    shown = sum(map(len, values.values()))
    assert 0 <= way.clicks <= min(patience, len(values))
    assert way.scanned_values <= shown * (way.clicks + 1)
    assert 1 <= way.scanned_results <= in_sight * (way.clicks + 1)
    assert way.left == 0 if way.reached else 0 <= way.left < len(RANKING)
    assert walk(target, {}, in_sight, patience).effort == RANKING.index(target) + 1
    if RANKING.index(target) < in_sight:
        assert way == Navigation(True, 0, 0, RANKING.index(target) + 1)


@given(PAGES, st.sampled_from(RANKING), st.integers(1, 12))
def test_a_shopper_with_more_in_sight_or_more_patience_reaches_no_less(values, target, in_sight):
    assert walk(target, values, in_sight, 1).reached <= walk(target, values, in_sight + 1, 1).reached
    assert walk(target, values, in_sight, 1).reached <= walk(target, values, in_sight, 2).reached
