"""`genfacet compare`: better, worse or noise, what cannot be compared, and its exit codes."""

import builtins
import json
from copy import deepcopy
from random import Random

import orjson
import pytest
from click.testing import CliRunner
from report_files import HOSTILE, make_report, make_simulation

from genfacet.cli import main
from genfacet_training.reports.comparison import compare
from genfacet_training.reports.report import check_report


def changed(report, arm="entropy", *, gain=0.0, noise=0.0, metric="hit@5", seed=1):
    """The report with other figures of one arm."""
    random, report = Random(seed), deepcopy(report)
    for row in report["per_query"]:
        if row["arm"] == arm:
            row["figures"][metric] += gain + random.uniform(-noise, noise)
    return report


def comparison_of(first, second):
    return compare(check_report(first), check_report(second))


def outcome_of(comparison, arm="entropy", metric="hit@5"):
    (found,) = [change for change in comparison.changes if (change.arm, change.metric) == (arm, metric)]
    return found


@pytest.fixture
def run(tmp_path):
    def run(first, second, *options):
        files = []
        for name, content in (("A.json", first), ("B.json", second)):
            file = tmp_path / name
            file.write_bytes(content if isinstance(content, bytes) else orjson.dumps(content))
            files.append(str(file))
        return CliRunner().invoke(main, ["compare", *files, *options])

    return run


def test_what_got_better_and_worse_with_its_figures():
    before = make_report()
    comparison = comparison_of(before, changed(changed(before, gain=0.05, noise=0.02), "random", gain=-0.2))
    better, worse = outcome_of(comparison), outcome_of(comparison, "random")
    assert (better.outcome, worse.outcome) == ("better", "worse")
    assert better.difference.n == 40
    assert better.difference.mean == pytest.approx(better.second - better.first)
    assert 0.04 < better.difference.low < better.difference.mean < better.difference.high < 0.06
    assert worse.difference.mean == pytest.approx(-0.2)
    assert outcome_of(comparison, "count").outcome == "same"


def test_lower_is_better_where_the_metric_says_so():
    before = make_report()
    assert (
        outcome_of(comparison_of(before, changed(before, gain=0.1, metric="redundancy")), metric="redundancy").outcome
        == "worse"
    )


def test_a_difference_that_is_neither_better_nor_worse():
    before = make_report()
    before["metrics"]["hit@5"]["better"] = "neither"
    assert outcome_of(comparison_of(before, changed(before, gain=0.1))).outcome == "other"


def test_noise_is_called_noise():
    before = make_report()
    assert outcome_of(comparison_of(before, changed(before, noise=0.1))).outcome == "noise"


def test_twins_differ_by_chance_and_are_not_called_different():
    """Of 300 pairs of figures with no true difference, 95 % intervals leave out 0 for about 15."""
    random = Random(5)
    before = make_report()
    names = [f"m{i}" for i in range(100)]
    before["metrics"] = {name: before["metrics"]["hit@5"] | {"label": name} for name in names}
    after = deepcopy(before)
    for report in (before, after):
        for row in report["per_query"]:
            row["figures"] = {name: random.gauss(0, 1) for name in names} if row["arm"] != "none" else {}
    comparison = comparison_of(before, after)
    assert len(comparison.changes) == 300
    beyond = [change for change in comparison.changes if change.difference.beyond_noise]
    assert len(beyond) >= 5
    assert len(comparison.with_outcome("better", "worse")) <= 1


def test_queries_are_paired_whatever_their_order_and_the_unpaired_are_counted():
    before = make_report()
    after = changed(before, gain=0.05, noise=0.01)
    after["per_query"].reverse()
    after["per_query"] = [row for row in after["per_query"] if row["query"] != "query 03"]
    next(row for row in after["per_query"] if (row["query"], row["arm"]) == ("query 07", "entropy"))["figures"] = {}
    comparison = comparison_of(before, after)
    change = outcome_of(comparison)
    assert (change.difference.n, change.only_first, change.only_second) == (38, 2, 0)
    assert change.outcome == "better"
    assert "1 query of the first report alone, left out." in comparison.notes


def test_without_figures_by_query_only_intervals_apart_count():
    before = make_simulation() | {"per_query": []}
    after = deepcopy(before)
    after["metrics"]["hit@5"]["arms"]["entropy"] = {"mean": 0.65, "low": 0.61, "high": 0.69, "n": 40}
    after["metrics"]["hit@5"]["arms"]["random"] = {"mean": 0.39, "low": 0.37, "high": 0.41, "n": 40}
    comparison = comparison_of(before, after)
    assert outcome_of(comparison).outcome == "better"
    assert not outcome_of(comparison).paired
    assert outcome_of(comparison, "random").outcome == "noise"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"index": "shoes"}, "Nothing: the first is of the index products, the second of shoes."),
        ({"kind": "evaluation"}, "Nothing: the first is of kind simulation, the second of kind evaluation."),
        ({"seed": 2}, "Nothing: seeds 1 and 2 make other shoppers with other tastes."),
    ],
)
def test_what_cannot_be_compared_at_all(run, change, reason):
    result = run(make_simulation(), make_simulation() | change)
    assert result.exit_code == 2
    assert result.output.startswith("Nothing could be compared.")
    assert reason in result.output


def test_simulations_of_other_shoppers_are_not_compared(run):
    before = make_simulation() | {"settings": {"click model": "position", "sessions": "100"}}
    after = make_simulation() | {"settings": {"click model": "cascade", "sessions": "100"}}
    result = run(before, after)
    assert result.exit_code == 2
    assert "Nothing: click model position and cascade make other shoppers." in result.output


def test_another_matcher_is_told(run):
    before, after = (make_report() | {"settings": {"matcher": name}} for name in ("exact", "canonical"))
    result = run(before, after)
    assert result.exit_code == 0
    assert "Setting matcher: exact, then canonical." in result.output


def test_what_cannot_be_compared_is_named_and_the_rest_is_compared():
    before = make_report()
    after = changed(before, gain=0.05)
    after["arms"] = [*before["arms"], "clicks"]
    after["metrics"]["novelty"] = after["metrics"].pop("coverage")
    after["metrics"]["redundancy"]["unit"] = "percent"
    after["seed"] = 9
    after["versions"]["elasticsearch"] = "8.19.0"
    comparison = comparison_of(before, after)
    assert comparison.not_compared == (
        "Arm of the second report alone: clicks.",
        "Metric of the first report alone: coverage.",
        "Metric of the second report alone: novelty.",
        "Redundancy: the reports measure it in another unit or direction.",
    )
    assert "The seeds differ (1, 9): what they draw differs for this reason alone." in comparison.notes
    assert "elasticsearch: 9.2.1, then 8.19.0." in comparison.notes
    assert outcome_of(comparison).outcome == "better"


def test_an_arm_that_one_report_could_not_measure():
    comparison = comparison_of(make_report(), make_report((0.0, None, 0.0, None)))
    assert "Hit@5 of entropy: the second report has no figure." in comparison.not_compared


def test_exit_codes_say_whether_something_got_worse(run):
    before = make_report()
    better = changed(before, gain=0.1)
    assert run(before, before).exit_code == 0
    assert run(before, better).exit_code == 0
    assert run(better, before).exit_code == 1


def test_the_terminal_tells_the_worse_first(run):
    before = make_report()
    output = run(before, changed(changed(before, gain=0.1), "random", gain=-0.1)).output
    assert output.startswith("Of 10 figures compared: 1 better, 1 worse by more than noise; 8 not (8 equal).\n")
    assert output.index("worse  │ random") < output.index("better │ entropy")
    assert "simulated" not in output


def test_a_comparison_of_simulations_says_so(run):
    before = make_simulation()
    output = run(before, changed(before, gain=0.1)).output
    assert "(simulated)" in output.splitlines()[0]
    assert "More than noise (simulated)" in output
    assert json.loads(run(before, before, "--json").output)["simulated"] is True


def test_json_has_every_change(run):
    before = make_report()
    result = run(before, changed(before, gain=-0.1), "--json")
    answer = json.loads(result.output)
    assert result.exit_code == 1
    assert answer["simulated"] is False
    (worse,) = [change for change in answer["changes"] if change["outcome"] == "worse"]
    assert (worse["arm"], worse["metric"], worse["better"], worse["paired"]) == ("entropy", "hit@5", "higher", True)
    assert worse["difference"]["mean"] == pytest.approx(-0.1)
    assert worse["p"] < 0.001


def test_the_same_files_give_the_same_answer(run):
    before, after = make_report(), changed(make_report(), noise=0.2)
    assert run(before, after, "--json").output == run(before, after, "--json").output


WHOLE = orjson.dumps(make_report())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no json",
        b"\xff\xfe\x00",
        WHOLE[: len(WHOLE) // 2],
        b"[" * 100_000,
        b"[]",
        b"null",
        b'{"took": 3, "hits": {}}',
        WHOLE.replace(b'"mean":0.9', b'"mean":"high"', 1),
        WHOLE.replace(b'"mean":0.9', b'"mean":1e999', 1),
        WHOLE.replace(b'"count"', b'"\\ud800"', 1),
        WHOLE.replace(b'"baseline":"count"', b'"baseline":"\\u001b[31m"', 1),
    ],
)
@pytest.mark.parametrize("place", [0, 1])
def test_a_bad_file_is_one_sentence_and_code_2(run, content, place):
    files = [WHOLE, WHOLE]
    files[place] = content
    result = run(*files)
    assert result.exit_code == 2
    assert result.output.startswith("Error: ")
    assert "AB"[place] + ".json is no" in result.output
    assert result.output.count("\n") == 1
    assert "\x1b" not in result.output


def test_a_file_that_is_not_there():
    result = CliRunner().invoke(main, ["compare", "nowhere.json", "nowhere.json"])
    assert result.exit_code == 2
    assert "nowhere.json" in result.output


def test_hostile_names_reach_no_terminal(run):
    report = make_report()
    text = orjson.dumps(report).replace(b'"entropy"', orjson.dumps(HOSTILE)).replace(b"Hit@5", b"Hit[red]\\u001b[31m")
    better = orjson.dumps(changed(orjson.loads(text), HOSTILE, gain=0.1))
    output = run(text, better).output
    assert "\x1b" not in output
    assert "\u202e" not in output
    assert "Hit[red]" in output


def test_without_the_extra_it_says_what_to_install(run, monkeypatch):
    imported = builtins.__import__

    def refuse(name, *args, **kwargs):
        if name == "genfacet_training.reports.comparison":
            raise ModuleNotFoundError("No module named 'jinja2'", name="jinja2")
        return imported(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", refuse)
    result = run(WHOLE, WHOLE)
    assert result.exit_code == 2
    assert result.output == "Error: The module jinja2 is not installed: pip install 'genfacet[evaluate]'.\n"
