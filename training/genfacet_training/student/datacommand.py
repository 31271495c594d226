"""`genfacet train data`: the training set of the student."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import orjson

from genfacet.cli.configured import configured
from genfacet.connection import Connection
from genfacet.errors import SettingsError
from genfacet.settings import Settings

if TYPE_CHECKING:
    from genfacet.memory.plan import Plan
    from genfacet_training.student.samples import Sample

IN_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
PRODUCTS = 6000
"""Products of an index that queries are made of."""
THREADS = 4


@click.command(short_help="Make the training set of the student.")
@click.option("--index", "indices", required=True, multiple=True, help="Index of the configuration; may be repeated.")
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder to write into.")
@click.option(
    "--plans", "plan_files", multiple=True, help="INDEX=FILE, plans (JSON Lines) for an index; may be repeated."
)
@click.option(
    "--queries", type=click.IntRange(0, 200_000), default=4000, show_default=True, help="Queries made of each index."
)
@click.option("--log", "logs", multiple=True, help="INDEX=FILE, queries of shoppers, one a line; may be repeated.")
@click.option("--without", multiple=True, type=IN_FILE, help="CSV file of judgements whose queries teach nothing.")
@click.option("--seed", default=1, show_default=True, help="Seed of the queries, and of variants of samples.")
@click.option("--fresh", is_flag=True, help="Forget what an interrupted run has made.")
@click.option("--json", "as_json", is_flag=True, help="Print the statistics as JSON.")
@configured
def command(
    settings: Settings,
    connection: Connection,
    indices: tuple[str, ...],
    out: Path,
    plan_files: tuple[str, ...],
    queries: int,
    logs: tuple[str, ...],
    without: tuple[Path, ...],
    seed: int,
    fresh: bool,
    as_json: bool,
) -> None:
    """Make prompts and answers from plans, and from queries made of the catalogue that near plans answer.

    The memory (memory.index of the configuration) must hold the plans: see `genfacet plans add`. Held-out queries,
    judged ones, and what is nearly the same teach nothing. An interrupted run goes on where it stopped.
    """
    # Here, because these bring linear algebra, which no other command should wait for.
    from genfacet_training.evaluation.judgments import read_judgments
    from genfacet_training.evaluation.parts import data_mark, opened_parts, say_resumed
    from genfacet_training.evaluation.shop import Shop
    from genfacet_training.evaluation.splits import HeldOut
    from genfacet_training.student.samples import write_samples

    plans = {index: list(_read_plans(files)) for index, files in _by_index(plan_files, indices).items()}
    judged = {query for file in without for query in read_judgments(file).queries()}
    held_out = HeldOut((plan.query for several in plans.values() for plan in several), judged)
    typed = {index: _read_lines(files) for index, files in _by_index(logs, indices).items()}
    made: dict[str, list[dict[str, Any]]] = {}
    memory = settings.memory.index
    with connection.client(request_timeout=60) as client:
        run = {
            "indices": {index: data_mark(client, index) for index in indices},
            "memory": data_mark(client, memory) if client.indices.exists(index=memory) else None,
            "plans": {index: sorted(plan.query for plan in several) for index, several in plans.items()},
            "queries": queries,
            "logs": typed,
            "judged": sorted(judged),
            "seed": seed,
        }
        with opened_parts(out, run, fresh=fresh) as parts:
            say_resumed(out, len(parts.done))
            for index in indices:
                with Shop(client, settings, index) as shop:
                    shop.check()
                    work = _work(shop, plans.get(index, []), typed.get(index, []), held_out, queries, seed)
                    made |= _make(index, work, parts)
    samples = [_sample(entry) for entries in made.values() for entry in entries]
    learnt, watched = _parted(samples)
    write_samples(out / "training.parquet", learnt)
    write_samples(out / "validation.parquet", watched)
    statistics = {"training": _statistics(learnt), "validation": _statistics(watched)}
    (out / "statistics.json").write_bytes(orjson.dumps(statistics, option=orjson.OPT_INDENT_2))
    if as_json:
        click.echo(json.dumps(statistics, indent=2))
    else:
        _show(statistics, out)


Work = Mapping[str, Callable[[], "list[Sample]"]]


def _work(
    shop: Any, plans: "list[Plan]", typed: list[str], held_out: Any, queries: int, seed: int
) -> dict[str, Callable[[], "list[Sample]"]]:
    """What is to be made of an index, by a key of its own."""
    from genfacet.sources.configured import configured_weights
    from genfacet_training.student.data import Maker
    from genfacet_training.student.queries import MadeQuery, made_queries

    maker = Maker(shop, configured_weights(shop.settings), shop.settings.memory.index, held_out, seed)
    known = [plan for plan in plans if plan.query not in held_out]
    brand = next((name for name in ("brand", "Brand", "manufacturer") if shop.catalog.attribute(name)), None)
    drawn = made_queries(shop.sample(PRODUCTS, seed), known, brand, queries, seed) if queries else []
    asked = [MadeQuery(text, "log") for text in typed] + drawn
    work: dict[str, Callable[[], list[Sample]]] = {
        f"{shop.index} plan {place}": _bound(maker.of_plan, plan) for place, plan in enumerate(known)
    }
    return work | {f"{shop.index} query {query.text}": _bound(maker.of_query, query) for query in asked}


def _bound(make: Callable[[Any], "list[Sample]"], given: Any) -> Callable[[], "list[Sample]"]:
    return lambda: make(given)


def _make(index: str, work: Work, parts: Any) -> dict[str, list[dict[str, Any]]]:
    """All samples of an index by key: the finished ones, and those made now, several at a time."""
    from genfacet_training.evaluation.progress import progress
    from genfacet_training.student.data import as_part

    left = [key for key in work if key not in parts.done]
    with progress(f"Making samples of {index}", len(left)) as on_part, ThreadPoolExecutor(THREADS) as pool:

        def make(key: str) -> None:
            parts.add(key, as_part(work[key]()))
            on_part()

        for _ in pool.map(make, left):
            pass
    return {key: parts.done[key] for key in work}


def _sample(entry: dict[str, Any]) -> "Sample":
    from genfacet_training.student.samples import Sample

    return Sample(**entry)


def _parted(samples: "list[Sample]") -> "tuple[list[Sample], list[Sample]]":
    """Those to learn from, and those of experts that say when to stop; the latter's queries teach nothing."""
    from genfacet_training.evaluation.splits import is_validation

    watched = {sample.query for sample in samples if sample.origin == "plan" and is_validation(sample.query)}
    return (
        [sample for sample in samples if sample.query not in watched],
        [sample for sample in samples if sample.query in watched and sample.origin == "plan"],
    )


def _statistics(samples: "Iterable[Sample]") -> dict[str, Any]:
    samples = list(samples)
    labels = Counter(line for s in samples if s.task == "facets" for line in s.answer.split("\n") if line[:1] == "~")
    count = len(samples) or 1
    return {
        "samples": len(samples),
        "queries": len({(sample.index, sample.query) for sample in samples}),
        "by_task": dict(Counter(sample.task for sample in samples)),
        "by_teacher": dict(Counter(sample.teacher for sample in samples)),
        "by_origin": dict(Counter(sample.origin for sample in samples)),
        "by_index": dict(Counter(sample.index for sample in samples)),
        "characters": {
            "prompt": round(sum(len(sample.prompt) for sample in samples) / count, 1),
            "answer": round(sum(len(sample.answer) for sample in samples) / count, 1),
        },
        "open_labels": len(labels),
        "most_frequent_labels": [[label[1:], times] for label, times in labels.most_common(10)],
    }


def _show(statistics: dict[str, Any], out: Path) -> None:
    for name, figures in statistics.items():
        click.echo(f"{figures['samples']:,} samples of {figures['queries']:,} queries are in {out / name}.parquet")
        for kind in ("by_task", "by_teacher", "by_origin", "by_index"):
            counted = ", ".join(f"{count:,} {key}" for key, count in figures[kind].items())
            click.echo(f"  {kind.replace('_', ' ')}: {counted}")
    click.echo(f"  open labels: {statistics['training']['open_labels']:,}")


def _by_index(given: Iterable[str], indices: tuple[str, ...]) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for pair in given:
        index, equals, file = pair.partition("=")
        if not equals or index not in indices:
            raise SettingsError(f"{pair} must read INDEX=FILE, with an index of --index")
        if not Path(file).is_file():
            raise SettingsError(f"{file} does not exist")
        found.setdefault(index, []).append(Path(file))
    return found


def _read_plans(files: Iterable[Path]) -> "Iterator[Plan]":
    from genfacet.memory.plan import PlanError, read_plans

    for file in files:
        for line, plan in read_plans(file):
            if isinstance(plan, PlanError):
                click.echo(f"{file}, line {line}: {plan}", err=True)
            else:
                yield plan


def _read_lines(files: Iterable[Path]) -> list[str]:
    """Queries of a log, each once; those over 200 characters are nobody's search."""
    lines = (line.strip() for file in files for line in file.read_text(encoding="utf-8").splitlines())
    return list(dict.fromkeys(line for line in lines if 0 < len(line) <= 200))
