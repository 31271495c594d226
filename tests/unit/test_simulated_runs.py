"""Whole simulations: workers, interruptions, trouble, events, the A/A test and the report."""

from datetime import datetime
from pathlib import Path

import orjson
import pytest
from shop_in_memory import HELPFUL, MemoryShop, arm, definition

from genfacet.errors import SettingsError
from genfacet.events import read_event
from genfacet_training.evaluation.arms import Arm
from genfacet_training.evaluation.baselines.clicks import read_history
from genfacet_training.evaluation.parts import opened_parts
from genfacet_training.reports.report import check_report
from genfacet_training.simulator.alike import false_positives
from genfacet_training.simulator.chance import Chance
from genfacet_training.simulator.clickmodels import CLICK_MODELS
from genfacet_training.simulator.errand import World
from genfacet_training.simulator.layouts import LAYOUTS
from genfacet_training.simulator.population import Population
from genfacet_training.simulator.results import count_problems, summarise
from genfacet_training.simulator.runs import gather_events, run
from genfacet_training.simulator.unit import Plan

OFFERED = {"good": HELPFUL, "batch": [definition("batch", "q", "r", "s")]}
ARMS = [Arm("none", None), arm("good"), arm("batch")]
QUERIES = ["headset", "aria headset", "bolt headset", "toaster"]
SESSIONS = 240


def simulate(folder: Path, shop, *, workers=1, repeats=0, logged="good", seed=3, fresh=False, sessions=SESSIONS):
    """The parts of a simulation in a folder, resumed where it stopped."""
    plan = Plan(World.of(seed, 7), ARMS, CLICK_MODELS["position"], logged, ARMS[1], repeats, sessions)
    asked = Population(seed, QUERIES, sessions, 7).by_query()

    def relevant(query):
        return {f"h{number}": 3.0 for number in range(0, 60, 4)} if query == "headset" else {}

    with opened_parts(folder, {"seed": seed, "sessions": sessions}, fresh=fresh) as parts:
        return run(asked, relevant, shop, plan, parts, folder, workers, lambda: None)


def untimed(parts):
    return {
        query: {key: value for key, value in part.items() if key != "milliseconds"} for query, part in parts.items()
    }


def summary(parts, runs=0):
    found = summarise(parts, [arm.name for arm in ARMS], LAYOUTS, 1, SESSIONS, runs, ARMS[1] if runs else None)
    return {key: value for key, value in found.items() if key != "latency"}


def test_the_numbers_are_the_same_however_many_work(tmp_path):
    alone = simulate(tmp_path / "one", MemoryShop(OFFERED), workers=1, repeats=2)
    shop = MemoryShop(OFFERED)
    together = simulate(tmp_path / "many", shop, workers=4, repeats=2)
    assert len(shop.threads) > 1
    assert untimed(alone) == untimed(together)
    assert summary(alone, 2) == summary(together, 2)
    events = [tmp_path / folder / "all.jsonl" for folder in ("one", "many")]
    for file in events:
        assert gather_events(file.parent, QUERIES, file) > 1000
    assert events[0].read_bytes() == events[1].read_bytes()


class Interrupted(MemoryShop):
    """Somebody presses Ctrl-C as soon as another query is asked."""

    def page(self, arm, query, *more, **options):
        if query == "bolt headset":
            raise KeyboardInterrupt
        return super().page(arm, query, *more, **options)


def test_an_interrupted_run_goes_on_and_comes_to_the_same(tmp_path):
    whole = simulate(tmp_path / "whole", MemoryShop(OFFERED))
    with pytest.raises(KeyboardInterrupt):
        simulate(tmp_path / "cut", Interrupted(OFFERED))
    shop = MemoryShop(OFFERED)
    resumed = simulate(tmp_path / "cut", shop)
    assert untimed(resumed) == untimed(whole)
    assert {query for _, query, _ in shop.asked} <= {"bolt headset", "toaster"}
    again = MemoryShop(OFFERED)
    assert untimed(simulate(tmp_path / "cut", again)) == untimed(whole)
    assert again.asked == []


def test_other_options_do_not_mix_with_what_is_there(tmp_path):
    simulate(tmp_path, MemoryShop(OFFERED), sessions=30)
    with pytest.raises(SettingsError, match="--fresh"):
        simulate(tmp_path, MemoryShop(OFFERED), sessions=31)
    simulate(tmp_path, MemoryShop(OFFERED), sessions=31, fresh=True)


def test_pages_are_asked_for_once_by_arm_and_selections(tmp_path):
    shop = MemoryShop(OFFERED)
    simulate(tmp_path, shop, repeats=5)
    assert len(shop.asked) == len(set(shop.asked))
    assert len(shop.asked) < SESSIONS


class Moody(MemoryShop):
    """One query cannot be ranked, and one arm raises what nobody expects."""

    def ranking(self, query, first=1000):
        if query == "aria headset":
            raise RuntimeError("secret words")
        return super().ranking(query, first)

    def page(self, arm, query, *more, **options):
        if arm.name == "batch":
            raise KeyError("secret words")
        return super().page(arm, query, *more, **options)


def test_trouble_is_counted_and_the_rest_goes_on(tmp_path):
    parts = simulate(tmp_path, Moody(OFFERED))
    problems = count_problems({"judged twice alike": 2}, parts)
    assert problems["judged twice alike"] == 2
    assert problems["query lost: RuntimeError"] == 1
    assert problems["batch: KeyError"] >= 2
    assert problems["query that finds nothing which anyone could want"] == 1
    assert "secret" not in str(problems)
    figures = summary(parts)["metrics"]["failed_rate"]["arms"]
    assert (figures["good"]["mean"], figures["batch"]["mean"]) == (0, 1)
    lost = [row for row in summary(parts)["per_query"] if row["query"] == "aria headset"]
    assert [row["problem"] for row in lost] == ["query lost: RuntimeError"] * 3


def test_events_are_those_of_one_arm_as_a_page_would_send_them(tmp_path):
    parts = simulate(tmp_path, MemoryShop(OFFERED))
    file = tmp_path / "events.jsonl"
    count = gather_events(tmp_path, QUERIES, file)
    records = [orjson.loads(line) for line in file.read_bytes().splitlines()]
    events = [read_event(record) for record in records]
    assert len(events) == count
    times = [event.timestamp for event in events]
    assert times == sorted(times)
    assert times[-1] - times[0] < datetime(2025, 1, 9) - datetime(2025, 1, 1)
    assert {event.action_name for event in events} == {"impression", "facet_click", "click", "purchase"}
    assert {tuple(sorted(event.attributes)) for event in events} == {("arm", "layout", "seed", "simulated")}
    assert {(event.attributes["arm"], event.attributes["simulated"]) for event in events} == {("good", True)}
    rows = [row for part in parts.values() for row in part["outcomes"] if row[0] == "good"]
    assert sum(event.action_name == "purchase" for event in events) == sum(row[-2] for row in rows)
    clicked = [event for event in events if event.action_name == "facet_click"]
    assert sum(len(row[-1]) for row in rows) == len(clicked)
    shown = {(e.query_id, e.facet, e.position.ordinal) for e in events if e.action_name == "impression"}
    assert all((e.query_id, e.facet.name) in {(q, f.name) for q, f, _ in shown} for e in clicked)


def test_the_baseline_of_clicks_learns_from_the_events(tmp_path):
    simulate(tmp_path, MemoryShop(OFFERED))
    file = tmp_path / "events.jsonl"
    gather_events(tmp_path, QUERIES, file)
    history = read_history(file)
    assert history.rejected == 0
    assert history.rate("headset", "noise_level") > 0


def test_events_that_are_gone_are_a_sentence(tmp_path):
    simulate(tmp_path, MemoryShop(OFFERED), sessions=30)
    for file in (tmp_path / "events").iterdir():
        file.unlink()
    with pytest.raises(SettingsError, match="--fresh"):
        gather_events(tmp_path, QUERIES, tmp_path / "all.jsonl")


def test_the_report_can_be_read_and_says_that_it_is_simulated(tmp_path):
    parts = simulate(tmp_path, MemoryShop(OFFERED), repeats=4)
    found = summarise(parts, [arm.name for arm in ARMS], LAYOUTS, 1, SESSIONS, 4, ARMS[1])
    head = {"kind": "simulation", "simulated": True, "command": "", "versions": {}, "index": "i", "seed": 1}
    head |= {"made_at": "now", "seconds": 1.0, "arms": [arm.name for arm in ARMS]}
    report = check_report({**head, **found})
    assert report.is_simulated
    assert report.primary == "ucvr"
    assert report.plan.horizon == SESSIONS
    assert set(report.examination) == {"sidebar", "top bar", "mobile"}
    assert report.examination["sidebar"].fitted.facets[0] == report.examination["sidebar"].facets[0]
    rows = sum(len(part["outcomes"]) for part in parts.values())
    assert (found["bots"]["sessions"] + found["bots"]["people"]) * len(ARMS) == rows
    shown = next(row for row in report.per_query if (row.query, row.arm) == ("headset", "good"))
    assert [facet["name"] for facet in shown.facets] == [facet.name for facet in HELPFUL]


def alike(run, user, bought, other):
    """Rows of both sides of an A/A run: who bought, out of one page with five facets and no click."""
    return [(run, 0, user, bought, 1, 0, 5, 0), (run, 1, user, other, 1, 0, 5, 0)]


def test_the_check_of_the_kit_finds_a_difference_where_one_is():
    rows = [row for run in range(10) for user in range(40) for row in alike(run, user, 1, int(user % 2))]
    assert false_positives(rows, 10, 1)["ucvr"]["mean"] == 1
    assert false_positives(rows, 10, 1)["facet_ctr_page"]["mean"] == 0


def test_the_check_of_the_kit_is_wrong_in_about_one_case_of_twenty():
    chance = Chance(8)

    def bought(*key):
        return int(chance.at(*key) < 0.5)

    runs = 200
    rows = [
        row
        for run in range(runs)
        for user in range(60)
        for row in alike(run, user, bought(run, user, "a"), bought(run, user, "b"))
    ]
    found = false_positives(rows, runs, 1)["ucvr"]
    assert found["n"] == runs
    assert 0.01 <= found["mean"] <= 0.1
    assert found["low"] < 0.05 < found["high"] or found["mean"] < 0.05


def test_no_arm_always_finds_the_caches_cold(tmp_path):
    first: dict[str, str] = {}

    class Watched(MemoryShop):
        def page(self, arm, query, *args, **more):
            first.setdefault(query, arm.name)
            return super().page(arm, query, *args, **more)

    parts = simulate(tmp_path, Watched(OFFERED))
    assert len(set(first.values())) > 1
    assert [row[0] for row in parts["headset"]["outcomes"][:3]] == [arm.name for arm in ARMS]  # their order stays


def test_no_time_of_a_page_is_beyond_the_longest(tmp_path):
    parts = simulate(tmp_path, MemoryShop(OFFERED), sessions=3)
    for part in parts.values():
        part["milliseconds"] = {"good": [1.0]}
    first, *others = parts.values()
    first["milliseconds"] = {"good": [100.0]}
    for part in others[1:]:
        part["milliseconds"] = {}
    found = summarise(parts, [arm.name for arm in ARMS], LAYOUTS, 1, 3)
    assert found["latency"]["good"]["p95_ms"] <= 100
