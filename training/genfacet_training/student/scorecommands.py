"""`genfacet train ask|answer|score`: what a student says to held-out queries, and what it comes to when executed.

Three steps, because whoever has the index and whoever has the processor may be two machines.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import orjson
from rich.console import Console
from rich.table import Table

from genfacet.cli.configured import configured
from genfacet.connection import Connection
from genfacet.settings import Settings

if TYPE_CHECKING:
    from genfacet_training.student.questions import Question

IN_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
IN_DIR = click.Path(exists=True, file_okay=False, path_type=Path)
OUT_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(short_help="Write the questions that a student is measured by.")
@click.option("--index", required=True, help="Index of the configuration.")
@click.option("--plans", type=IN_FILE, help="Plans (JSON Lines); their held-out queries are asked, and their rewrites.")
@click.option("--area", help="Ask the plans of this kind of product instead, all of them.")
@click.option("--judgments", "judgments_file", type=IN_FILE, help="CSV file of judgements, whose queries are asked.")
@click.option("--gold", type=IN_FILE, help="File of `genfacet gold`: rewrites for its values are asked.")
@click.option("--queries", type=IN_FILE, help="File of queries, one a line.")
@click.option("--no-memory", is_flag=True, help="Do not show near plans.")
@click.option("--out", required=True, type=OUT_FILE, help="File of questions to write.")
@configured
def ask(
    settings: Settings,
    connection: Connection,
    index: str,
    plans: Path | None,
    area: str | None,
    judgments_file: Path | None,
    gold: Path | None,
    queries: Path | None,
    no_memory: bool,
    out: Path,
) -> None:
    """Render the prompts of held-out queries over their results now."""
    from genfacet.errors import SettingsError
    from genfacet.memory.plan import Plan, read_plans
    from genfacet.sources.configured import configured_weights
    from genfacet_training.evaluation.gold import fingerprint, read_gold
    from genfacet_training.evaluation.judgments import read_judgments
    from genfacet_training.evaluation.shop import Shop
    from genfacet_training.evaluation.splits import HeldOut
    from genfacet_training.student.asking import questions
    from genfacet_training.student.questions import write_questions
    from genfacet_training.student.rewrites import judged_questions

    if gold is not None and judgments_file is None:
        raise SettingsError("--gold wants the --judgments that it was made of")
    read = [plan for _, plan in read_plans(plans) if isinstance(plan, Plan)] if plans else []
    held_out = HeldOut(plan.query for plan in read)
    chosen = [plan for plan in read if (plan.area == area if area else plan.query in held_out)]
    judgments = read_judgments(judgments_file) if judgments_file else None
    typed = [line.strip() for line in queries.read_text().splitlines() if line.strip()] if queries else []
    weights, memory = configured_weights(settings), None if no_memory else settings.memory.index
    with connection.client(request_timeout=60) as client, Shop(client, settings, index) as shop:
        shop.check()
        golds = read_gold(gold, fingerprint(shop, judgments)) if gold and judgments else {}
        found = [
            *questions(shop, area or "held-out", [], chosen, weights, memory),
            *questions(shop, "judged", judgments.queries() if judgments else (), [], weights, memory),
            *(judged_questions(shop, judgments, list(golds.values())) if judgments else ()),
            *questions(shop, "queries", typed, [], weights, memory),
        ]
    write_questions(out, found)
    click.echo(f"{len(found):,} questions are in {out}.")


@click.command(short_help="Have a student answer questions.")
@click.option("--questions", "questions_file", required=True, type=IN_FILE, help="File of `genfacet train ask`.")
@click.option("--base", type=IN_DIR, help="Folder of the base.")
@click.option("--student", type=IN_DIR, help="Folder of its adapters.")
@click.option("--model", type=IN_DIR, help="Instead: folder of `genfacet export`; it answers as it serves.")
@click.option("--samples", type=click.IntRange(0, 64), default=6, show_default=True, help="Further answers, by chance.")
@click.option("--temperature", default=0.8, show_default=True, help="Of those.")
@click.option("--batch", default=16, show_default=True, help="Prompts at once.")
@click.option("--out", required=True, type=OUT_FILE, help="File of answers to write.")
def answer(
    questions_file: Path,
    base: Path | None,
    student: Path | None,
    model: Path | None,
    samples: int,
    temperature: float,
    batch: int,
    out: Path,
) -> None:
    """Answer each question once as likely as can be, and some more times by chance. Needs no index."""
    from genfacet.errors import SettingsError
    from genfacet_training.student.questions import read_questions, write_answers

    asked = read_questions(questions_file)
    if model is not None and base is None and student is None:
        said = _served(model, asked, samples)
    elif model is None and base is not None and student is not None:
        said = _trained(base, student, asked, samples, temperature, batch)
    else:
        raise SettingsError("give --base and --student, or else --model")
    write_answers(out, said)
    click.echo(f"{len(asked):,} questions are answered in {out}.")


def _served(folder: Path, asked: "Sequence[Question]", samples: int) -> list[list[str]]:
    """The answers of an exported model under its grammar, one question at a time."""
    from genfacet.generation import Generation
    from genfacet.student.card import check, resolve
    from genfacet.student.worker import Model, Options
    from genfacet_training.evaluation.progress import progress

    model, said = Model(check(resolve(folder)), Options()), []
    with progress("Answering", len(asked)) as on_question:
        for one in asked:
            generation = Generation(one.task, one.prompt, one.choices, samples=samples)
            answered = model.answer(generation, float("inf"), lambda _: None)
            said.append([answered.text, *answered.others])
            on_question()
    return said


def _trained(
    base: Path, student: Path, asked: "Sequence[Question]", samples: int, temperature: float, batch: int
) -> list[list[str]]:
    """The answers of adapters over their base, many questions at once."""
    import torch

    from genfacet_training.evaluation.progress import progress
    from genfacet_training.student.generate import MOST_TOKENS, answers
    from genfacet_training.student.model import choose_precision, load_student

    model, tokenizer = load_student(base, student)
    precision = choose_precision(model, model.device, "auto")
    model.to(getattr(torch, precision)).eval()
    found: dict[int, list[str]] = {}
    order = sorted(range(len(asked)), key=lambda place: (asked[place].task, len(asked[place].prompt)))
    with progress("Answering", len(asked)) as on_question:
        for start in range(0, len(order), batch):
            places = order[start : start + batch]
            for task in ("facets", "rewrite"):
                mine = [place for place in places if asked[place].task == task]
                prompts = [asked[place].prompt for place in mine]
                said = answers(model, tokenizer, prompts, MOST_TOKENS[task], batch=batch) if mine else []
                more = (
                    answers(model, tokenizer, prompts, MOST_TOKENS[task], samples=samples, temperature=temperature)
                    if mine and samples
                    else [[] for _ in mine]
                )
                for place, one, others in zip(mine, said, more, strict=True):
                    found[place] = [*one, *others]
                    on_question()
    return [found[place] for place in range(len(asked))]


@click.command(short_help="Execute a student's answers.")
@click.option("--index", required=True, help="Index of the configuration.")
@click.option("--questions", "questions_file", required=True, type=IN_FILE, help="File of `genfacet train ask`.")
@click.option(
    "--answers",
    "answers_file",
    type=IN_FILE,
    help="File of `genfacet train answer`.  [default: memory and rules are measured alone]",
)
@click.option("--judgments", "judgments_file", type=IN_FILE, help="CSV file of judgements that were asked.")
@click.option("--data", type=IN_DIR, help="Folder of the training set: labels that it says everywhere weigh less.")
@click.option("--sheet", type=OUT_FILE, help="File for the facets of memory and student, to be read.")
@click.option("--plans", "plans_file", type=OUT_FILE, help="File for the student's facets as plans (JSON Lines).")
@click.option("--json", "as_json", is_flag=True, help="Print the tables as JSON.")
@configured
def score(
    settings: Settings,
    connection: Connection,
    index: str,
    questions_file: Path,
    answers_file: Path | None,
    judgments_file: Path | None,
    data: Path | None,
    sheet: Path | None,
    plans_file: Path | None,
    as_json: bool,
) -> None:
    """Say how many open facets of memory, student and both hold, and what searches their rewrites and rules lead to."""
    from genfacet.errors import SettingsError
    from genfacet.sources.configured import configured_weights
    from genfacet_training.evaluation.judgments import read_judgments
    from genfacet_training.evaluation.progress import progress
    from genfacet_training.evaluation.shop import Shop
    from genfacet_training.student.measuring import measure
    from genfacet_training.student.questions import read_answers, read_questions

    asked = read_questions(questions_file)
    answers = read_answers(answers_file, len(asked)) if answers_file else [[] for _ in asked]
    judgments = read_judgments(judgments_file) if judgments_file else None
    pairs = list(zip(asked, answers, strict=True))
    with (
        connection.client(request_timeout=60) as client,
        Shop(client, settings, index) as shop,
        progress("Executing", len(pairs)) as on_question,
    ):
        shop.check()
        try:
            weights = configured_weights(settings)
            measured = measure(shop, pairs, weights, settings.memory.index, _common(data), on_question, judgments)
        except ValueError as error:
            raise SettingsError(str(error)) from None
    if sheet is not None:
        sheet.write_bytes(b"".join(orjson.dumps(entry) + b"\n" for entry in measured.shown))
    if plans_file is not None:
        plans_file.write_bytes(b"".join(orjson.dumps(plan.as_json()) + b"\n" for plan in measured.plans))
    tables = measured.as_json()
    if as_json:
        click.echo(orjson.dumps(tables, option=orjson.OPT_INDENT_2))
    else:
        for title, rows in tables.items():
            _show(title.replace("_", " "), rows)


def _common(data: Path | None) -> dict[str, float]:
    """The share of training queries for which each label is said."""
    if data is None:
        return {}
    read = orjson.loads((data / "statistics.json").read_bytes())["training"]
    return {label: min(1.0, times / read["by_task"]["facets"]) for label, times in read["most_frequent_labels"]}


def _show(title: str, rows: dict[str, dict[str, Any]]) -> None:
    table = Table(title=title, title_justify="left")
    columns: Iterable[str] = next(iter(rows.values()), {})
    for column in ("", *columns):
        table.add_column(column.replace("_", " "))
    for name, row in rows.items():
        table.add_row(name, *(f"{value:.2f}" if isinstance(value, float) else str(value) for value in row.values()))
    Console().print(table)
