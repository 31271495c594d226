"""Searches after a selection, worked out by hand."""

from math import isclose

from hypothesis import given
from hypothesis import strategies as st

from genfacet_training.evaluation.metrics.rewrites import (
    constraint_satisfaction,
    drift,
    hit_rate_at,
    judged_rate_at,
    recall_at,
    relevant_at,
    zero_results,
)
from genfacet_training.evaluation.metrics.truth import TruthShares

IDS = ["a", "x", "b", "y"]


def test_rel_divides_by_k_however_short_the_list():
    assert relevant_at(IDS, {"a", "b", "c"}) == 2 / 30
    assert relevant_at(IDS, {"a", "b", "c"}, k=2) == 1 / 2
    assert relevant_at([], {"a"}) == 0
    assert relevant_at(IDS, set()) is None


def test_hr_looks_for_one_document():
    assert hit_rate_at(IDS, "b", k=3) == 1
    assert hit_rate_at(IDS, "b", k=2) == 0
    assert hit_rate_at([str(n) for n in range(31)], "30") == 0


def test_recall_divides_by_the_relevant_ones():
    assert recall_at(IDS, {"a", "b", "c"}) == 2 / 3
    assert recall_at(IDS, {"a", "b", "c"}, k=1) == 1 / 3
    assert recall_at(IDS, set()) is None


def test_satisfaction_is_or_within_a_facet_and_and_across():
    verdicts = [
        [[True, False], [True]],  # one of two colours, and the size: true
        [[False, False], [True]],  # neither colour: false
        [[None, False], [True]],  # colour unknown: unknown
        [[None, False], [False]],  # colour unknown, but the size is wrong: false
        [[True, None], [None]],  # size unknown: unknown
    ]
    assert constraint_satisfaction(verdicts) == TruthShares(1 / 5, 2 / 5, 2 / 5, 5)
    assert constraint_satisfaction(verdicts, k=2) == TruthShares(1 / 2, 1 / 2, 0, 2)


def test_satisfaction_needs_results_and_a_selection():
    assert constraint_satisfaction([]) is None
    assert constraint_satisfaction([[], []]) is None


def test_drift_leaves_unjudged_results_out_and_says_how_many():
    ratings = {"a": 3, "b": 0, "z": 3}
    assert drift(IDS, ratings, most=3) == 1 - (1 + 0) / 2
    assert drift(IDS, ratings, most=3, k=2) == 0
    assert judged_rate_at(IDS, ratings) == 2 / 4
    assert drift(["x"], ratings, most=3) is None
    assert drift(IDS, {"a": 0}, most=0) is None
    assert judged_rate_at([], ratings) is None


def test_a_relaxed_search_had_found_nothing():
    assert zero_results(0) == 1
    assert zero_results(12) == 0
    assert zero_results(12, relaxed=True) == 1


RESULTS = st.lists(st.sampled_from("abcdefgh"), unique=True)
SETS = st.frozensets(st.sampled_from("abcdefgh"), min_size=1)


@given(RESULTS, SETS, st.integers(1, 10))
def test_bounds(ids, relevant, k):
    assert 0 <= relevant_at(ids, relevant, k) <= min(len(relevant), k) / k
    assert 0 <= recall_at(ids, relevant, k) <= min(1, k / len(relevant))
    assert recall_at(ids, relevant, k) <= recall_at(ids, relevant, k + 1)
    assert isclose(relevant_at(ids, relevant, k) * k, recall_at(ids, relevant, k) * len(relevant))
    assert isclose(sum(hit_rate_at(ids, wanted, k) for wanted in relevant), relevant_at(ids, relevant, k) * k)


@given(RESULTS, st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 4)), st.integers(1, 10))
def test_drift_is_a_share_wherever_something_is_judged(ids, ratings, k):
    found = drift(ids, ratings, 4, k)
    assert (found is None) == (not judged_rate_at(ids, ratings, k))
    assert found is None or 0 <= found <= 1


@given(st.lists(st.lists(st.lists(st.sampled_from([True, False, None]), min_size=1), min_size=1), min_size=1))
def test_shares_sum_to_one(verdicts):
    shares = constraint_satisfaction(verdicts)
    assert isclose(shares.true + shares.false + shares.unknown, 1)
    assert shares.n == min(30, len(verdicts))
