"""Which source a report says to choose: a winner only where the difference is more than noise."""

from io import StringIO

import pytest
from report_files import ARMS, interval, make_report, make_simulation
from rich.console import Console

from genfacet_training.reports.report import ReportError, check_report
from genfacet_training.reports.terminal import print_report
from genfacet_training.reports.verdict import judge


def verdict_of(report):
    return judge(check_report(report))


def differ(report, **differences):
    """Differences to the baseline, as (mean, half width)."""
    for arm, (mean, half) in differences.items():
        report["metrics"]["hit@5"]["differences"][arm] = interval(mean, half)


def test_a_source_with_dead_ends_is_never_the_choice():
    report = make_report()
    best = verdict_of(report).best
    arms = {arm: interval(0.3 if arm == best else 0.0, 0.01) for arm in ARMS}
    dead = {"label": "Dead ends", "better": "lower", "group": "facets", "arms": arms, "differences": {}}
    report["metrics"]["dead_ends"] = dead
    verdict = verdict_of(report)
    assert verdict.choice != best
    assert verdict.best != best
    assert f"{best} is no choice: 30.0 % dead ends, which must be 0." in verdict.reasons


def test_the_winner_is_named_with_its_figures():
    verdict = verdict_of(make_report())
    assert (verdict.choice, verdict.best, verdict.alike, verdict.clear) == ("entropy", "entropy", (), True)
    assert verdict.headline == "Choose entropy: it is better than every other source, by more than noise."
    assert verdict.reasons[0].startswith("Hit@5 [share]: entropy 0.572 (0.552 to 0.592), count (baseline) 0.465")
    assert verdict.reasons[0].endswith("difference +0.108 (+0.078 to +0.138), more than noise.")
    assert "What it costs: worse than count by more than noise: Redundancy +0.100." in verdict.reasons
    assert verdict.reasons[-1].startswith("A page of entropy takes 12.5 ms (median; 95 % within 31.0 ms), of count 9.0")


def test_there_is_no_winner_where_the_interval_of_the_difference_holds_nothing():
    report = make_report()
    differ(report, entropy=(0.108, 0.109))
    verdict = verdict_of(report)
    assert verdict.choice == "count"
    assert not verdict.clear
    assert verdict.headline.startswith("No winner: keep count, the baseline. The difference to entropy is not more")


def test_lower_is_better_turns_the_choice_around():
    report = make_report()
    report["metrics"]["hit@5"]["better"] = "lower"
    assert verdict_of(report).choice == "random"


def test_the_baseline_can_win():
    verdict = verdict_of(make_report((0.0, -0.1, -0.2, None)))
    assert verdict.clear
    assert verdict.headline == "Keep count: the baseline is better than every other source, by more than noise."


def alike():
    """Entropy and random beat the baseline and cannot be told apart; entropy has the better mean, random is faster."""
    report = make_report((0.0, 0.2, 0.2, None), salt=3)
    report["metrics"]["hit@5"]["arms"]["entropy"]["mean"] = 0.9
    del report["metrics"]["redundancy"]
    return report


def test_two_that_beat_the_baseline_and_are_alike_leave_the_choice_to_latency():
    verdict = verdict_of(alike())
    assert (verdict.best, verdict.alike, verdict.clear) == ("entropy", ("random",), False)
    assert verdict.choice == "random"  # 8 ms against 12.5 ms
    assert verdict.headline == (
        "No single winner: entropy and random cannot be told apart. Take random, the fastest of those: "
        "it is better by more than noise than count, the baseline."
    )


def test_a_little_faster_is_no_reason():
    report = alike()
    report["latency"]["random"]["median_ms"] = 11.0
    assert verdict_of(report).choice == "entropy"


def test_two_that_are_alike_leave_the_choice_to_the_other_metrics_first():
    report = alike()
    for name, gain in (("mrr", 0.1), ("ndcg", 0.2), ("recall", -0.1)):
        report["metrics"][name] = report["metrics"]["hit@5"] | {"label": name}
        for row in report["per_query"]:
            extra = gain if row["arm"] == "entropy" else 0
            row["figures"][name] = (
                None if row["arm"] == "none" else (len(row["query"]) + int(row["query"][-2:])) + extra
            )
    verdict = verdict_of(report)
    assert verdict.choice == "entropy"  # ahead in two, behind in one, though slower
    for row in report["per_query"]:
        if row["arm"] == "random":
            row["figures"] |= {"mrr": row["figures"]["mrr"] + 0.2, "ndcg": row["figures"]["ndcg"] + 0.3}
    verdict = verdict_of(report)
    assert verdict.choice == "random"
    assert "Take random, ahead of entropy in more of the other metrics" in verdict.headline
    assert (
        "random is ahead of the best mean by more than noise in mrr, ndcg and recall; behind nowhere."
        in verdict.reasons
    )


def test_figures_by_query_do_not_speak_for_shoppers():
    """Of a simulation the shopper is the unit: queries that all lean one way do not make a lead of shoppers."""
    report = make_simulation(gains=(0.0, 0.3, 0.25, None), spread=0.001)
    assert verdict_of(report).clear
    for arm in ("count", "entropy", "random"):
        report["metrics"]["hit@5"]["arms"][arm] |= {"low": 0.0, "high": 1.0, "n": 4000}
    assert verdict_of(report).alike == ("random",)


def test_one_that_does_not_beat_the_baseline_is_not_taken_for_being_fast():
    report = alike()
    differ(report, random=(0.2, 0.3))
    assert verdict_of(report).alike == ("random",)
    assert verdict_of(report).choice == "entropy"


def test_a_second_place_is_told_apart_by_pairs_where_its_interval_overlaps():
    report = make_report((0.0, 0.3, 0.25, None), spread=0.001)
    for arm in ("entropy", "random"):
        report["metrics"]["hit@5"]["arms"][arm] |= {"low": 0.0, "high": 1.0}
    assert verdict_of(report).clear
    report["per_query"] = []  # without pairs only the intervals are left, and they overlap
    assert verdict_of(report).alike == ("random",)


def test_few_queries_are_noise_whatever_the_interval():
    for n, choice in ((5, "count"), (6, "entropy")):
        report = make_report(queries=n)
        for arm in ("entropy", "random"):
            report["metrics"]["hit@5"]["differences"][arm]["n"] = n
        assert verdict_of(report).choice == choice


def test_the_plan_decides_what_decides():
    report = make_report()
    assert verdict_of(report).metric == "hit@5"  # the first that is better in one direction: coverage is not
    report["plan"] = {"test": "", "horizon": 40, "primary": "redundancy"}
    assert verdict_of(report).metric == "redundancy"
    assert verdict_of(report).choice == "count"


def test_an_arm_measured_on_few_of_the_queries_is_named():
    report = make_report()
    report["metrics"]["hit@5"]["arms"]["entropy"]["n"] = 12
    assert "Beware: entropy was measured on 12 cases of 40 only." in verdict_of(report).reasons


def test_a_single_arm_leaves_no_choice():
    assert verdict_of(make_report((0.0, None, None, None))).headline.startswith("Only count was measured")


def test_nothing_measured_decides_nothing():
    verdict = verdict_of(make_report((None, None, None, None)) | {"metrics": {}})
    assert verdict.choice is None
    assert verdict.headline == "Nothing was measured that could decide."


def printed(report, width=100):
    file = StringIO()
    print_report(check_report(report), Console(width=width, file=file))
    return file.getvalue()


def test_the_terminal_shows_verdict_metrics_problems_and_time():
    text = printed(make_report())
    assert text.startswith("Choose entropy: it is better than every other source, by more than noise.\n")
    assert "0.572 ▲" in text
    assert "0.369 ▼" in text
    assert "0.200 ≈" in text
    assert "Problems: no relevant document: 2." in text
    assert "1 min 23 s in all: searches 1 min 0 s, metrics 12 s, bootstrap 10 s." in text


def test_the_terminal_says_simulated_at_every_table():
    text = printed(make_simulation())
    assert text.splitlines()[0].endswith("(simulated)")
    assert text.count("(simulated)") == 1 + text.count("┏")


def test_many_arms_are_several_tables_that_all_lead_with_the_baseline():
    report = make_report()
    report["arms"] = ["count", *(f"arm number {i}" for i in range(12)), *ARMS[1:]]
    lines = printed(report, width=80).splitlines()
    heads = [line for line in lines if line.startswith("┃ metric")]
    assert len(heads) > 3
    assert all(line.split("┃")[2].strip() == "count" for line in heads)
    assert not [line for line in lines if line.startswith(("┃", "│")) and len(line) > 80]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"baseline": "nobody"}, "the baseline is none of the arms"),
        ({"arms": ["count", "count"]}, "an arm is listed twice"),
        ({"arms": ["count"]}, "figures of an arm that is not listed: entropy"),
        ({"plan": {"primary": "sales"}}, "the primary metric of the plan is none of the metrics"),
        ({"kind": "novel"}, "kind: Input should be 'evaluation' or 'simulation'"),
        ({"seconds": float("nan")}, "seconds: Input should be a finite number"),
        ({"arms": []}, "arms: List should have at least 1 item"),
    ],
)
def test_a_report_that_contradicts_itself_is_refused_in_one_sentence(change, sentence):
    with pytest.raises(ReportError, match=sentence) as caught:
        check_report(make_report() | change)
    assert "\n" not in str(caught.value)


def test_a_query_that_is_there_twice_is_refused():
    report = make_report()
    report["per_query"].append(report["per_query"][0])
    with pytest.raises(ReportError, match="a query is listed twice for the same arm"):
        check_report(report)
