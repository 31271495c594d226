"""Intervals and p-values: small cases by hand, the same numbers for the same seed, and how often they are right."""

from math import isclose, nan, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genfacet_training.evaluation import bootstrap
from genfacet_training.evaluation.bootstrap import (
    Interval,
    differences,
    mean_interval,
    paired_difference,
    ratio_difference,
    ratio_interval,
    sign_flip_p,
)


def test_nothing_has_no_mean():
    assert mean_interval([], seed=1) == Interval(None, None, None, 0)
    assert mean_interval([None, None], seed=1) == Interval(None, None, None, 0)
    assert ratio_interval([], seed=1) == Interval(None, None, None, 0)
    assert ratio_difference({}, {}, seed=1) == Interval(None, None, None, 0)
    assert sign_flip_p([], seed=1) is None


def test_one_unit_says_nothing_about_the_spread():
    assert mean_interval([0.5], seed=1) == Interval(0.5, None, None, 1)
    assert ratio_interval([(1, 4)], seed=1) == Interval(0.25, None, None, 1)
    assert sign_flip_p([0.3], seed=1) == 1


def test_undefined_figures_are_not_in_n():
    found = mean_interval([1, None, 0, None], seed=1)
    assert (found.mean, found.n) == (0.5, 2)
    assert found.as_json() == {"mean": 0.5, "low": 0.0, "high": 1.0, "n": 2}


def test_values_all_alike_have_no_spread():
    assert mean_interval([0.1] * 10, seed=1).mean == pytest.approx(0.1)
    assert mean_interval([2.0] * 10, seed=1) == Interval(2, 2, 2, 10)


def test_the_interval_is_as_wide_as_theory_says():
    # 100 shoppers, 30 of whom buy: 0.3 +- 1.96 * sqrt(0.3 * 0.7 / 100) = 0.3 +- 0.09
    found = mean_interval([1] * 30 + [0] * 70, seed=1, draws=20_000)
    assert found.mean == 0.3
    assert found.low == pytest.approx(0.3 - 1.96 * sqrt(0.3 * 0.7 / 100), abs=0.011)
    assert found.high == pytest.approx(0.3 + 1.96 * sqrt(0.3 * 0.7 / 100), abs=0.011)


def test_a_seed_and_the_values_determine_the_numbers_not_their_order():
    values = [0.1, 0.7, 0.2, 0.9, 0.35, 1 / 3]
    units = [(1, 3), (0, 5), (2, 2), (7, 11)]
    assert mean_interval(values, seed=7) == mean_interval(values[::-1], seed=7)
    assert mean_interval(values, seed=7) != mean_interval(values, seed=8)
    assert ratio_interval(units, seed=7) == ratio_interval(units[::-1], seed=7)
    assert sign_flip_p(values * 5, seed=7) == sign_flip_p(values[::-1] * 5, seed=7)


def test_a_ratio_weighs_units_by_their_denominators():
    # 1 of 10 and 1 of 2 clicks: 2/12, not the mean of 0.1 and 0.5
    found = ratio_interval([(1, 10), (1, 2)], seed=1)
    assert (found.mean, found.low, found.high, found.n) == (2 / 12, 0.1, 0.5, 2)


def test_a_ratio_without_impressions_is_not_defined():
    assert ratio_interval([(0, 0), (0, 0)], seed=1) == Interval(None, None, None, 2)
    # Draws of the shopper without impressions alone have no ratio; the others all have 1/4.
    assert ratio_interval([(0, 0), (1, 4)], seed=1) == Interval(0.25, 0.25, 0.25, 2)


def test_differences_pair_by_unit():
    ours, theirs = {"a": 1.0, "b": 0.5, "c": None, "d": 1.0}, {"b": 0.25, "a": 0.5, "c": 1.0, "e": 0.0}
    assert sorted(differences(ours, theirs)) == [0.25, 0.5]
    found = paired_difference(ours, theirs, seed=1)
    assert (found.mean, found.low, found.high, found.n) == (0.375, 0.25, 0.5, 2)


def test_pairing_takes_out_what_units_have_in_common():
    theirs = {n: n / 100 for n in range(100)}
    ours = {n: value + 0.01 + 0.002 * (-1) ** n for n, value in theirs.items()}
    paired = paired_difference(ours, theirs, seed=1)
    assert 0 < paired.low < 0.01 < paired.high < 0.02
    apart = mean_interval(ours.values(), seed=1)
    assert apart.high - apart.low > 20 * (paired.high - paired.low)


def test_the_difference_of_ratios_draws_a_unit_in_both_arms():
    ours = {"a": (2, 4), "b": (4, 8), "only": (9, 9)}
    theirs = {"b": (2, 8), "a": (1, 4)}
    assert ratio_difference(ours, theirs, seed=1) == Interval(0.25, 0.25, 0.25, 2)
    assert ratio_difference({"a": (1, 2)}, {"a": (0, 0)}, seed=1) == Interval(None, None, None, 1)
    assert ratio_difference({"a": (0, 0)}, {"a": (1, 2)}, seed=1) == Interval(None, None, None, 1)


def test_p_values_of_few_pairs_are_exact():
    # Of 8 sign patterns of 1, 2, 3 two have a sum of at least 6 in size; of 1, 2, -3 (sum 0) all have at least 0.
    assert sign_flip_p([1, 2, 3], seed=1) == 2 / 8
    assert sign_flip_p([1, 2, -3], seed=1) == 1
    # |1 + 2 - 1| = 2 is reached by all but 1 - 2 + 1 and -1 + 2 - 1: 6 of 8
    assert sign_flip_p([1, 2, -1], seed=1) == 6 / 8
    assert sign_flip_p([0, 0, 0], seed=1) == 1
    assert sign_flip_p([0.1, 0.2, 0.3] * 4, seed=1) == 2 / 2**12
    assert sign_flip_p([0.1] * 13, seed=1) == 2 / 2**13


def test_p_values_of_many_pairs_are_drawn():
    assert sign_flip_p([0.1] * 50, seed=1) == 1 / 10_001
    assert sign_flip_p([1, -1] * 50, seed=1) == 1
    # 60 heads of 100: the exact two-sided binomial p is 0.0569
    assert sign_flip_p([1] * 60 + [-1] * 40, seed=1) == pytest.approx(0.0569, abs=0.01)


@pytest.mark.parametrize("cells", [1_000, 10])
def test_drawing_in_blocks_changes_nothing(monkeypatch, cells):
    values = [n % 7 / 7 for n in range(40)]
    whole = mean_interval(values, seed=3), sign_flip_p(values, seed=3)
    monkeypatch.setattr(bootstrap, "BLOCK", cells)
    assert (mean_interval(values, seed=3), sign_flip_p(values, seed=3)) == whole


def test_what_is_no_number_is_refused():
    with pytest.raises(ValueError, match="finite"):
        mean_interval([1, nan], seed=1)
    with pytest.raises(ValueError, match="finite"):
        ratio_interval([(1, float("inf"))], seed=1)


def test_arms_that_are_alike_are_told_apart_in_one_of_twenty():
    random = np.random.default_rng(5)
    trials = [random.normal(size=40) for _ in range(300)]
    missed = np.mean([not found.low <= 0 <= found.high for found in (mean_interval(t, 1, 500) for t in trials)])
    false = np.mean([sign_flip_p(t, 1, 500) <= 0.05 for t in trials])
    # Binomial with 300 trials: 0.05 +- 3 * 0.0126; percentile intervals are a little narrow for 40 units.
    assert 0.01 <= missed <= 0.10
    assert 0.01 <= false <= 0.09


FIGURES = st.lists(st.floats(0, 1), min_size=2, max_size=30)


@given(FIGURES, st.integers(0, 9))
def test_bounds_of_a_mean(values, seed):
    found = mean_interval(values, seed, draws=200)
    slack = 1e-9
    assert min(values) - slack <= found.low <= found.high <= max(values) + slack
    assert min(values) - slack <= found.mean <= max(values) + slack
    assert 0 < sign_flip_p(values, seed, flips=200) <= 1


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(5, 9)), min_size=2, max_size=20))
def test_bounds_of_a_ratio(units):
    found = ratio_interval(units, seed=1, draws=200)
    assert isclose(found.mean, sum(a for a, _ in units) / sum(b for _, b in units))
    assert 0 <= found.low <= found.high <= 1
