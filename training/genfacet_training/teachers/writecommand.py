"""`genfacet plans write`: a shop's own plans for its queries, by a chat model."""

import asyncio
import os
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import click
import orjson

from genfacet.cli.configured import configured
from genfacet.connection import Connection
from genfacet.errors import SettingsError
from genfacet.memory.plan import Plan, PlanError, read_plan, read_plans
from genfacet.settings import Settings
from genfacet_training.teachers.chat import Budget, BudgetError, Chat, ChatError

IN_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
KEY = "GENFACET_TEACHER_KEY"


@click.command(short_help="Have a chat model write plans for queries.")
@click.option("--index", required=True, help="Index of the configuration.")
@click.option("--queries", required=True, type=IN_FILE, help="File of queries, one a line.")
@click.option("--teacher", required=True, help="OpenAI-compatible endpoint, such as http://localhost:8000/v1.")
@click.option("--model", required=True, help="Name of the model there.")
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
    model: str,
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
    """Write plans.jsonl into a folder: what executing proves of the answers of a chat model.

    The key of the endpoint comes from GENFACET_TEACHER_KEY. Answers are kept: a run that was interrupted, or whose
    budget was used up, goes on where it stopped. Held-out queries are never examples.
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
    chat = Chat(teacher, model, os.environ.get(KEY), timeout, wait_s=wait, budget=budget)
    reasons: Counter[str] = Counter()
    run = {"index": index, "teacher": teacher, "model": model}
    with (
        connection.client(request_timeout=60) as client,
        Shop(client, settings, index) as shop,
        opened_parts(out, run, fresh=fresh) as parts,
    ):
        shop.check()
        say_resumed(out, len(parts.done))
        left = [query for query in asked if query not in parts.done]
        with progress("Asking", len(left)) as on_query:
            asyncio.run(_ask_all(shop, chat, left, shown, parts, reasons, concurrency, on_query))
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


async def _ask_all(
    shop: Any,
    chat: Chat,
    queries: Sequence[str],
    shown: Sequence[Plan],
    parts: Any,
    reasons: Counter[str],
    concurrency: int,
    on_query: Callable[[], None],
) -> None:
    """Asks for all queries, so many at once; stops where the budget is used up."""
    from genfacet.sources.configured import configured_weights
    from genfacet_training.teachers.briefing import messages, nearest, read_answer
    from genfacet_training.teachers.execution import pruned

    weights, free, over = configured_weights(shop.settings), asyncio.Semaphore(concurrency), asyncio.Event()

    async def one(session: aiohttp.ClientSession, query: str) -> None:
        async with free:
            if over.is_set():
                return
            view = await asyncio.to_thread(shop.view, query)
            try:
                text = await chat.ask(session, messages(view, nearest(query, shown), weights))
                plan = read_answer(query, text)
            except BudgetError:
                over.set()
                return
            except ChatError as error:  # asked again by the next run
                reasons[f"no answer ({error})"] += 1
                return
            except PlanError as error:
                parts.add(query, {"plan": None, "rejected": [f"malformed: {error}"]})
                on_query()
                return
            kept, wrong = await asyncio.to_thread(pruned, shop, plan)
            told = [f"{problem.kind} that does not hold" for problem in wrong]
            parts.add(query, {"plan": kept.as_json() if kept else None, "rejected": told})
            on_query()

    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None)) as session:
        await asyncio.gather(*(one(session, query) for query in queries))


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
