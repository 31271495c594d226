"""From a catalogue to ranker, memory, training set and student, on a real index; an interrupted run goes on."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from elasticsearch import Elasticsearch
from learning_shop import INDEX, WRITTEN, forget_plans, genfacet
from tiny_models import write_tiny

from genfacet.cli import main
from genfacet_training.evaluation.splits import HeldOut, is_drawn, is_validation
from genfacet_training.student.samples import read_samples


def test_all_is_learnt_by_one_command(config: Path, tmp_path: Path) -> None:
    base = write_tiny(tmp_path / "base")
    out, plans_file = tmp_path / "out", tmp_path / "plans.jsonl"
    lines = WRITTEN.read_text().splitlines()
    drawn = json.loads(lines[0])
    drawn["query"] = next(query for n in range(99) if is_drawn(query := f"{drawn['query']} {n}"))
    plans_file.write_text("".join(f"{line}\n" for line in (*lines, json.dumps(drawn))))
    given = ["train", "all", "--index", INDEX, "--out", out, "--plans", plans_file, "--queries", "60", "--base", base]
    options = ["--epochs", "0.05", "--config", config]
    result = genfacet(*given, *options)
    assert "4 of 4: train the student" in result.output
    assert (out / "ranker.json").exists()
    assert (out / "student" / "best" / "adapter_model.safetensors").exists()
    assert (out / "student" / "curves.png").exists()
    judged = list(csv.DictReader((out / "student" / "curves.csv").read_text().splitlines()))[-1]
    assert 0 <= float(judged["score"]) <= 2, "by execution, where the loss would be below zero"
    samples = read_samples(out / "data" / "training.parquet")
    watched = read_samples(out / "data" / "validation.parquet")
    assert {sample.task for sample in samples} == {"facets", "rewrite"}
    assert {sample.teacher for sample in samples} >= {"plans", "neighbours", "look-ahead"}
    held_out = HeldOut([drawn["query"]])
    assert json.loads(lines[0])["query"] in held_out, "nearly the same as the drawn one"
    assert not any(sample.query in held_out for sample in (*samples, *watched))
    listed = genfacet("plans", "list", "--json", "--config", config)
    assert not any(plan["query"] in held_out for plan in json.loads(listed.stdout))
    assert all(is_validation(sample.query) for sample in watched)
    assert not {sample.query for sample in watched} & {sample.query for sample in samples}
    assert all(sample.prompt.endswith("\n>\n") for sample in samples)
    statistics = json.loads((out / "data" / "statistics.json").read_text())
    assert statistics["training"]["samples"] == len(samples)
    again = genfacet(*given, *options)
    assert again.output.count("done before") == 4


def test_the_training_set_is_the_same_after_an_interruption(config: Path, tmp_path: Path) -> None:
    given = ["train", "data", "--index", INDEX, "--queries", "40", "--plans", f"{INDEX}={WRITTEN}", "--config", config]
    genfacet(*given, "--out", tmp_path / "whole")
    lines = (tmp_path / "whole" / "parts.jsonl").read_text().splitlines(keepends=True)
    (tmp_path / "cut").mkdir()
    (tmp_path / "cut" / "parts.jsonl").write_text("".join(lines[: len(lines) // 2]) + lines[-1][:40])
    result = genfacet(*given, "--out", tmp_path / "cut")
    assert "are taken from there" in result.stderr
    made = [_sorted(read_samples(tmp_path / name / "training.parquet")) for name in ("whole", "cut")]
    assert made[0] == made[1]


def _sorted(samples: list[Any]) -> list[Any]:
    return sorted(samples, key=lambda sample: (sample.query, sample.prompt, sample.answer))


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--plans", "nothing"], "must read INDEX=FILE"),
        (["--plans", f"{INDEX}=/no/such/file"], "does not exist"),
        (["--log", f"other={WRITTEN}"], "must read INDEX=FILE"),
    ],
)
def test_wrong_options_are_told(arguments: list[str], reason: str, config: Path, tmp_path: Path) -> None:
    given = ["train", "data", "--index", INDEX, "--out", str(tmp_path), "--config", str(config), *arguments]
    result = CliRunner().invoke(main, given, env={"ELASTICSEARCH_URL": None})
    assert result.exit_code != 0
    assert reason in result.output
    assert not list(tmp_path.iterdir())


def test_a_memory_that_holds_held_out_plans_teaches_nothing_of_them(
    client: Elasticsearch,
    config: Path,
    tmp_path: Path,
) -> None:
    plan = json.loads(WRITTEN.read_text().splitlines()[0])
    plan["query"] = next(query for n in range(99) if is_drawn(query := f"{plan['query']} {n}"))
    facet = next(facet for facet in plan["facets"] if facet["name"].startswith("~"))
    facet["label"] = "Only the held-out plan says so"
    file = tmp_path / "held.jsonl"
    file.write_text(json.dumps(plan))
    forget_plans(client)
    genfacet("plans", "add", file, "--index", INDEX, "--no-check", "--config", config)
    typed = tmp_path / "typed.txt"
    typed.write_text(" ".join(plan["query"].split()[-2:-1]) + "\n")
    learnt = ["--plans", f"{INDEX}={file}", "--log", f"{INDEX}={typed}", "--queries", "60"]
    genfacet("train", "data", "--index", INDEX, "--out", tmp_path / "data", "--config", config, *learnt)
    samples = read_samples(tmp_path / "data" / "training.parquet")
    assert not any("held-out plan" in sample.prompt + sample.answer for sample in samples)
