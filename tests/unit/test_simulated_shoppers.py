"""What simulated shoppers do with facets, in a shop that searches in memory."""

import pytest
from shop_in_memory import CATALOG, HELPFUL, MemoryShop, arm, definition, headsets

from genfacet_training.evaluation.arms import Arm
from genfacet_training.simulator.abtest import by_arm_and_user, compare
from genfacet_training.simulator.clickmodels import CLICK_MODELS
from genfacet_training.simulator.errand import Errand, World
from genfacet_training.simulator.measures import measures
from genfacet_training.simulator.outcome import outcome
from genfacet_training.simulator.population import Population
from genfacet_training.simulator.tastes import Tastes
from genfacet_training.simulator.trail import Trail
from genfacet_training.simulator.unit import Plan, visit
from genfacet_training.simulator.vocabulary import Vocabulary

DAYS = 7
PRODUCTS = list(headsets(240).values())


def mattering(seed):
    """The attributes that matter to the shoppers of a seed, the most important first."""
    return [trait.name for trait in Tastes(seed).traits("headsets", PRODUCTS[:100], CATALOG)]


SEED = next(seed for seed in range(999) if mattering(seed)[0] == "noise_level" and "batch" not in mattering(seed))
MATTERING = mattering(SEED)
NONE = Arm("none", None)


def simulate(offered, sessions=600, model="position", broken=(), unverified=(), count=240, seed=SEED, luck=""):
    """Outcomes by arm of sessions for headsets, of which every tenth is judged relevant."""
    shop = MemoryShop(offered, broken, count)
    arms = [NONE, *(arm(name, verified=name not in unverified) for name in offered)]
    plan = Plan(World.of(seed, DAYS), arms, CLICK_MODELS[model])
    ratings = {f"h{number}": 1.0 for number in range(0, count, 10)}
    errand = Errand("headset", ratings, shop, plan.world)
    population = Population(seed, ["headset"], sessions, DAYS)
    return [
        outcome(session, served.name, visit(session, need, served, errand, plan, luck))
        for session in population.by_query()["headset"]
        if (need := errand.need(session)) is not None
        for served in arms
    ]


def figures(rows, names, *, curves=None):
    return compare(by_arm_and_user(rows), ["none", *names], "none", measures(curves or {}), 1)


@pytest.mark.parametrize("model", ["position", "cascade"])
def test_facets_of_what_matters_sell_and_those_of_nothing_do_not(model):
    good = [facet for facet in HELPFUL if facet.name in MATTERING]
    idle = [definition("batch", "none", "gone")]
    found = figures(simulate({"good": good, "idle": idle}, model=model), ["good", "idle"])
    gained = found["ucvr"]["differences"]["good"]
    assert gained["low"] > 0.03
    assert found["hr_30"]["differences"]["good"]["low"] > 0
    assert found["ucvr"]["differences"]["idle"]["mean"] == 0, "a facet without any value changes nothing"
    assert found["facet_ctr_event"]["arms"]["none"]["mean"] is None


def test_facets_of_what_matters_are_clicked_more_than_others():
    offered = {"first": [f for f in HELPFUL if f.name == MATTERING[0]], "batch": [definition("batch", "q", "r", "s")]}
    found = figures(simulate(offered), ["first", "batch"])
    clicks = {name: figure["mean"] for name, figure in found["facet_ctr_event"]["arms"].items()}
    assert clicks["first"] > 2 * clicks["batch"] > 0


def test_a_facet_in_the_shoppers_own_words_attracts_more_than_the_same_in_the_catalogues():
    word = Vocabulary(SEED).of_side("headsets", "Noise level", "low")
    catalogue = definition("~level", "class B|noise_level=..40", label="Level", labels=["class B"])
    own = definition("~level", f"{word}|noise_level=..40", label="Level", labels=[word])
    found = figures(simulate({"catalogue": [catalogue], "own": [own]}, sessions=1500), ["catalogue", "own"])
    clicks = {served: figure["mean"] for served, figure in found["facet_ctr_event"]["arms"].items()}
    assert clicks["own"] > 1.2 * clicks["catalogue"] > 0


def test_dead_ends_are_met_where_nobody_counts_and_cost_orders():
    offered = [definition("colour", "black", "white"), definition("~never", "light|weight=..90", label="Never")]
    dead = [definition("~never", f"{word}|text=headset|weight=..90", labels=[word]) for word in ("quiet", "silent")]
    found = figures(simulate({"kept": offered, "dead": dead}, unverified={"dead"}), ["kept", "dead"])
    assert found["dead_end_rate"]["arms"]["kept"]["mean"] == 0
    assert found["dead_end_rate"]["arms"]["dead"]["mean"] == 1
    assert found["zero_result_rate"]["differences"]["dead"]["low"] > 0


def test_equal_arms_have_equal_outcomes_whatever_else_is_compared():
    alone = simulate({"a": HELPFUL})
    both = simulate({"b": [definition("batch", "q", "r")], "a": HELPFUL, "c": HELPFUL})
    sessions = {name: [row[1:] for row in both if row.arm == name] for name in "abc"}
    assert sessions["a"] == sessions["c"] == [row[1:] for row in alone if row.arm == "a"]
    assert sessions["a"] != sessions["b"]


def test_other_luck_or_another_seed_is_another_course_of_things():
    first = simulate({"a": HELPFUL}, sessions=60)
    assert first == simulate({"a": HELPFUL}, sessions=60)
    assert first != simulate({"a": HELPFUL}, sessions=60, luck="other")
    assert first != simulate({"a": HELPFUL}, sessions=60, seed=SEED + 1)


def test_programs_buy_nothing_are_in_no_figure_and_mostly_told_by_their_haste():
    rows = [row for row in simulate({"a": HELPFUL}, sessions=3000) if row.arm == "a"]
    bots = [row for row in rows if row.bot]
    assert 0.01 < len(bots) / len(rows) < 0.06
    assert not any(row.bought for row in bots)
    assert {row.user for row in bots}.isdisjoint(by_arm_and_user(rows)["a"])
    assert sum(row.flagged for row in bots) > 0.7 * len(bots)
    assert sum(row.flagged for row in rows if not row.bot) < 0.02 * len(rows)


def test_a_search_that_fails_ends_the_session_and_is_counted():
    rows = simulate({"a": HELPFUL, "down": HELPFUL}, broken={"down"}, sessions=80)
    down = [row for row in rows if row.arm == "down"]
    assert all(row.failed and not row.bought for row in down if not row.bot)
    assert not any(row.failed for row in rows if row.arm != "down")
    assert figures(rows, ["a", "down"])["failed_rate"]["arms"]["down"]["mean"] == 1


def test_policies_differ_as_their_names_say():
    population = Population(SEED, ["headset"], 2000, DAYS)
    rows = [row for row in simulate({"a": HELPFUL}, sessions=2000) if row.arm == "a" and not row.bot]

    def mean(policy, figure):
        found = [figure(row) for row in rows if population.user(row.user).policy.name == policy]
        return sum(found) / len(found)

    assert mean("careful", lambda row: row.pages) > 1.2 * mean("hasty", lambda row: row.pages)
    assert mean("careful", lambda row: row.selections) > 1.2 * mean("hasty", lambda row: row.selections)


def test_figures_worked_out_by_hand():
    """Two users: one clicks the second facet and buys; the other sees two pages and leaves."""
    population = Population(1, ["q"], 400, 1)
    people = {s.user.number: s for s in population.by_query()["q"] if not s.user.is_bot}
    first, second = list(people.values())[:2]
    buys = Trail(pages=2, facet_pages=2, clicked_pages=1, impressions=8, clicked_places=[1], scanned=9)
    buys.product_clicks = 1
    buys.found = buys.bought = True
    leaves = Trail(pages=2, zero_pages=1, facet_pages=1, impressions=2, turns=1, scanned=6)
    rows = [outcome(first, "none", buys), outcome(second, "none", leaves)]
    found = figures(rows, [], curves={first.user.layout.name: [1.0, 0.5]})
    means = {name: metric["arms"]["none"]["mean"] for name, metric in found.items()}
    assert means == pytest.approx(
        {
            "ucvr": 1 / 2,
            "ucvr_exposed": 1 / 2,
            "orders_per_user": 1 / 2,
            "facet_ctr_event": 1 / 10,
            "facet_ctr_page": 1 / 3,
            "facet_ctr_debiased": 2 / 10,
            "clicks_to_purchase": 2,
            "scanned_to_purchase": 9,
            "hr_30": 1 / 2,
            "zero_result_rate": 1 / 4,
            "dead_end_rate": 0,
            "wrong_selection_rate": 0,
            "failed_rate": 0,
        }
    )


def test_popular_queries_are_asked_more_and_every_session_falls_into_the_days():
    population = Population(2, [f"q{n}" for n in range(50)], 4000, 5)
    asked = population.by_query()
    counts = sorted((len(sessions) for sessions in asked.values()), reverse=True)
    assert sum(counts) == 4000
    assert counts[0] > 4 * counts[-1]
    assert {session.day for sessions in asked.values() for session in sessions} == set(range(5))
    assert Population(2, ["only"], 3, 5).by_query().keys() == {"only"}
