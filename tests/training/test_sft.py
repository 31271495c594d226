"""Supervised training with tiny random models: the loss, steps, resuming after a kill, and folders that are in use."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from tiny_models import FAMILIES, write_tiny

from genfacet_training.student.batches import encode, passes, plan_steps
from genfacet_training.student.checkpoints import BEST, LAST, FolderError, find_state, save_state, training_folder
from genfacet_training.student.config import ConfigError, Lora, Training, read_training
from genfacet_training.student.curves import plot_curves
from genfacet_training.student.generate import answers
from genfacet_training.student.model import (
    IGNORED,
    answer_loss,
    choose_precision,
    collate,
    load_base,
    load_student,
    with_adapters,
)
from genfacet_training.student.samples import Sample, read_samples, write_samples
from genfacet_training.student.sft import train

FACETS = [
    Sample("facets", f"facets: red {n}\n>\n", "~Colour\n- red = A red", f"red {n}", "shop", "plans", "plan")
    for n in range(12)
]
REWRITES = [Sample("rewrite", f"rewrite: {n}\n>\n", f"apple {n}", f"q{n}", "shop", "plans", "plan") for n in range(5)]
SAMPLES = [*FACETS, *REWRITES]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny(tmp_path_factory.mktemp("tiny"))


def settings(base: Path, **changes: Any) -> Training:
    small = Training(
        str(base), lora=Lora(4, 8, 0.1), epochs=4, facet_tokens=256, rewrite_tokens=64, precision="float32"
    )
    return replace(small, learning_rate=5e-3, **changes)


def run(training: Training, folder: Path, **options: Any) -> Any:
    with training_folder(folder, training.as_json()):
        return train(training, SAMPLES, SAMPLES[:3], folder, **options)


def curve(folder: Path) -> list[dict[str, str]]:
    with (folder / "curves.csv").open(newline="") as opened:
        return list(csv.DictReader(opened))


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_learns(family: str, tmp_path: Path) -> None:
    training = settings(write_tiny(tmp_path / family, family), epochs=30)
    losses: list[float] = []
    outcome = run(training, tmp_path / "out", on_step=lambda step, steps, loss: losses.append(loss))
    assert outcome.steps == len(losses)
    assert losses[-1] < losses[0] - 0.3
    assert outcome.tokens == sum(int(row["tokens"]) for row in curve(tmp_path / "out")[-1:])
    model, tokenizer = load_student(training.base, tmp_path / "out" / BEST)
    [[said]] = answers(model, tokenizer, [FACETS[0].prompt], 8)
    assert isinstance(said, str)
    plot_curves(tmp_path / "out" / "curves.csv", tmp_path / "curves.png")
    assert (tmp_path / "curves.png").stat().st_size > 1000


def test_the_loss_is_that_of_answers_alone(base: Path) -> None:
    model, tokenizer = load_base(base)
    model.eval()
    encoded = encode(SAMPLES, lambda text: tokenizer(text)["input_ids"], tokenizer.eos_token_id, 512)
    batch = collate(encoded, tokenizer.pad_token_id)
    whole = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], labels=batch["labels"]).loss
    assert answer_loss(model, batch).item() == pytest.approx(whole.item(), abs=1e-5)
    assert (batch["labels"] != IGNORED).sum() == sum(len(one.answer) for one in encoded)
    heavy = collate([replace(encoded[0], weight=3.0), encoded[-1]], tokenizer.pad_token_id)
    alone = [answer_loss(model, collate([one], tokenizer.pad_token_id)).item() for one in (encoded[0], encoded[-1])]
    counts = [3.0 * len(encoded[0].answer), 1.0 * len(encoded[-1].answer)]
    wanted = sum(loss * count for loss, count in zip(alone, counts, strict=True)) / sum(counts)
    assert answer_loss(model, heavy).item() == pytest.approx(wanted, abs=1e-5)


def test_an_epoch_sees_each_facet_sample_once_and_each_step_has_both_tasks(base: Path) -> None:
    _, tokenizer = load_base(base)
    facets, rewrites = (encode(s, lambda t: tokenizer(t)["input_ids"], 2, 512) for s in (FACETS, REWRITES))
    steps = plan_steps(facets, rewrites, 160, 64, 2.0, 7)
    seen = [place for step in steps for place in step.facets]
    assert sorted(seen) == sorted([*range(len(FACETS))] * 2)
    assert all(step.facets and step.rewrites for step in steps)
    assert steps == plan_steps(facets, rewrites, 160, 64, 2.0, 7)
    assert steps != plan_steps(facets, rewrites, 160, 64, 2.0, 8)
    assert len(plan_steps(facets, [], 160, 64, 0.5, 7)) < len(steps)
    assert all(len(s.facets) * max(len(facets[p]) for p in s.facets) <= 160 or len(s.facets) == 1 for s in steps)


def test_a_step_in_parts_learns_what_it_learns_at_once(base: Path, tmp_path: Path) -> None:
    samples = [replace(sample, weight=1.0 + place % 3) for place, sample in enumerate(SAMPLES)]
    _, tokenizer = load_base(base)
    encoded = encode(samples, lambda text: tokenizer(text)["input_ids"], tokenizer.eos_token_id, 512)
    parts = list(passes(encoded, 128))
    assert [one for part in parts for one in part] == encoded
    assert all(len(part) * max(map(len, part)) <= 128 or len(part) == 1 for part in parts)
    learnt = []
    for most in (2400, 64):
        training = settings(base, epochs=2, pass_tokens=most)
        training = replace(training, lora=Lora(4, 8, 0.0))
        with training_folder(tmp_path / str(most), training.as_json()) as folder:
            train(training, samples, [], folder)
            learnt.append(load_file(folder / LAST / "adapter_model.safetensors"))
    for name, weight in learnt[0].items():
        torch.testing.assert_close(weight, learnt[1][name], atol=1e-5, rtol=1e-4)


def test_a_training_that_was_killed_goes_on_to_the_same_end(base: Path, tmp_path: Path) -> None:
    training = settings(base, epochs=6, checkpoint_minutes=0.0)
    whole = run(training, tmp_path / "whole")
    write_samples(tmp_path / "samples.parquet", SAMPLES)
    code = f"""
import sys, time
sys.path[:0] = {sys.path!r}
from pathlib import Path
from genfacet_training.student.samples import read_samples
from genfacet_training.student.config import Training, Lora
from genfacet_training.student.sft import train
from genfacet_training.student.checkpoints import training_folder
samples = read_samples(Path({str(tmp_path / "samples.parquet")!r}))
given = {training.as_json()!r}
training = Training(**{{**given, "lora": Lora(**given["lora"])}})
folder = Path({str(tmp_path / "killed")!r})
with training_folder(folder, training.as_json()):
    train(training, samples, samples[:3], folder, on_step=lambda *_: time.sleep(0.3))
"""
    with subprocess.Popen([sys.executable, "-c", code]) as process:
        curves = tmp_path / "killed" / "curves.csv"
        for _ in range(600):
            if find_state(tmp_path / "killed", LAST) and curves.exists():
                break
            time.sleep(0.1)
        process.send_signal(signal.SIGKILL)
    assert find_state(tmp_path / "killed", LAST) is not None
    again = run(training, tmp_path / "killed")
    assert again.steps == whole.steps
    assert again.tokens == whole.tokens
    weights = [load_file(tmp_path / name / LAST / "adapter_model.safetensors") for name in ("whole", "killed")]
    for name, weight in weights[0].items():
        torch.testing.assert_close(weight, weights[1][name], atol=1e-5, rtol=1e-4)
    steps = [int(row["step"]) for row in curve(tmp_path / "killed")]
    assert steps == sorted(set(steps))


def test_a_training_goes_on_from_adapters_of_another(base: Path, tmp_path: Path) -> None:
    first = run(settings(base, epochs=30), tmp_path / "first")
    losses: list[float] = []
    training = settings(base, epochs=1, start=str(tmp_path / "first" / BEST))
    run(training, tmp_path / "second", on_step=lambda step, steps, loss: losses.append(loss))
    fresh: list[float] = []
    run(settings(base, epochs=1), tmp_path / "fresh", on_step=lambda step, steps, loss: fresh.append(loss))
    assert losses[0] < fresh[0] - 0.3
    assert first.best_step > 0


def test_it_stops_where_judgement_gets_no_better(base: Path, tmp_path: Path) -> None:
    scores = iter([0.5, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4])
    training = settings(base, epochs=8, judge_every=1.0, patience=2)
    outcome = run(training, tmp_path / "out", judge=lambda model, tokenizer: next(scores))
    assert outcome.stopped_early
    assert outcome.score == 0.9
    assert json.loads(json.dumps(outcome.best_step)) == outcome.steps // 2


def test_two_trainings_do_not_share_a_folder(base: Path, tmp_path: Path) -> None:
    training = settings(base)
    with training_folder(tmp_path, training.as_json()), pytest.raises(FolderError, match="another training runs"):
        run(training, tmp_path)
    with pytest.raises(FolderError, match="holds another training"):
        run(replace(training, seed=2), tmp_path)
    (tmp_path / "curves.csv").write_text("old")
    with training_folder(tmp_path, {"other": 1}, fresh=True):
        assert not (tmp_path / "curves.csv").exists()


def test_a_full_disk_is_told_and_leaves_the_old_state(base: Path, tmp_path: Path) -> None:
    model = with_adapters(load_base(base)[0], Lora(4, 8))
    save_state(tmp_path, LAST, model, {"step": 1})

    class Full:
        def save_pretrained(self, folder: Path) -> None:
            raise OSError(28, os.strerror(28))

    with pytest.raises(FolderError, match=r"No space left on device.*make room"):
        save_state(tmp_path, LAST, Full(), {"step": 2})
    found = find_state(tmp_path, LAST)
    assert found is not None
    assert torch.load(found / "state.pt")["step"] == 1
    (tmp_path / LAST).rename(tmp_path / f"{LAST}.old")  # as an interruption between two renames leaves it
    assert find_state(tmp_path, LAST) == tmp_path / f"{LAST}.old"


def test_samples_are_read_as_they_were_written(tmp_path: Path) -> None:
    write_samples(tmp_path / "samples.parquet", SAMPLES)
    assert read_samples(tmp_path / "samples.parquet") == SAMPLES
    (tmp_path / "bad.parquet").write_text("no parquet")
    with pytest.raises(ValueError, match="is no training set"):
        read_samples(tmp_path / "bad.parquet")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "names no base"),
        ("base: x\nepochs: many", "epochs is no float"),
        ("base: x\nepoch: 3", "unknown setting"),
        ("base: x\nlora: {rank: 0}", "rank lies between"),
        ("base: x\nlora: 3", "lora is a mapping"),
        ("base: x\nprecision: half", "precision is"),
        ("base: x\nlearning_rate: 3", "learning_rate lies between"),
        ("- a", "no mapping"),
        ("a: [", "cannot be read as YAML"),
        ("base: x\ngradient_checkpointing: 1", "is no bool"),
    ],
)
def test_a_configuration_is_checked(text: str, reason: str, tmp_path: Path) -> None:
    file = tmp_path / "training.yaml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=reason):
        read_training(file)


def test_a_flag_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "training.yaml"
    file.write_text("base: x\nepochs: 2\nlora: {rank: 8}\n")
    read = read_training(file, epochs=1.0, base=None)
    assert (read.base, read.epochs, read.lora.rank) == ("x", 1.0, 8)


@pytest.mark.parametrize("file", sorted((Path(__file__).parents[2] / "training" / "configs").glob("*.yaml")))
def test_the_configurations_that_ship_are_sound(file: Path) -> None:
    assert read_training(file, base="somewhere").epochs > 0


def test_answers_of_ragged_batches_are_those_of_single_prompts(base: Path) -> None:
    model, tokenizer = load_base(base)
    model.eval()
    prompts = ["facets: red\n>\n", "a much longer prompt with an apple, " * 4, "x"]
    together = answers(model, tokenizer, prompts, 12)
    assert together == [answers(model, tokenizer, [prompt], 12)[0] for prompt in prompts]
    drawn = answers(model, tokenizer, prompts, 12, samples=3, temperature=1.0)
    assert [len(one) for one in drawn] == [3, 3, 3]


def test_precision_is_measured_where_nobody_says_it(base: Path) -> None:
    model = with_adapters(load_base(base)[0], Lora(4, 8))
    assert choose_precision(model, torch.device("cpu"), "auto") in {"float32", "bfloat16"}
    assert choose_precision(model, torch.device("cpu"), "bfloat16") == "bfloat16"


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is no causal language model"):
        load_base(tmp_path)
