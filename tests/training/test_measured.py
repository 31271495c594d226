"""What a student says to held-out queries is executed on a real index: good answers, nonsense, and old questions."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from elasticsearch import Elasticsearch
from learning_shop import INDEX, WRITTEN, forget_plans, genfacet
from peft import LoraConfig, get_peft_model
from tiny_models import write_tiny
from transformers import AutoModelForCausalLM

from genfacet.cli import main
from genfacet.memory.plan import Plan, read_plan
from genfacet.prompt import write_facets
from genfacet.settings import load_settings
from genfacet.sources.configured import configured_weights
from genfacet_training.evaluation.shop import Shop
from genfacet_training.student.lessons import proposed
from genfacet_training.student.questions import Question, read_questions, write_answers, write_questions
from genfacet_training.student.score import facet_question

AREA = "furniture"
"""The kind of product whose plans are asked for here, as if they were held out."""


@pytest.fixture
def plans() -> list[Plan]:
    read = [json.loads(line) for line in WRITTEN.read_text().splitlines()]
    return [read_plan(plan) for plan in read if plan["area"] == AREA][:6]


@pytest.fixture
def asked(plans: list[Plan], client: Elasticsearch, config: Path, tmp_path: Path) -> Path:
    forget_plans(client)
    file, questions = tmp_path / "plans.jsonl", tmp_path / "questions.jsonl"
    file.write_text("".join(json.dumps(plan.as_json()) + "\n" for plan in plans))
    genfacet("train", "ask", "--index", INDEX, "--plans", file, "--area", AREA, "--out", questions, "--config", config)
    return questions


def _expert_answers(plans: list[Plan], asked: list[Question], opened: Elasticsearch, config: Path) -> list[list[str]]:
    """What the experts would say, in the words of the format."""
    known = {plan.query: plan for plan in plans}
    settings = load_settings(config)
    weights = configured_weights(settings)
    with Shop(opened, settings, INDEX) as shop:
        return [
            [
                question.wanted
                or write_facets(
                    facet_question(shop, question.query, weights, order=question.order).prompt,
                    proposed(known[question.query]),
                )
            ]
            for question in asked
        ]


def _scored(questions: Path, answers: Path, config: Path, *more: str | Path) -> Any:
    given = ["--index", INDEX, "--questions", questions, "--answers", answers, "--config", config, "--json"]
    return json.loads(genfacet("train", "score", *given, *more).stdout)


def test_an_expert_scores_as_an_expert_and_nonsense_as_nothing(
    plans: list[Plan],
    asked: Path,
    client: Elasticsearch,
    config: Path,
    tmp_path: Path,
) -> None:
    questions = read_questions(asked)
    assert {question.query for question in questions} == {plan.query for plan in plans}
    assert {question.order for question in questions if question.task == "facets"} == {"ranker", "coverage"}
    good, silly, kept = tmp_path / "good.jsonl", tmp_path / "silly.jsonl", tmp_path / "kept.jsonl"
    write_answers(good, _expert_answers(plans, questions, client, config))
    expert = _scored(asked, good, config, "--plans", kept)
    assert expert["open_facets"][f"{AREA} student, greedy"]["with_one"] >= 0.8
    rewrites = expert["rewrites"]
    assert rewrites[f"{AREA} student, greedy"] == rewrites[f"{AREA} expert"]
    for figure in ("satisfied", "rel", "hit_rate"):
        query, wanted, best = (rewrites[f"{AREA} {way}"][figure] for way in ("query", "expert", "filter"))
        assert query < wanted <= best
    assert rewrites[f"{AREA} expert"]["drift"] is None, "nobody has judged these"
    checked = genfacet("plans", "check", kept, "--index", INDEX, "--config", config)
    assert "hold" in checked.output
    write_answers(silly, [["~Nonsense\n= nothing at all\n\x00", "}{"] for _ in questions])
    nothing = _scored(asked, silly, config)
    assert nothing["open_facets"][f"{AREA} student, greedy"]["with_one"] == 0
    assert nothing["open_facets"][f"{AREA} student, candidates by coverage, greedy"]["with_one"] == 0
    best = nothing["rewrites"]
    assert best[f"{AREA} student, best of query and 2 answers"] == best[f"{AREA} query"]


def test_memory_and_rules_are_measured_without_a_student(config: Path, tmp_path: Path) -> None:
    judgments, gold, questions = (tmp_path / name for name in ("judgments.csv", "gold.jsonl", "questions.jsonl"))
    genfacet("shop", tmp_path / "shop.jsonl", "--seed", "31", "--queries", judgments)
    lines = judgments.read_text().splitlines()
    few = list(dict.fromkeys(line.split(",")[0] for line in lines[1:]))[:4]
    judgments.write_text("\n".join(line for line in lines if line.split(",")[0] in {"query", *few}))
    asked = ["--index", INDEX, "--judgments", judgments, "--config", config]
    genfacet("gold", *asked, "--out", gold)
    genfacet("train", "ask", *asked, "--gold", gold, "--out", questions)
    rewrites = [question for question in read_questions(questions) if question.task == "rewrite"]
    # A misspelt query finds nothing and has no gold facets.
    assert set(few[:2]) <= {question.query for question in rewrites} <= set(few)
    found = json.loads(genfacet("train", "score", *asked, "--questions", questions, "--json").stdout)
    assert found["open_facets"].keys() == {"judged memory"}
    ways = found["rewrites"]
    assert {way for way in ways if "student" in way or "expert" in way} == set()
    assert ways["judged filter"]["satisfied"] > ways["judged query"]["satisfied"]
    for figures in ways.values():
        assert figures["rewrites"] == len(rewrites)
        assert 0 <= figures["drift"] <= 1
    chosen, rules = (ways[f"judged {way}"] for way in ("best of query and rules by execution", "and value words"))
    assert chosen["satisfied"] >= max(rules["satisfied"], ways["judged query"]["satisfied"])
    alone = ["train", "ask", "--index", INDEX, "--gold", gold, "--out", questions, "--config", config]
    refused = CliRunner().invoke(main, [*map(str, alone)], env={"ELASTICSEARCH_URL": None})
    assert refused.exit_code != 0
    assert "--judgments" in refused.output


def test_a_student_answers_every_question(asked: Path, tmp_path: Path) -> None:
    base, student, answers = write_tiny(tmp_path / "base", longest=2048), tmp_path / "student", tmp_path / "a.jsonl"
    adapters = LoraConfig(r=2, target_modules="all-linear", task_type="CAUSAL_LM")
    get_peft_model(AutoModelForCausalLM.from_pretrained(base), adapters).save_pretrained(student)
    few = tmp_path / "few.jsonl"
    write_questions(few, [question for question in read_questions(asked) if len(question.prompt) < 1500][:3])
    genfacet(
        "train", "answer", "--questions", few, "--base", base, "--student", student, "--samples", "2", "--out", answers
    )
    said = [json.loads(line) for line in answers.read_text().splitlines()]
    assert [len(one) for one in said] == [3] * len(read_questions(few))


def test_questions_about_an_index_that_has_changed_are_told(asked: Path, config: Path, tmp_path: Path) -> None:
    questions = [replace(one, prompt=one.prompt + "?") for one in read_questions(asked) if one.task == "facets"][:1]
    old, answers = tmp_path / "old.jsonl", tmp_path / "answers.jsonl"
    write_questions(old, questions)
    write_answers(answers, [["~x"] for _ in questions])
    given = ["train", "score", "--index", INDEX, "--questions", old, "--answers", answers, "--config", config]
    result = CliRunner().invoke(main, [*map(str, given)], env={"ELASTICSEARCH_URL": None})
    assert result.exit_code != 0
    assert "ask again" in result.output
    assert len(result.output.splitlines()) == 1
