"""`genfacet train base` and `genfacet train sft`: the base of the small student, and supervised training."""

import gzip
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import orjson

from genfacet.cli.configured import configured
from genfacet.connection import Connection
from genfacet.errors import SettingsError
from genfacet.settings import Settings

if TYPE_CHECKING:
    from genfacet_training.student.sft import Judge, Outcome

IN_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
IN_DIR = click.Path(exists=True, file_okay=False, path_type=Path)
OUT_DIR = click.Path(file_okay=False, path_type=Path)
LONGEST_LINE = 100_000


@click.command(short_help="Make the base of the small student.")
@click.argument("gguf", type=IN_FILE)
@click.argument("out", type=OUT_DIR)
@click.option("--texts", multiple=True, type=IN_FILE, help="Text file (or .gz) whose words the base must know.")
@click.option("--tokenizer", type=IN_FILE, help="tokenizer.json of a trained student, whose tokens to keep.")
@click.option("--frequent", default=6000, show_default=True, help="Tokens kept in any case.")
def base(gguf: Path, out: Path, texts: tuple[Path, ...], tokenizer: Path | None, frequent: int) -> None:
    """Make the folder OUT from GGUF (SmolLM2-135M-Instruct), with the part of its vocabulary that some texts need."""
    from genfacet_training.student.base import write_base
    from genfacet_training.student.vocabulary import Vocabulary

    def restrict(whole: Vocabulary) -> tuple[Vocabulary, list[int]]:
        if tokenizer is not None:
            return whole.with_tokens(orjson.loads(tokenizer.read_bytes())["model"]["vocab"])
        return whole.restricted(_lines(texts), frequent)

    if tokenizer is None and not texts:
        raise SettingsError("give --texts, the catalogue's own, or the --tokenizer of a trained student")
    kept = write_base(gguf, out, restrict)
    click.echo(f"{out} knows {kept:,} tokens.")


@click.command(short_help="Train the student on the training set.")
@click.option("--data", required=True, type=IN_DIR, help="Folder of `genfacet train data`.")
@click.option("--out", required=True, type=OUT_DIR, help="Folder of the training.")
@click.option("--training", "training_file", type=IN_FILE, help="YAML file of settings, see training/configs.")
@click.option("--base", "base_folder", type=IN_DIR, help="Folder of the base; wins over the file.")
@click.option("--start", "start_folder", type=IN_DIR, help="Folder of adapters to go on from; wins over the file.")
@click.option("--epochs", type=float, help="How often each sample is seen; wins over the file.")
@click.option("--index", help="Index in which answers are executed to tell when to stop.")
@click.option(
    "--plans", multiple=True, type=IN_FILE, help="Plans for it, of which the validation part is asked; may be repeated."
)
@click.option("--fresh", is_flag=True, help="Forget the training that is in the folder.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
@configured
def sft(
    settings: Settings,
    connection: Connection,
    data: Path,
    out: Path,
    training_file: Path | None,
    base_folder: Path | None,
    start_folder: Path | None,
    epochs: float | None,
    index: str | None,
    plans: tuple[Path, ...],
    fresh: bool,
    as_json: bool,
) -> None:
    """Train adapters of a causal language model on both tasks; a training that was interrupted goes on where it was.

    The folder holds the best adapters (best), the last state (last), the curves (curves.csv, curves.png), and what
    decided the training (training.json).
    """
    from genfacet_training.evaluation.parts import digest_of
    from genfacet_training.evaluation.progress import bar
    from genfacet_training.student.checkpoints import FolderError, training_folder
    from genfacet_training.student.config import ConfigError, read_training
    from genfacet_training.student.curves import plot_curves
    from genfacet_training.student.samples import read_samples
    from genfacet_training.student.sft import train

    if (index is None) != (not plans):
        raise SettingsError("--index and --plans go together: the plans are asked and executed in the index")
    try:
        places = {"base": base_folder, "start": start_folder}
        given = {name: str(folder) if folder else None for name, folder in places.items()}
        training = read_training(training_file, epochs=epochs, **given)
        learnt, watched = (read_samples(data / f"{name}.parquet") for name in ("training", "validation"))
        identity = training.as_json() | {"data": digest_of(data / "training.parquet")}
        with ExitStack() as stack:
            folder = stack.enter_context(training_folder(out, identity, fresh=fresh))
            judge = _judge(stack, settings, connection, index, plans) if index and plans else None
            on_step = stack.enter_context(bar("Training"))
            outcome = train(training, learnt, watched, folder, judge=judge, on_step=on_step)
            plot_curves(folder / "curves.csv", folder / "curves.png")
    except (ConfigError, FolderError, ValueError) as error:
        raise SettingsError(str(error)) from None
    _show(outcome, out, as_json)


def _judge(
    stack: ExitStack, settings: Settings, connection: Connection, index: str, plans: tuple[Path, ...]
) -> "Judge | None":
    """Judges by execution; None, and a word about it, where no plan is for validation: the loss decides then."""
    from genfacet.memory.plan import Plan, read_plans
    from genfacet.sources.configured import configured_weights
    from genfacet_training.evaluation.shop import Shop
    from genfacet_training.evaluation.splits import HeldOut, is_validation
    from genfacet_training.student.judging import judge_by_execution

    read = [plan for file in plans for _, plan in read_plans(file) if isinstance(plan, Plan)]
    held_out = HeldOut(plan.query for plan in read)
    watched = [plan for plan in read if plan.query not in held_out and is_validation(plan.query)]
    if not watched:
        click.echo("none of the plans is for validation (a twentieth is): the held-out loss decides", err=True)
        return None
    client = stack.enter_context(connection.client(request_timeout=60))
    shop = stack.enter_context(Shop(client, settings, index))
    shop.check()
    return judge_by_execution(shop, watched, configured_weights(settings))


def _lines(files: tuple[Path, ...]) -> Iterator[str]:
    for file in files:
        opened: Any = gzip.open if file.suffix == ".gz" else open
        with opened(file, "rt", encoding="utf-8", errors="replace") as lines:
            yield from (line[:LONGEST_LINE] for line in lines)


def _show(outcome: "Outcome", out: Path, as_json: bool) -> None:
    figures = vars(outcome) | {"tokens_per_s": round(outcome.tokens_per_s, 1)}
    if as_json:
        click.echo(orjson.dumps(figures, option=orjson.OPT_INDENT_2))
        return
    early = ", stopped early" if outcome.stopped_early else ""
    click.echo(
        f"{outcome.steps:,} steps{early}, {outcome.tokens:,} tokens in {outcome.seconds / 60:.1f} minutes "
        f"({outcome.tokens_per_s:,.0f} a second, {outcome.precision}). The best is that of step {outcome.best_step:,} "
        f"({outcome.score:.3f}), in {out / 'best'}."
    )
