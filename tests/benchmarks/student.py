"""How long a student takes: python tests/benchmarks/student.py MODEL PROMPTS

MODEL is a folder of `genfacet export`, PROMPTS what it was fitted to. Milliseconds, minimum / median
/ maximum: the reading of a prompt, a pass over one token and over eight, whole answers, and eight samples of a prompt
side by side against one after the other.
"""

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from genfacet.generation import Choice, Generated, Generation
from genfacet.student.card import check
from genfacet.student.decoding import Limits, answer, answers, read_prompt
from genfacet.student.grammar import grammar
from genfacet.student.worker import MOST_TOKENS, Model, Options
from genfacet_exporter.prompts import read_pairs

ROUNDS, SAMPLES = 12, 8


def timed(work: Callable[[], Any]) -> float:
    """Milliseconds of one call."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def told(name: str, values: Sequence[float], more: str = "") -> None:
    print(f"{name:42} {min(values):8.1f} / {statistics.median(values):8.1f} / {max(values):8.1f}  {more}")


def first_facets(model: Model, asked: Generation) -> dict[str, float]:
    """Milliseconds until the first closed and the first open facet of an answer could be shown."""
    started, found = time.perf_counter(), dict[str, float]()

    def tell(known: Generated) -> None:
        spent = (time.perf_counter() - started) * 1000
        lines = known.text.split("\n")
        if len(lines[-1]) == 1:
            found.setdefault("closed", spent)
        if sum(line.startswith("- ") for line in lines) >= 2:
            found.setdefault("open", spent)

    model.answer(asked, time.monotonic() + 60, tell)
    return found


def weights_of(folder: Path) -> int:
    """How many weights a token is multiplied with: the layers' and the output's, not the table of embeddings."""
    config = orjson.loads((folder / "config.json").read_bytes())
    width, inner, layers = (config[f"{name}"] for name in ("hidden_size", "intermediate_size", "num_hidden_layers"))
    heads = config["num_attention_heads"] + config["num_key_value_heads"]
    attention = 2 * width * heads * config["head_dim"]
    return int(layers * (attention + 3 * width * inner) + width * config["vocab_size"])


def generation_of(prompt: str) -> Generation:
    """The question of a prompt; what its lines show of candidates is what the answer may name."""
    if not prompt.startswith("facets"):
        return Generation("rewrite", prompt)
    lines = [line for line in prompt.split("\n") if len(line) > 3 and line[0].isupper() and line[1].isdigit()]
    choices = []
    for line in lines:
        shown = line.partition(": ")[2]
        is_spread = shown.split(" ")[0].replace(".", "").isdigit() and "," not in shown
        choices.append(Choice(line[0], is_spread, () if is_spread else tuple(shown.split(", "))))
    return Generation("facets", prompt, tuple(choices))


def main(folder: str, prompts: str) -> None:
    """Measures and prints."""
    model = Model(check(Path(folder)), Options())
    vocabulary, network = model.vocabulary, model.network
    told("load", [timed(lambda: Model(check(Path(folder)), Options())) for _ in range(3)], network.provider)
    asked = [generation_of(prompt) for prompt, _ in read_pairs(Path(prompts))]
    by_task = {task: [one for one in asked if one.task == task][:ROUNDS] for task in ("rewrite", "facets")}

    prompt = vocabulary.cut(by_task["facets"][0].prompt)
    tokens = np.array([prompt], np.int64)
    reads = [timed(lambda: network.read(network.open(), tokens)) for _ in range(ROUNDS)]
    size = sum(file.stat().st_size for file in (Path(folder) / "onnx").iterdir())
    operations = 2 * weights_of(Path(folder)) * len(prompt)  # a product and a sum for each weight and token
    told(f"a prompt of {len(prompt)} tokens", reads, f"{operations / statistics.median(reads) / 1e6:.0f} GFLOP/s")
    for count in (1, 8):
        cache = network.open()
        network.read(cache, tokens)
        some = tokens[:, :count]
        spent = [timed(lambda c=cache, s=some: network.read(c, s)) for _ in range(3 * ROUNDS)]
        told(f"a pass over {count}", spent, f"{size / statistics.median(spent) / 1e6:.1f} GB/s of weights")

    for task, questions in by_task.items():
        spent, passes, lengths = [], [], []
        for one in questions:
            limits = Limits(MOST_TOKENS[one.task], time.monotonic() + 60)
            cut = vocabulary.cut(one.prompt)
            started = time.perf_counter()
            read = read_prompt(network, cut, limits.until)
            output = answer(network, vocabulary, read, grammar(vocabulary, one), limits)
            spent.append((time.perf_counter() - started) * 1000)
            passes.append(output.passes)
            lengths.append(len(output.tokens))
        more = f"{statistics.median(lengths):.0f} tokens in {statistics.median(passes):.0f} passes"
        told(f"{task}, whole", spent, more)

    firsts = [first_facets(model, one) for one in by_task["facets"]]
    told("facets, until the first one is whole", [min(times.values(), default=0.0) for times in firsts])
    told("facets, until the first open one is", [times["open"] for times in firsts if "open" in times])

    ratios = []
    for one in by_task["facets"][:6]:
        cut = vocabulary.cut(one.prompt)

        def drawn(count: int, seed: int, one: Generation = one, cut: Sequence[int] = cut) -> None:
            limits = Limits(MOST_TOKENS[one.task], time.monotonic() + 60, 1.0, seed)
            read = read_prompt(network, cut, limits.until)
            answers(network, vocabulary, read, [grammar(vocabulary, one) for _ in range(count)], limits)

        together = timed(lambda: drawn(SAMPLES, 1))
        apart = timed(lambda: [drawn(1, seed) for seed in range(SAMPLES)])
        ratios.append(apart / together)
    told(f"{SAMPLES} samples, one by one / side by side", ratios)


if __name__ == "__main__":
    main(*sys.argv[1:3])
