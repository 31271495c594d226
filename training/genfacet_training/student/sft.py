"""Supervised training of the student: both tasks in every step, loss on answers alone.

The way of a training reads top to bottom in `train`. It needs torch and files, and no search engine: what generated
answers come to when they are executed is the business of the ``judge`` that is handed in.
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from peft import set_peft_model_state_dict
from safetensors.torch import load_file

from genfacet.student.heap import give_back
from genfacet_training.student.batches import Encoded, Step, encode, loss_weight, passes, plan_steps
from genfacet_training.student.checkpoints import BEST, LAST, find_state, read_state, save_state
from genfacet_training.student.config import Training
from genfacet_training.student.curves import add_point, cut_after
from genfacet_training.student.model import (
    answer_loss,
    choose_precision,
    collate,
    computing,
    load_base,
    with_adapters,
)
from genfacet_training.student.samples import Sample, of_task

Judge = Callable[[Any, Any], float]
"""How good a model and its tokenizer are (higher is better), found by executing what they answer."""
REPORTED = 20
"""Steps between two points of the curves."""


@dataclass(frozen=True)
class Outcome:
    """What a training came to. ``score`` is the judge's, or the negative held-out loss where there is none."""

    steps: int
    tokens: int
    seconds: float
    precision: str
    best_step: int
    score: float
    stopped_early: bool

    @property
    def tokens_per_s(self) -> float:
        """Throughput of prompts and answers together."""
        return self.tokens / self.seconds if self.seconds else 0.0


@dataclass
class _State:
    """Where a training stands."""

    step: int = 0
    tokens: int = 0
    seconds: float = 0.0
    best_step: int = 0
    best: float = -math.inf
    worse: int = 0


def train(
    training: Training,
    samples: Sequence[Sample],
    held_out: Sequence[Sample],
    folder: Path,
    *,
    judge: Judge | None = None,
    on_step: Callable[[int, int, float], None] = lambda step, steps, loss: None,
) -> Outcome:
    """Trains adapters into a folder (see ``checkpoints.training_folder``), from where an earlier run of it ended.

    ``on_step`` is told step, number of steps and loss. Raises ValueError where the base is none, or no sample is short
    enough, and FolderError where the folder cannot be written.
    """
    accelerator = Accelerator()
    torch.manual_seed(training.seed)
    model, tokenizer = load_base(training.base)
    model = with_adapters(model, training.lora)
    if training.start:
        set_peft_model_state_dict(model, load_file(Path(training.start) / "adapter_model.safetensors"))
    model = model.to(accelerator.device)
    if training.gradient_checkpointing:
        model.enable_input_require_grads()
        model.gradient_checkpointing_enable()
    precision = choose_precision(model, accelerator.device, training.precision)
    sets = {task: _encode(samples, task, tokenizer, training) for task in ("facets", "rewrite")}
    if not sets["facets"]:
        raise ValueError(f"no facet sample has at most {training.longest} tokens")
    known = {task: _encode(held_out, task, tokenizer, training) for task in ("facets", "rewrite")}
    steps = plan_steps(
        sets["facets"], sets["rewrite"], training.facet_tokens, training.rewrite_tokens, training.epochs, training.seed
    )
    optimizer = torch.optim.AdamW(
        [weight for weight in model.parameters() if weight.requires_grad],
        lr=training.learning_rate,
        betas=(0.9, 0.98),
        weight_decay=training.weight_decay,
    )
    state = _resume(folder, model, optimizer)
    model, optimizer = accelerator.prepare(model, optimizer)
    every = max(1, round(training.judge_every * len(steps) / max(training.epochs, 1e-9)))
    started, saved, stopped = time.monotonic() - state.seconds, time.monotonic(), False
    model.train()
    for place in range(state.step, len(steps)):
        rate = _rate(place, len(steps), training)
        for group in optimizer.param_groups:
            group["lr"] = rate
        torch.manual_seed(training.seed * 1_000_003 + place)  # dropout is the same after a resume
        losses = _learn(model, steps[place], sets, training.pass_tokens, tokenizer.pad_token_id, precision, accelerator)
        accelerator.clip_grad_norm_(model.parameters(), training.clip)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        give_back()
        state.step, state.seconds = place + 1, time.monotonic() - started
        state.tokens += sum(len(sets[task][n]) for task, chosen in _tasks(steps[place]) for n in chosen)
        on_step(state.step, len(steps), losses["facets"])
        point = _point(state, losses, rate, len(steps), training)
        is_judged = state.step % every == 0 or state.step == len(steps)
        if is_judged:
            point |= _judge(accelerator.unwrap_model(model), tokenizer, known, precision, accelerator, judge)
            stopped = _keep_best(folder, accelerator.unwrap_model(model), state, float(point["score"]), training)
            model.train()
        if accelerator.is_main_process and (is_judged or state.step % REPORTED == 0):
            add_point(folder / "curves.csv", point)
        late = time.monotonic() - saved > 60 * training.checkpoint_minutes
        if accelerator.is_main_process and (late or stopped or state.step == len(steps)):
            saved = time.monotonic()
            save_state(
                folder, LAST, accelerator.unwrap_model(model), {**vars(state), "optimizer": optimizer.state_dict()}
            )
        if stopped:
            break
    return Outcome(state.step, state.tokens, state.seconds, precision, state.best_step, state.best, stopped)


def _encode(samples: Sequence[Sample], task: Any, tokenizer: Any, training: Training) -> list[Encoded]:
    def tokens(text: str) -> list[int]:
        numbers: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
        return numbers

    return encode(of_task(samples, task), tokens, tokenizer.eos_token_id, training.longest)


def _resume(folder: Path, model: Any, optimizer: torch.optim.Optimizer) -> _State:
    place = find_state(folder, LAST)
    if place is None:
        return _State()
    read = read_state(place)
    optimizer.load_state_dict(read.pop("optimizer"))
    set_peft_model_state_dict(model, load_file(place / "adapter_model.safetensors"))
    cut_after(folder / "curves.csv", read["step"])
    return _State(**read)


def _rate(step: int, steps: int, training: Training) -> float:
    """Linear warm-up, then half a cosine down to a twentieth."""
    warm = max(1, round(training.warmup * steps))
    if step < warm:
        return training.learning_rate * (step + 1) / warm
    done = (step - warm) / max(1, steps - warm)
    return training.learning_rate * (0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * done)))


def _tasks(step: Step) -> list[tuple[str, tuple[int, ...]]]:
    return [("facets", step.facets), ("rewrite", step.rewrites)]


def _learn(
    model: Any,
    step: Step,
    sets: dict[str, list[Encoded]],
    most: int,
    pad: int,
    precision: str,
    accelerator: Accelerator,
) -> dict[str, float]:
    """The gradients of one step, of at most so many tokens at once; the loss of each task.

    With several processes each takes its share of a batch.
    """
    losses: dict[str, float] = {}
    for task, chosen in _tasks(step):
        mine = [sets[task][place] for place in chosen[accelerator.process_index :: accelerator.num_processes]]
        if not chosen:
            continue
        mine = mine or [sets[task][chosen[0]]]
        whole, losses[task] = sum(map(loss_weight, mine)), 0.0
        for part in passes(mine, most):
            with computing(precision, accelerator.device):
                loss = answer_loss(model, collate(part, pad, accelerator.device))
                loss = loss * (sum(map(loss_weight, part)) / whole)
            accelerator.backward(loss / 2)
            losses[task] += loss.item()
    return losses


def _point(state: _State, losses: dict[str, float], rate: float, steps: int, training: Training) -> dict[str, Any]:
    return {
        "step": state.step,
        "epoch": training.epochs * state.step / steps,
        "seconds": state.seconds,
        "tokens": state.tokens,
        "rate": rate,
        "tokens_per_s": state.tokens / max(state.seconds, 1e-9),
        **losses,
    }


def _judge(
    model: Any,
    tokenizer: Any,
    held_out: dict[str, list[Encoded]],
    precision: str,
    accelerator: Accelerator,
    judge: Judge | None,
) -> dict[str, Any]:
    """Held-out losses by task, and the score that decides."""
    model.eval()
    lost: dict[str, float] = {}
    with torch.no_grad(), computing(precision, accelerator.device):
        for task, encoded in held_out.items():
            batches = [encoded[start : start + 16] for start in range(0, len(encoded), 16)]
            losses = [
                float(answer_loss(model, collate(b, tokenizer.pad_token_id, accelerator.device))) for b in batches
            ]
            if losses:
                lost[f"held_{task}"] = sum(losses) / len(losses)
    if judge is not None:
        with computing(precision, accelerator.device):
            return {**lost, "score": judge(model, tokenizer)}
    return {**lost, "score": -sum(lost.values()) if lost else 0.0}


def _keep_best(folder: Path, model: Any, state: _State, score: float, training: Training) -> bool:
    """Keeps the model where it is the best so far; whether it has not been for too long."""
    if score > state.best:
        state.best, state.best_step, state.worse = score, state.step, 0
        save_state(folder, BEST, model, {"step": state.step, "score": score})
    else:
        state.worse += 1
    return state.worse >= training.patience
