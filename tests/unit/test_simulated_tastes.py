"""What shoppers want, how they call it, and how that changes from day to day."""

from dataclasses import replace

import pytest
from shop_in_memory import CATALOG, HELPFUL, MemoryShop, headsets

from genfacet_training.evaluation.documents import Document
from genfacet_training.simulator.errand import Errand, World
from genfacet_training.simulator.policies import POLICIES
from genfacet_training.simulator.population import Population, Session
from genfacet_training.simulator.tastes import Tastes, Want, satisfaction, wants
from genfacet_training.simulator.trends import Trends
from genfacet_training.simulator.vocabulary import Vocabulary

PRODUCTS = list(headsets().values())
LONG_AGO = -1000
"""A day without fashions."""
BY_NAME = {policy.name: policy for policy in POLICIES}


def traits(seed=1, kind="headsets", products=PRODUCTS, **shares):
    return Tastes(seed).traits(kind, products, CATALOG, **shares)


def test_the_same_attributes_matter_for_every_query_of_a_kind():
    every = [trait.name for trait in traits()]
    assert len(every) == 4
    assert [trait.name for trait in traits(products=PRODUCTS[:30])] == every
    assert [trait.weight for trait in traits()] == [0.4, 0.3, 0.2, 0.1]


def test_seeds_and_kinds_differ_in_what_matters():
    assert len({tuple(trait.name for trait in traits(seed)) for seed in range(20)}) > 5
    assert len({tuple(trait.name for trait in traits(1, kind)) for kind in "abcdefghijkl"}) > 5


def test_another_crowd_may_share_the_tastes_and_is_other_people_all_the_same():
    first, second = World.of(1, 28), World.of(2, 28, tastes=1)
    assert (first.tastes, first.vocabulary, first.trends) == (second.tastes, second.vocabulary, second.trends)
    judged = dict.fromkeys(headsets(), 1.0)
    wanted = [targets(Errand("headset", judged, MemoryShop({}), world)) for world in (first, second)]
    assert wanted[0] != wanted[1]
    assert World.of(2, 28).tastes != second.tastes


def test_attributes_that_few_products_carry_or_that_tell_each_one_apart_matter_to_nobody():
    odd = [replace(product, values=with_oddities(product, place < 9)) for place, product in enumerate(PRODUCTS)]
    attributes = {name: replace(CATALOG.attributes["brand"], name=name) for name in ("serial", "same", "rare")}
    attributes |= CATALOG.attributes
    catalog = replace(CATALOG, attributes=attributes)
    for seed in range(30):
        names = {trait.name for trait in Tastes(seed).traits("headsets", odd, catalog)}
        assert names <= {"brand", "colour", "noise_level", "weight", "price", "batch"}


def with_oddities(product, rare):
    return {**product.values, "serial": (product.id,), "same": ("x",), **({"rare": ("y",)} if rare else {})}


def test_brand_and_price_have_their_share_with_those_who_go_by_them():
    loyal = {trait.name: trait.weight for trait in traits(brand=0.6)}
    assert loyal["brand"] == 0.6
    assert sum(loyal.values()) == pytest.approx(1)
    assert {trait.name for trait in traits(price=0.6) if trait.weight == 0.6} == {"price"}


def test_a_wanted_number_is_one_that_is_as_low_or_as_high():
    low = Want("noise_level", frozenset({"30"}), 1.0, "quiet", "low", 30.0)
    assert [low.met_by(product(noise_level=n)) for n in ("20", "30", "31")] == [True, True, False]
    high = replace(low, side="high")
    assert [high.met_by(product(noise_level=n)) for n in ("20", "30", "31")] == [False, True, True]
    assert not low.met_by(product(colour="red"))
    assert Want("colour", frozenset({"red"}), 1.0, "fiery").met_by(product(colour="red"))


def product(**values):
    return Document("p", "p", "p", {name: (value,) for name, value in values.items()})


def test_the_target_satisfies_wholly_and_products_without_its_values_do_not():
    target = PRODUCTS[0]
    wanted = wants(target, traits(), "headsets", Vocabulary(1))
    assert sum(want.weight for want in wanted) == pytest.approx(1)
    assert satisfaction(target, wanted) == pytest.approx(1)
    assert min(satisfaction(other, wanted) for other in PRODUCTS) < 0.5
    assert wants(product(), traits(), "headsets", Vocabulary(1)) == ()


def test_shoppers_have_words_of_their_own_for_little_and_much():
    said = {Vocabulary(seed).of_side("headsets", "Noise level", "low") for seed in range(30)}
    assert said == {"quiet", "silent", "hushed"}
    assert {Vocabulary(s).of_side("headsets", "Noise level", "high") for s in range(30)} == {"loud", "room-filling"}
    assert {Vocabulary(s).of_value("x", "Connection", "Bluetooth 5") for s in range(30)} == {
        "cable-free",
        "pairs with my phone",
    }
    assert Vocabulary(1).of_value("x", "Wireless", "no") != Vocabulary(1).of_value("x", "Wireless", "yes")


def test_fashions_rise_and_fall():
    trends = Trends(3, 28)
    courses = [[trends.demand("headsets", "colour", f"c{n}", day) for day in range(28)] for n in range(200)]
    moving = [course for course in courses if max(course) > 2]
    assert 10 < len(moving) < 60
    assert all(set(course) == {1.0} for course in courses if max(course) == 1.0)
    for course in moving:
        best = course.index(max(course))
        assert course[:best] == sorted(course[:best])
        assert course[best:] == sorted(course[best:], reverse=True)


def test_what_is_in_fashion_is_wanted_more_often_on_its_day():
    days, seed, value = 28, *in_fashion()
    errand = Errand("headset", dict.fromkeys(headsets(), 1.0), MemoryShop({}), World.of(seed, days))
    course = [Trends(seed, days).demand("headsets", "colour", value, day) for day in range(days)]
    best, worst = course.index(max(course)), course.index(min(course))
    assert wanted_share(errand, value, best) > 1.3 * wanted_share(errand, value, worst)


def in_fashion():
    """A seed and a colour that matters and has its day."""
    for seed in range(200):
        if any(trait.name == "colour" for trait in traits(seed)):
            for value in ("black", "white", "red", "blue"):
                course = [Trends(seed, 28).demand("headsets", "colour", value, day) for day in range(28)]
                if max(course) > 4 and min(course) < 1.2:
                    return seed, value
    raise AssertionError("no seed has such a fashion")


def wanted_share(errand, value, day):
    user = Population(1, ["headset"], 10, 28).user(1)
    sessions = (Session(number, user, "headset", day, 0) for number in range(1500))
    targets = [errand.need(session).target for session in sessions]
    return sum(value in target.values.get("colour", ()) for target in targets) / len(targets)


def test_targets_are_the_judged_ones_by_rating_and_where_those_are_few_also_first_results():
    judged = {"h1": 3.0, "h2": 1.0, "h3": 1.0, "gone": 3.0}
    errand = Errand("headset", judged, MemoryShop({}), World.of(1, 28))
    found = targets(errand)
    assert set(found) == {"h1", "h2", "h3"}
    assert found.count("h1") > 2 * found.count("h2")
    assert errand.problems == {"relevant document that the index does not hold": 1}
    thin = targets(Errand("headset", {"h1": 3.0}, MemoryShop({}), World.of(1, 28)))
    assert thin.count("h1") == pytest.approx(0.7 * len(thin), rel=0.2)
    assert len(set(thin)) > 20
    assert targets(Errand("toaster", {}, MemoryShop({}), World.of(1, 28))) == [None] * 1500


def targets(errand):
    user = Population(1, ["headset"], 10, 1).user(1)
    needs = (errand.need(Session(number, user, "headset", LONG_AGO, 0)) for number in range(1500))
    return [need and need.target.id for need in needs]


def test_the_shop_of_these_tests_offers_what_it_should():
    assert {definition.name for definition in HELPFUL} == {"noise_level", "colour", "brand", "weight", "price"}
    assert set(BY_NAME) == {"careful", "hasty", "brand-loyal", "price-led"}
