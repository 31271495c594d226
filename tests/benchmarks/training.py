"""How fast a training goes beside a bare loop over the same batches: tokens a second, and the peak of memory.

`python tests/benchmarks/training.py --base base --data data [--steps 6] [--rounds 3] [--json]`

The bare loop holds nothing but forward, backward and the optimizer's step; the training adds precision by measurement,
checkpoints, curves and what tells a user how far it is. Both run in turn, so that a noisy machine disturbs both.
"""

import resource
import tempfile
import time
from pathlib import Path
from statistics import median

import click
import orjson
import torch

from genfacet_training.student.batches import encode, passes, plan_steps
from genfacet_training.student.checkpoints import training_folder
from genfacet_training.student.config import Training
from genfacet_training.student.model import answer_loss, choose_precision, collate, computing, load_base, with_adapters
from genfacet_training.student.samples import Sample, of_task, read_samples
from genfacet_training.student.sft import train


def bare(training: Training, samples: list[Sample]) -> float:
    """Tokens a second of a loop with nothing around it."""
    model, tokenizer = load_base(training.base)
    model = with_adapters(model, training.lora).train()
    device = torch.device("cpu")
    precision = choose_precision(model, device, training.precision)
    sets = [
        encode(
            of_task(samples, task), lambda text: tokenizer(text)["input_ids"], tokenizer.eos_token_id, training.longest
        )
        for task in ("facets", "rewrite")
    ]
    steps = plan_steps(*sets, training.facet_tokens, training.rewrite_tokens, training.epochs, training.seed)
    optimizer = torch.optim.AdamW([weight for weight in model.parameters() if weight.requires_grad], lr=1e-4)
    started, tokens = time.perf_counter(), 0
    for step in steps:
        for encoded, places in zip(sets, (step.facets, step.rewrites), strict=True):
            for part in passes([encoded[place] for place in places], training.pass_tokens):
                with computing(precision, device):
                    loss = answer_loss(model, collate(part, tokenizer.pad_token_id))
                loss.backward()
            tokens += sum(len(encoded[place]) for place in places)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
    return tokens / (time.perf_counter() - started)


def whole(training: Training, samples: list[Sample]) -> float:
    """Tokens a second of a training as users run it, without a judgement."""
    with tempfile.TemporaryDirectory() as folder, training_folder(Path(folder), training.as_json()) as opened:
        return train(training, samples, [], opened).tokens_per_s


@click.command()
@click.option("--base", required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--data", required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--steps", default=6, show_default=True)
@click.option("--rounds", default=3, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def main(base: Path, data: Path, steps: int, rounds: int, as_json: bool) -> None:
    """Runs both in turn and reports the ratio of their throughputs."""
    read = read_samples(data / "training.parquet")
    samples = [*of_task(read, "facets")[: 8 * steps], *of_task(read, "rewrite")[: 8 * steps]]
    training = Training(str(base), epochs=1.0, facet_tokens=2400, rewrite_tokens=700)
    ratios, speeds = [], []
    for turn in range(rounds):
        ways = (bare, whole) if turn % 2 else (whole, bare)
        speed = {way.__name__: way(training, samples) for way in ways}
        ratios.append(speed["whole"] / speed["bare"])
        speeds.append(speed)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    told = {
        "ratio": {"min": min(ratios), "median": median(ratios), "max": max(ratios)},
        "speeds": speeds,
        "peak_gib": peak,
    }
    if as_json:
        click.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2))
        return
    for speed in speeds:
        click.echo(", ".join(f"{name} {figure:.0f} tokens a second" for name, figure in speed.items()))
    click.echo(f"training / bare loop: {min(ratios):.2f}, {median(ratios):.2f}, {max(ratios):.2f} (min, median, max)")
    click.echo(f"peak of memory: {peak:.1f} GiB")


if __name__ == "__main__":
    main()
