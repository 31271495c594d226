"""`genfacet plans write`: a shop's own plans for its queries, by a teacher."""

import asyncio
import os
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click
import orjson

from genfacet.cli.configured import configured
from genfacet.connection import Connection
from genfacet.errors import SettingsError
from genfacet.memory.plan import Plan, PlanError, read_plan, read_plans
from genfacet.settings import Settings
from genfacet_training.teachers.chat import Budget, Chat
from genfacet_training.teachers.teacher import BudgetError, Teacher, TeacherError

IN_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
KEY = "GENFACET_TEACHER_KEY"


@click.command(short_help="Have a teacher write plans for queries.")
@click.option("--index", required=True, help="Index of the configuration.")
@click.option("--queries", required=True, type=IN_FILE, help="File of queries, one a line.")
@click.option("--teacher", required=True, help="Endpoint (http://localhost:8000/v1), folder of a model, or look-ahead.")
@click.option("--model", help="Name of the model at an endpoint.")
@click.option(
    "--samples", type=click.IntRange(1, 16), default=1, show_default=True, help="Answers, the best of which is kept."
)
@click.option(
    "--examples", multiple=True, type=IN_FILE, help="Plans (JSON Lines) to show as examples; may be repeated."
)
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder to write into.")
@click.option("--concurrency", type=click.IntRange(1, 64), default=4, show_default=True, help="Questions at once.")
@click.option("--requests", type=int, help="Most requests, retries included.")
@click.option("--tokens", type=int, help="Most tokens, of questions and answers.")
@click.option("--cost", type=float, help="Most cost, see the prices.")
@click.option("--price-in", default=0.0, help="Price of a million tokens of questions.")
@click.option("--price-out", default=0.0, help="Price of a million tokens of answers.")
@click.option("--timeout", default=60.0, show_default=True, help="Patience with one answer, in seconds.")
@click.option("--wait", default=1.0, show_default=True, help="Seconds before the first retry; twice as long each time.")
@click.option("--fresh", is_flag=True, help="Ask everything again.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
@configured
def write(
    settings: Settings,
    connection: Connection,
    index: str,
    queries: Path,
    teacher: str,
    model: str | None,
    samples: int,
    examples: tuple[Path, ...],
    out: Path,
    concurrency: int,
    requests: int | None,
    tokens: int | None,
    cost: float | None,
    price_in: float,
    price_out: float,
    timeout: float,
    wait: float,
    fresh: bool,
    as_json: bool,
) -> None:
    """Write plans.jsonl into a folder: what executing proves of the answers of a teacher.

    A teacher is a chat model behind an OpenAI-compatible endpoint (its key comes from GENFACET_TEACHER_KEY), a folder
    of a causal language model, or looking ahead, which needs none. Answers are kept: a run that was interrupted, or
    whose budget was used up, goes on where it stopped. Held-out queries are never examples.
    """
    from genfacet_training.evaluation.parts import opened_parts, say_resumed
    from genfacet_training.evaluation.progress import progress
    from genfacet_training.evaluation.shop import Shop
    from genfacet_training.evaluation.splits import HeldOut

    asked = list(
        dict.fromkeys(line.strip() for line in queries.read_text(encoding="utf-8").splitlines() if line.strip())
    )
    known = [plan for file in examples for _, plan in read_plans(file) if isinstance(plan, Plan)]
    held_out = HeldOut(plan.query for plan in known)
    shown = [plan for plan in known if plan.query not in held_out]
    budget = Budget(requests, tokens, cost, price_in, price_out)
    if "://" in teacher and model is None:
        raise SettingsError("name the --model at the endpoint")
    reasons: Counter[str] = Counter()
    run = {"index": index, "teacher": teacher, "model": model, "samples": samples}
    with (
        connection.client(request_timeout=60) as client,
        Shop(client, settings, index) as shop,
        opened_parts(out, run, fresh=fresh) as parts,
    ):
        shop.check()
        say_resumed(out, len(parts.done))
        left = [query for query in asked if query not in parts.done]
        chat = Chat(teacher, model or "", os.environ.get(KEY), timeout, wait_s=wait, budget=budget)
        asked_one = _teacher(teacher, chat, shop, shown, samples)
        with progress("Asking", len(left)) as on_query:
            asyncio.run(_ask_all(shop, asked_one, left, parts, reasons, concurrency, on_query))
        plans = [read_plan(part["plan"]) for part in parts.done.values() if part.get("plan")]
        for part in parts.done.values():
            reasons.update(part.get("rejected", ()))
    (out / "plans.jsonl").write_bytes(b"".join(orjson.dumps(plan.as_json()) + b"\n" for plan in plans))
    unanswered = len([query for query in asked if query not in parts.done])
    outcome = {
        "asked": len(asked),
        "answered": len(asked) - unanswered,
        "plans": len(plans),
        "rejected": dict(reasons),
        "requests": budget.spent_requests,
        "tokens": budget.spent_in + budget.spent_out,
        "cost": round(budget.spent_cost, 4),
    }
    _show(outcome, out, as_json)
    if unanswered:
        raise SettingsError(f"{unanswered:,} queries have no answer yet: run the same command again")


def _teacher(named: str, chat: Chat, shop: Any, examples: Sequence[Plan], samples: int) -> Teacher:
    """The teacher of that name; raises SettingsError where it is a folder without a model."""
    from genfacet.sources.configured import configured_weights
    from genfacet_training.teachers.lookingahead import LookingAhead
    from genfacet_training.teachers.spoken import Spoken

    if named == "look-ahead":
        return LookingAhead(shop)
    weights = configured_weights(shop.settings)
    if "://" in named:
        return Spoken(chat.say, examples, weights, samples)
    from genfacet_training.teachers.local import LocalModel

    try:
        return Spoken(LocalModel(Path(named)).say, examples, weights, samples)
    except ValueError as error:
        raise SettingsError(f"{error}; a teacher is an endpoint, a folder of a model, or look-ahead") from None


async def _ask_all(
    shop: Any,
    teacher: Teacher,
    queries: Sequence[str],
    parts: Any,
    reasons: Counter[str],
    concurrency: int,
    on_query: Callable[[], None],
) -> None:
    """Asks for all queries, so many at once; stops where the budget is used up."""
    free, over = asyncio.Semaphore(concurrency), asyncio.Event()

    async def one(query: str) -> None:
        async with free:
            if over.is_set():
                return
            view = await asyncio.to_thread(shop.view, query)
            try:
                plans = await teacher.plans(view)
            except BudgetError:
                over.set()
                return
            except TeacherError as error:  # asked again by the next run
                reasons[f"no answer ({error})"] += 1
                return
            except PlanError as error:
                parts.add(query, {"plan": None, "rejected": [f"malformed: {error}"]})
            else:
                kept, wrong = await asyncio.to_thread(_best, shop, plans)
                parts.add(query, {"plan": kept.as_json() if kept else None, "rejected": wrong})
            on_query()

    await asyncio.gather(*map(one, queries))


def _best(shop: Any, plans: Sequence[Plan]) -> tuple[Plan | None, list[str]]:
    """The plan of which the most holds, open facets before closed ones; and what of it does not."""
    from genfacet_training.teachers.execution import pruned

    found = [pruned(shop, plan) for plan in plans]
    kept, wrong = max(found, key=lambda pair: _worth(pair[0]))
    return kept, [f"{problem.kind} that does not hold" for problem in wrong]


def _worth(plan: Plan | None) -> tuple[int, int, int]:
    if plan is None:
        return 0, 0, 0
    return sum(facet.is_open for facet in plan.facets), len(plan.facets), len(plan.rewrites)


def _show(outcome: dict[str, Any], out: Path, as_json: bool) -> None:
    if as_json:
        click.echo(orjson.dumps(outcome, option=orjson.OPT_INDENT_2))
        return
    click.echo(
        f"{outcome['plans']:,} plans for {outcome['asked']:,} queries are in {out / 'plans.jsonl'}: "
        f"{outcome['requests']:,} requests, {outcome['tokens']:,} tokens, cost {outcome['cost']}."
    )
    for reason, count in sorted(outcome["rejected"].items()):
        click.echo(f"  left out: {count:,} × {reason}")
