"""Chance, click models and the curve that is fitted on clicks."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genfacet_training.simulator.chance import Chance
from genfacet_training.simulator.clickmodels import CLICK_MODELS
from genfacet_training.simulator.examination import fit
from genfacet_training.simulator.layouts import LAYOUTS

KEYS = st.lists(st.text() | st.integers(), min_size=1, max_size=4)


@given(KEYS, KEYS)
def test_a_number_hangs_on_its_key_alone(first, second):
    chance = Chance(7)
    before = chance.at(*first)
    chance.at(*second)
    assert chance.at(*first) == before == Chance(7).at(*first)
    assert 0 <= before < 1
    if first != second:
        assert before != chance.at(*second)


def test_keys_do_not_run_together():
    numbers = {
        Chance(1).at("a", "b"),
        Chance(1).at("ab"),
        Chance(1).at("a, b"),
        Chance(1, "a").at("b"),
        Chance(1).at(1),
    }
    assert len(numbers) == 5


def test_numbers_are_evenly_distributed():
    counted = Counter(int(Chance(3).at("draw", number) * 10) for number in range(20_000))
    assert set(counted) == set(range(10))
    assert all(1800 < count < 2200 for count in counted.values())


def test_items_are_picked_in_proportion_and_never_those_of_no_weight():
    counted = Counter(Chance(2).pick("abcd", [3, 0, 1, 0], number) for number in range(8000))
    assert set(counted) == {"a", "c"}
    assert counted["a"] == pytest.approx(6000, rel=0.05)


def looks(model, curve, times=6000, shown="abcdef"):
    return [CLICK_MODELS[model].looked_at(curve, shown, Chance(5, number)) for number in range(times)]


@pytest.mark.parametrize("model", ["position", "cascade"])
def test_both_models_look_at_a_place_as_often_as_the_layout_says(model):
    curve = [0.8, 0.6, 0.3, 0.1]
    counted = Counter(place for places in looks(model, curve) for place in places)
    assert [counted[place] / 6000 for place in range(4)] == pytest.approx(curve, abs=0.02)
    assert counted[4] == 0, "nobody looks beyond the curve"


def test_the_cascade_skips_nothing_and_the_other_model_does():
    curve = LAYOUTS[0].facets
    assert all(places == list(range(len(places))) for places in looks("cascade", curve))
    assert any(places != list(range(len(places))) for places in looks("position", curve))


def test_what_moves_up_is_looked_at_no_less():
    model, curve = CLICK_MODELS["position"], LAYOUTS[2].results
    for number in range(500):
        below = model.looked_at(curve, ["x", "y", "wanted"], Chance(number))
        above = model.looked_at(curve, ["wanted", "x", "y"], Chance(number))
        assert 2 not in below or 0 in above


def test_the_curve_is_found_again_from_clicks():
    """Each facet stands at two neighbouring places; the luck of both is the model's own."""
    curve, likes = [0.9, 0.5, 0.3, 0.2], [0.5, 0.3, 0.6, 0.4]
    counts = {}
    for item, like in enumerate(likes):
        for place in (item, max(0, item - 1)):
            draws = [Chance(item, place).at(number) < curve[place] * like for number in range(20_000)]
            counts[f"facet {item}", place] = (20_000, sum(draws))
    assert fit(counts) == pytest.approx([place / 0.9 for place in curve], abs=0.05)


def test_a_fitted_curve_never_rises_and_needs_evidence():
    assert fit({}) == []
    assert fit({("a", 0): (100, 0)}) == [1.0]
    scarce = fit({("a", 0): (1000, 300), ("a", 1): (1000, 100), ("a", 2): (3, 3)})
    assert scarce[0] == 1.0
    assert scarce[1] == scarce[2] < 0.5
