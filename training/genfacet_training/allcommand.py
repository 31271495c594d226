"""`genfacet train all`: from a catalogue to ranker, memory and student; every step goes on where it stopped."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from genfacet.errors import SettingsError

IN_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
IN_DIR = click.Path(exists=True, file_okay=False, path_type=Path)
SECONDS_PER_QUERY = 0.06
"""Of the training set, on two cores beside Elasticsearch."""
SECONDS_PER_EPOCH_AND_QUERY = 0.9
"""Of a training of the small student on two cores: some two samples of 200 tokens a query, 450 tokens a second."""


@dataclass(frozen=True)
class Stage:
    """A command, what it is for in plain words, and about how long it takes."""

    title: str
    arguments: tuple[str, ...]
    seconds: float


@click.command("all", short_help="Learn ranker, memory and student from a catalogue.")
@click.option("--index", required=True, help="Index of the configuration.")
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder for all results.")
@click.option("--plans", multiple=True, type=IN_FILE, help="Plans (JSON Lines) for this index; may be repeated.")
@click.option("--teacher", help="OpenAI-compatible endpoint that writes more plans; its key is GENFACET_TEACHER_KEY.")
@click.option("--model", help="Name of the model there.")
@click.option("--head-queries", type=IN_FILE, help="Queries that the teacher is asked, one a line.")
@click.option(
    "--queries", type=click.IntRange(0, 200_000), default=4000, show_default=True, help="Queries made of the catalogue."
)
@click.option("--base", type=IN_DIR, help="Folder of the student's base; without one no student is trained.")
@click.option("--start", type=IN_DIR, help="Folder of adapters to go on from: those of the student that ships.")
@click.option("--epochs", default=1.0, show_default=True, help="How often the student sees each sample.")
@click.option(
    "--config", type=click.Path(dir_okay=False, path_type=Path), help="Configuration.  [default: genfacet.yml]"
)
@click.pass_context
def command(
    ctx: click.Context,
    index: str,
    out: Path,
    plans: tuple[Path, ...],
    teacher: str | None,
    model: str | None,
    head_queries: Path | None,
    queries: int,
    base: Path | None,
    start: Path | None,
    epochs: float,
    config: Path | None,
) -> None:
    """Learn everything from one catalogue: the ranker, the memory's plans, the training set, and the student.

    Steps that are finished are skipped, and one that was interrupted goes on: run the same command again.
    """
    if (teacher is None) != (head_queries is None) or (teacher is None) != (model is None):
        raise SettingsError("--teacher, --model and --head-queries go together")
    out.mkdir(parents=True, exist_ok=True)
    stages = list(_stages(index, out, plans, teacher, model, head_queries, queries, base, start, epochs))
    at = ("--config", str(config)) if config else ()
    root = ctx.find_root().command
    for place, stage in enumerate(stages, 1):
        done = out / f"{stage.arguments[0]}-{stage.arguments[1]}.done"
        told = " ".join(stage.arguments)
        if done.exists() and done.read_text() == told:
            click.echo(f"{place} of {len(stages)}: {stage.title}: done before.")
            continue
        left = sum(other.seconds for other in stages[place - 1 :])
        click.echo(
            f"{place} of {len(stages)}: {stage.title} (about {_span(stage.seconds)}; all that is left {_span(left)})."
        )
        began = time.monotonic()
        root.main([*stage.arguments, *at], prog_name=ctx.find_root().info_name, standalone_mode=False)
        done.write_text(told)
        click.echo(f"   took {_span(time.monotonic() - began)}.")
    click.echo(
        f"Everything is in {out}. Name {out / 'ranker.json'} in engine.ranker of the configuration to serve with it."
    )


def _stages(
    index: str,
    out: Path,
    plans: tuple[Path, ...],
    teacher: str | None,
    model: str | None,
    head_queries: Path | None,
    queries: int,
    base: Path | None,
    start: Path | None,
    epochs: float,
) -> Iterator[Stage]:
    """The commands, in the order in which one needs the other."""
    own = out / "plans"
    known = [*plans, *([own / "plans.jsonl"] if teacher else [])]
    if teacher and model and head_queries:
        asked = sum(1 for line in head_queries.read_text(encoding="utf-8").splitlines() if line.strip())
        examples = [part for file in plans for part in ("--examples", str(file))]
        arguments = [
            "--queries",
            str(head_queries),
            "--teacher",
            teacher,
            "--model",
            model,
            "--out",
            str(own),
            *examples,
        ]
        yield Stage("have the teacher write plans", ("plans", "write", "--index", index, *arguments), 5.0 * asked)
    learnt = ("train", "ranker", "--index", index, "--out", str(out / "ranker.json"))
    chosen = ("--plans", str(plans[0])) if plans else ()
    yield Stage("learn the order of facets", (*learnt, *chosen), 90)
    if known:
        files = tuple(str(file) for file in known)
        yield Stage("fill the memory", ("plans", "add", *files, "--index", index, "--training-only"), 60)
    data = [part for file in known for part in ("--plans", f"{index}={file}")]
    making = ("train", "data", "--index", index, "--out", str(out / "data"), "--queries", str(queries), *data)
    yield Stage("make the training set", making, SECONDS_PER_QUERY * queries)
    if base is not None:
        going_on = ("--start", str(start)) if start else ()
        judged = ("--index", index, *(part for file in known for part in ("--plans", str(file)))) if known else ()
        training = (
            "--data",
            str(out / "data"),
            "--out",
            str(out / "student"),
            "--base",
            str(base),
            "--epochs",
            str(epochs),
        )
        seconds = SECONDS_PER_EPOCH_AND_QUERY * queries * epochs
        yield Stage("train the student", ("train", "sft", *training, *going_on, *judged), seconds)


def _span(seconds: float) -> str:
    """A time in plain words."""
    if seconds < 90:
        return f"{max(1, round(seconds))} seconds"
    minutes = seconds / 60
    return f"{minutes:.0f} minutes" if minutes < 90 else f"{minutes / 60:.1f} hours"
