"""One student in four runtimes: python tests/benchmarks/runtimes.py MODEL PROMPTS [--adapters FOLDER --base FOLDER]

MODEL is a folder of `genfacet export`, PROMPTS what it was fitted to. The same prompts in turn to our loop, to
optimum's ORTModelForCausalLM and to onnxruntime-genai, all with MODEL's own graph and weights, and to Hugging Face in
torch with the weights before the export, in 32 bits. Ours writes an answer under its grammar; each of the others
writes as many tokens, the likeliest ones. Milliseconds of the reading of the prompt, of the tokens after it, and of
the whole call; then how many times longer each takes than ours, prompt by prompt. Then what each of our own tricks
brings.
"""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from statistics import median
from typing import Any, Protocol
from unittest.mock import patch

import click
import numpy as np
import onnxruntime_genai as genai
import orjson
import torch
from optimum.onnxruntime import ORTModelForCausalLM

from genfacet.generation import Generation
from genfacet.student.card import check
from genfacet.student.decoding import Limits, answer, read_prompt
from genfacet.student.grammar import Next, Rule, grammar
from genfacet.student.worker import MOST_TOKENS, Model, Options
from genfacet_exporter.prompts import read_pairs
from genfacet_exporter.source import write_merged
from student import generation_of


@dataclass(frozen=True)
class Spent:
    """Milliseconds of reading a prompt and of writing its answer."""

    reading: float
    writing: float

    @property
    def whole(self) -> float:
        """Of both."""
        return self.reading + self.writing


class Runtime(Protocol):
    """Reads a prompt and writes so many tokens."""

    def spend(self, prompt: Sequence[int], count: int) -> Spent:
        """Does it, and tells what it took."""


class Ours:
    """Our loop; it writes an answer to its own end, whose length the others are then asked for."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def answer(self, asked: Generation) -> tuple[Spent, int]:
        """What an answer took, and its tokens."""
        vocabulary, network = self.model.vocabulary, self.model.network
        cut = vocabulary.cut(asked.prompt)
        started = time.perf_counter()
        limits = Limits(MOST_TOKENS[asked.task], time.monotonic() + 60)
        prompt = read_prompt(network, cut, limits.until)
        assert prompt is not None
        read = time.perf_counter()
        output = answer(network, vocabulary, prompt, grammar(vocabulary, asked), limits)
        return Spent(1000 * (read - started), 1000 * (time.perf_counter() - read)), len(output.tokens)


class Generating:
    """Whatever has transformers' ``generate``."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def spend(self, prompt: Sequence[int], count: int) -> Spent:
        """See ``Runtime``: one token alone is the reading."""
        reading = self._timed(prompt, 1)
        return Spent(reading, max(0.0, self._timed(prompt, count) - reading) if count > 1 else 0.0)

    def _timed(self, prompt: Sequence[int], count: int) -> float:
        tokens = torch.tensor([prompt])
        options = {"max_new_tokens": count, "min_new_tokens": count, "do_sample": False, "pad_token_id": 0}
        started = time.perf_counter()
        with torch.inference_mode():
            self._model.generate(input_ids=tokens, attention_mask=torch.ones_like(tokens), **options)
        return 1000 * (time.perf_counter() - started)


class Genai:
    """onnxruntime-genai over a folder with its configuration."""

    def __init__(self, folder: Path) -> None:
        self._model = genai.Model(str(folder))

    def spend(self, prompt: Sequence[int], count: int) -> Spent:
        """See ``Runtime``."""
        parameters = genai.GeneratorParams(self._model)
        longest = len(prompt) + count
        parameters.set_search_options(max_length=longest, min_length=longest, do_sample=False)
        started = time.perf_counter()
        generator = genai.Generator(self._model, parameters)
        generator.append_tokens(np.array(prompt, np.int32))
        generator.generate_next_token()
        read = time.perf_counter()
        for _ in range(count - 1):
            generator.generate_next_token()
        return Spent(1000 * (read - started), 1000 * (time.perf_counter() - read))


@contextmanager
def genai_folder(model: Path) -> Iterator[Path]:
    """The model's graph beside the configuration that onnxruntime-genai wants."""
    config = orjson.loads((model / "config.json").read_bytes())
    named = {"key": "past_key_values.%d.key", "value": "past_key_values.%d.value"}
    decoder = {
        "session_options": {"log_id": "genai", "provider_options": []},
        "filename": "model.onnx",
        "head_size": config["head_dim"],
        "hidden_size": config["hidden_size"],
        "num_attention_heads": config["num_attention_heads"],
        "num_hidden_layers": config["num_hidden_layers"],
        "num_key_value_heads": config["num_key_value_heads"],
        "inputs": {
            "input_ids": "input_ids",
            "attention_mask": "attention_mask",
            **{f"past_{part}_names": name for part, name in named.items()},
        },
        "outputs": {
            "logits": "logits",
            **{f"present_{part}_names": f"present.%d.{part}" for part in named},
        },
    }
    described = {
        "type": config["model_type"],
        "vocab_size": config["vocab_size"],
        "context_length": 1024,
        "bos_token_id": config["bos_token_id"],
        "eos_token_id": config["eos_token_id"],
        "pad_token_id": config["pad_token_id"],
        "decoder": decoder,
    }
    search = {"past_present_share_buffer": True, "max_length": 1024, "num_beams": 1, "num_return_sequences": 1}
    with tempfile.TemporaryDirectory() as room:
        for file in (model / "onnx").iterdir():
            Path(room, file.name).symlink_to(file.resolve())
        Path(room, "genai_config.json").write_bytes(orjson.dumps({"model": described, "search": search}))
        yield Path(room)


def unforced(rule: Rule) -> Rule:
    """A rule whose forced tokens are computed like any other."""
    nexts = next(rule)
    while True:
        mask = np.zeros(1 << 17, bool)
        if nexts.forced is not None:
            mask[nexts.forced] = True
            nexts = Next((), mask)
        token = yield nexts
        try:
            nexts = rule.send(token)
        except StopIteration as stop:
            text: str = stop.value
            return text


TRICKS: dict[str, dict[str, Any]] = {
    "no drafting": {"genfacet.student.decoding._guess": lambda _: []},
    "forced tokens computed": {f"{__name__}.grammar": lambda v, asked, real=grammar: unforced(real(v, asked))},
}
"""What is patched to go without each of our tricks."""


@click.command()
@click.argument("model", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("prompts", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--adapters", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--base", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--more", multiple=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--most", default=12, show_default=True, help="Prompts of each task.")
def main(
    model: Path, prompts: Path, adapters: Path | None, base: Path | None, more: tuple[Path, ...], most: int
) -> None:
    """Measures and prints; --more are further exports of the same student, with other bits."""
    asked = [generation_of(prompt) for prompt, _ in read_pairs(prompts)]
    ours = Ours(Model(check(model), Options()))
    with genai_folder(model) as room, redirect_stderr(StringIO()):
        others: dict[str, Runtime] = {
            "ORTModelForCausalLM": Generating(ORTModelForCausalLM.from_pretrained(model, subfolder="onnx")),
            "onnxruntime-genai": Genai(room),
        }
        if adapters is not None:
            with tempfile.TemporaryDirectory() as merged:
                others["torch, 32 bits"] = Generating(write_merged(adapters, base, Path(merged)))
        for task in ("rewrite", "facets"):
            questions = [one for one in asked if one.task == task][:most]
            compare(task, ours, others, questions)
            variants(task, ours, {one.name: Ours(Model(check(one), Options())) for one in more}, questions)


def compare(task: str, ours: Ours, others: dict[str, Runtime], questions: Sequence[Generation]) -> None:
    """Prints how all runtimes do, in turn prompt by prompt."""
    cut = ours.model.vocabulary.cut
    for runtime in others.values():
        runtime.spend(cut(questions[0].prompt), 4)  # each has read its weights
    spent: dict[str, list[Spent]] = {"ours": [], **{name: [] for name in others}}
    counts = []
    for one in questions:
        took, count = ours.answer(one)
        counts.append(count)
        spent["ours"].append(took)
        for name, runtime in others.items():
            spent[name].append(runtime.spend(cut(one.prompt), count))
    tokens = median(len(cut(one.prompt)) for one in questions)
    click.echo(f"\n{task}: {len(questions)} prompts of {tokens:.0f} tokens, answers of {median(counts):.0f} (medians)")
    parts: dict[str, Callable[[Spent], float]] = {
        "reading": lambda one: one.reading,
        "writing": lambda one: one.writing,
        "whole": lambda one: one.whole,
    }
    for name, times in spent.items():
        told = ", ".join(f"{part} {figures([read(one) for one in times])} ms" for part, read in parts.items())
        click.echo(f"  {name:22} {told}")
    for name in others:
        told = ", ".join(
            f"{part} {figures([read(b) / max(read(a), 1e-3) for a, b in zip(spent['ours'], spent[name], strict=True)])}"
            for part, read in parts.items()
        )
        click.echo(f"  {name:22} times ours: {told}")


def variants(task: str, ours: Ours, more: dict[str, Ours], questions: Sequence[Generation]) -> None:
    """Prints what whole calls take without each trick, and with other weights, as times of ours."""
    ratios: dict[str, list[float]] = {name: [] for name in (*TRICKS, *more)}
    for one in questions:
        whole = ours.answer(one)[0].whole
        for name, patched in TRICKS.items():
            [(target, changed)] = patched.items()
            with patch(target, changed):
                ratios[name].append(ours.answer(one)[0].whole / whole)
        for name, other in more.items():
            ratios[name].append(other.answer(one)[0].whole / whole)
    for name, times in ratios.items():
        click.echo(f"  {name:22} times ours, whole: {figures(times)}")


def figures(values: Sequence[float]) -> str:
    """Minimum, median and maximum."""
    return " / ".join(f"{value:.3g}" for value in (min(values), median(values), max(values)))


if __name__ == "__main__":
    main()
