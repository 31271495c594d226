"""Sources on probes made by hand: what is shown for a query, what stays away, and how values read."""

import pytest

from genfacet.background import Background
from genfacet.catalog import Attribute, Catalog
from genfacet.errors import SettingsError
from genfacet.probe import AttributeProbe, Probe
from genfacet.sources import View, load_source, source_names
from genfacet.sources.definitions import define
from genfacet.sources.ranking import entropy, jlh
from genfacet.values import read_range

CATALOG = Catalog({}, (), ())
SAMPLED = 100


def texts(name, docs, *counts, label=None, others=0):
    """An attribute whose values v0, v1, … occur in so many of the sampled results; a dict names the values."""
    named = dict(counts[0]) if counts and isinstance(counts[0], dict) else {f"v{n}": c for n, c in enumerate(counts)}
    values = tuple(sorted(named.items(), key=lambda pair: -pair[1]))
    return AttributeProbe(Attribute(name, label or name.capitalize(), "keyword"), docs, values, others)


def numbers(name, docs, quantiles, values=(), others=50, unit="", label=None):
    attribute = Attribute(name, label or name.capitalize(), "keyword", unit=unit)
    return AttributeProbe(attribute, docs, tuple((value, 2) for value in values), others, tuple(quantiles))


def view(*attributes, query=None, background=None):
    probe = Probe(1000, SAMPLED, {seen.attribute.name: seen for seen in attributes}, {}, {})
    return View(query, probe, background, CATALOG)


def names(source, seen, size=5, values=6):
    return [definition.name for definition in load_source(source).propose(seen, size, values)]


# The first hundred results for "usb cable": cables, and a few power banks that come with one.
CABLES = (
    texts("connector", 92, {"USB-C": 40, "Micro-USB": 32, "Lightning": 20}),
    texts("length", 88, {"1 m": 40, "2 m": 30, "3 m": 18}),
    texts("colour", 90, {"Black": 50, "White": 40}),
    texts("battery life", 8, {"10 h": 2, "12 h": 2, "20 h": 2, "24 h": 2}),
    texts("battery capacity", 8, {"5000 mAh": 4, "10000 mAh": 4}),
)
INDEX = Background(
    10_000, {"connector": 900, "length": 1000, "colour": 8000, "battery life": 700, "battery capacity": 800}
)


@pytest.mark.parametrize("source", ["statistics", "count", "significant", "entropy"])
def test_a_facet_of_the_dominant_category_beats_battery_life(source):
    found = names(source, view(*CABLES, query="usb cable", background=INDEX), size=2)
    assert len(found) == 2
    assert not any("battery" in name for name in found)


def test_contrast_prefers_what_only_these_results_have():
    assert names("significant", view(*CABLES, background=INDEX), size=2) == ["connector", "length"]
    assert names("count", view(*CABLES))[:3] == ["connector", "colour", "length"]


def test_more_of_a_kind_is_better_than_one_value_for_almost_all():
    lopsided, even = texts("a_lopsided", 100, 97, 3), texts("even", 100, 50, 50)
    for source in ("statistics", "entropy"):
        assert names(source, view(lopsided, even))[0] == "even"


def test_facets_that_say_the_same_are_shown_once():
    same = {"Black": 50, "White": 40}
    found = names(
        "statistics", view(texts("colour", 90, same), texts("cable colour", 90, same), texts("size", 80, 40, 40))
    )
    assert sorted(found) in (["colour", "size"], ["cable colour", "size"])
    twins = (numbers("a", 90, (1, 2, 3, 4, 5), label="Weight"), numbers("b", 90, (10, 20, 30, 40, 50), label="Weights"))
    assert len(names("statistics", view(*twins))) == 1


def test_the_words_of_the_query_count():
    # Labels that no training has seen, so that nothing but the query tells them apart.
    pair = (texts("grumble", 80, 40, 40), texts("wozzle", 80, 40, 40))
    assert names("statistics", view(*pair, query="camera with wozzle"))[0] == "wozzle"
    assert names("statistics", view(*pair, query="camera of grumbles"))[0] == "grumble"


def test_lists_and_plain_dimensions_come_last():
    usual = texts("z usual", 80, 40, 40)
    listed = texts("lists", 85, {"a, b, c": 45, "a, d": 40})
    depth = numbers("depth", 85, (1, 20, 30, 40, 55))
    assert names("statistics", view(usual, listed, depth))[0] == "z usual"


@pytest.mark.parametrize("source", ["statistics", "ranker", "count", "significant", "entropy"])
def test_bounds_hold_and_equal_views_give_equal_facets(source):
    seen = [texts(f"a{n:02}", 90 - n, *[9] * 8, others=3) for n in range(30)]
    shuffled = [*seen[15:], *seen[:15]]
    found = load_source(source).propose(view(*seen, background=INDEX), 7, 4)
    assert len(found) <= 7
    assert all(2 <= len(definition.values) <= 4 + 2 for definition in found)
    assert found == load_source(source).propose(view(*shuffled, background=INDEX), 7, 4)
    assert all(definition.source == source for definition in found)


@pytest.mark.parametrize("source", ["statistics", "count", "significant", "entropy"])
def test_no_results_give_no_facets(source):
    nothing = View("x", Probe(0, 0, {}, {}, {}), None, CATALOG)
    assert list(load_source(source).propose(nothing, 5, 6)) == []
    assert names(source, view(texts("one", 100, 100))) == []


def test_a_source_that_is_not_there_is_named_with_those_that_are():
    assert {"count", "significant", "entropy", "statistics"} <= set(source_names())
    with pytest.raises(SettingsError, match=r"unknown source \[cuont\], known are .*count"):
        load_source("cuont")


def test_prices_become_readable_ranges_that_split():
    seen = numbers("price", 100, (12.9, 24.5, 49.9, 98.0, 310.0), [f"{n}.99" for n in range(8)], unit="EUR")
    definition = define(seen, "statistics", 6)
    assert definition.kind == "range"
    assert definition.values == ("..25", "25..50", "50..100", "100..")
    assert definition.labels == ("under 25 EUR", "25 to 50 EUR", "50 to 100 EUR", "100 EUR and up")
    assert not definition.by_count
    assert all(read_range(value) is not None for value in definition.values)


def test_whole_numbers_are_cut_at_whole_numbers():
    seen = numbers("ports", 100, (1, 2.25, 3.5, 7.75, 24), [str(n) for n in range(1, 9)])
    assert all("." not in bound for value in define(seen, "x", 6).values for bound in value.split(".."))


def test_few_numbers_stand_one_by_one_in_their_order():
    seen = numbers("trays", 100, (1, 1, 2, 3, 10), ["2", "1", "10"], others=0, unit="trays")
    definition = define(seen, "x", 6)
    assert definition.values == ("1", "2", "10")
    assert definition.labels == ("1 trays", "2 trays", "10 trays")
    assert define(numbers("same", 100, (5, 5, 5, 5, 5), ["5"], others=0), "x", 6) is None
    assert define(numbers("crowded", 100, (5, 5, 5, 5, 5)), "x", 6) is None


@pytest.mark.parametrize("values", [{"yes": 60, "no": 40}, {"N": 60, "Y": 40}, {"false": 1, "true": 99}])
def test_booleans_read_as_words_yes_first(values):
    definition = define(texts("wireless", 100, values), "x", 6)
    assert definition.labels == ("Yes", "No")
    assert not definition.by_count
    assert set(definition.values) == set(values)


def test_values_nobody_can_pick_are_left_out():
    odd = {
        "n/a": 30,
        "Unknown": 20,
        "-": 20,
        "": 9,
        "x" * 61: 9,
        "a\u0007b": 9,
        "3..5": 8,
        "Red": 7,
        "red": 5,
        "Blue": 4,
    }
    definition = define(texts("colour", 100, odd), "x", 6)
    assert definition.values == ("Red", "Blue")
    assert definition.by_count
    assert define(texts("colour", 100, {"n/a": 60, "Red": 40}), "x", 6) is None


def test_the_figures_are_those_of_their_formulas():
    assert entropy(texts("half", 100, 50, 50), SAMPLED) == 1.0
    assert entropy(texts("quarters", 75, 25, 25, 25), SAMPLED) == 2.0, "results without it are one more value"
    assert entropy(texts("all", 100, 100), SAMPLED) == 0
    seen = texts("a", 50, 25, 25)
    # foreground 0.5, background (99 + 1) / (999 + 1) = 0.1: (0.5 - 0.1) * 0.5 / 0.1
    assert jlh(seen, view(seen, background=Background(999, {"a": 99}))) == pytest.approx(2.0)
    assert jlh(seen, view(seen, background=Background(999, {"a": 999}))) == 0
    assert jlh(seen, view(seen)) == 0


@pytest.mark.parametrize("value", ["75 x 120 x 10", "100 x 233 x 140 mm", "12 - 22000", "20 - 20,000 Hz", "74×74×142"])
def test_texts_of_several_numbers_are_no_values(value):
    assert define(texts("dimensions", 90, {value: 50, "85 x 54 x 3": 40}), "statistics", 6) is None


@pytest.mark.parametrize("value", ["16:9", "205/55 R16", "2-in-1", "1920 x 1080", "32-34", "USB 3.2 - Gen 2"])
def test_other_texts_with_numbers_are(value):
    found = define(texts("kind", 90, {value: 50, "other": 40}), "statistics", 6)
    assert found.values == (value, "other")
