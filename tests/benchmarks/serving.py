"""What shoppers get of the student within a deadline, through the hook: rewrites, and facets by source.

`python tests/benchmarks/serving.py --index icecat --plans FILE [--most 60] [--shoppers 16] [--config genfacet.yml]`

The configuration names the student's model. Held-out plans of the file are searched, with a value of theirs selected
where they have a rewrite. Each search goes out twice: the second finds what was finished after the first one left.
Then many shoppers search at once, on the same processor as Elasticsearch. Milliseconds are those of the whole search;
`late` are those beyond the same search without facets and the deadline.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

import click
import orjson
from elasticsearch import Elasticsearch

from genfacet import GenFacet
from genfacet.cli.configured import configured
from genfacet.connection import Connection
from genfacet.generation import Generation, Student
from genfacet.memory.plan import Plan, read_plans
from genfacet.settings import Settings
from genfacet.students import load_student
from genfacet.template import fill_template
from genfacet_training.evaluation.splits import HeldOut

DEADLINES = (50, 100, 250, 1000)
SETTLED_S = 5.0
"""Longest that is waited for the student between two searches."""


@dataclass
class Served:
    """What searches of one kind got."""

    deadline: int
    took: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    rewritten: int = 0
    without: int = 0
    sources: Counter[str] = field(default_factory=Counter)

    def add(self, milliseconds: float, section: dict[str, Any], plain: float) -> None:
        self.took.append(milliseconds)
        self.late.append(milliseconds - plain - self.deadline)
        self.rewritten += section["query"]["rewritten"] is not None and section["model"] is not None
        self.without += section["timed_out"]
        self.sources.update({facet["source"] for facet in section["facets"]})

    def as_json(self) -> dict[str, Any]:
        count = len(self.took)
        return {
            "searches": count,
            "ms": spread(self.took),
            "late": {"median": median(self.late), "max": max(self.late)},
            "rewritten by the student": self.rewritten / count,
            "without facets at the deadline": self.without / count,
            "facets of": {name: times / count for name, times in self.sources.most_common()},
        }


def spread(values: Sequence[float]) -> dict[str, float]:
    """Minimum, median, 99th percentile and maximum."""
    ordered = sorted(values)
    return {"min": ordered[0], "median": median(ordered), "p99": ordered[int(0.99 * len(ordered))], "max": ordered[-1]}


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Milliseconds of a call, and what it gave."""
    started = time.perf_counter()
    found = work()
    return 1000 * (time.perf_counter() - started), found


@click.command()
@click.option("--index", required=True)
@click.option("--plans", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--most", default=60, show_default=True, help="Selections that are tried.")
@click.option("--shoppers", default=16, show_default=True, help="Searches at once, in the last part.")
@click.option("--json", "as_json", is_flag=True)
@configured
def main(
    settings: Settings, connection: Connection, index: str, plans: Path, most: int, shoppers: int, as_json: bool
) -> None:
    """Searches as shoppers would."""
    read = [plan for _, plan in read_plans(plans) if isinstance(plan, Plan)]
    held_out = HeldOut(plan.query for plan in read)
    asked = [(plan, rewrite.selected) for plan in read if plan.query in held_out for rewrite in plan.rewrites]
    asked = [pair for pair in asked if any(name.startswith("~") for name in pair[1])][:most]
    told: dict[str, Any] = {}
    with connection.client(request_timeout=60) as client:
        bodies = [fill_template(settings.indices[index].search.template, plan.query) for plan, _ in asked]

        def plainly(body: dict[str, Any]) -> float:
            return timed(lambda: client.search(index=index, body=body))[0]

        plain = [min(plainly(body) for _ in range(3)) for body in bodies]
        told["plain search"] = {"ms": spread(plain)}
        for deadline in DEADLINES:
            first, again = Served(deadline), Served(deadline)
            hook, student = opened(client, settings)
            for (plan, selected), body, alone in zip(asked, bodies, plain, strict=True):
                for served in (first, again):
                    served.add(*search(hook, index, body, plan.query, selected, deadline), alone)
                    settle(student)
            told[f"{deadline} ms"], told[f"{deadline} ms, again"] = first.as_json(), again.as_json()
            hook.close()
        (hook, _), crowd = opened(client, settings), Served(100)
        with ThreadPoolExecutor(shoppers) as pool:
            alone = list(pool.map(plainly, bodies * 2))
            told[f"plain search, {shoppers} at once"] = {"ms": spread(alone)}
            work = [(hook, index, body, p.query, chosen, 100) for (p, chosen), body in zip(asked, bodies, strict=True)]
            for served in pool.map(lambda given: search(*given), work * 2):
                crowd.add(*served, median(alone))
        told[f"100 ms, {shoppers} at once"] = crowd.as_json()
        hook.close()
    if as_json:
        click.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2))
        return
    for name, figures in told.items():
        click.echo(f"{name}: " + ", ".join(f"{key} {_rounded(figure)}" for key, figure in figures.items()))


def opened(client: Elasticsearch, settings: Settings) -> tuple[GenFacet, Student]:
    """A hook, and its student, which has loaded its model and knows no answer yet."""
    student = load_student(settings.student)
    if student is None:
        raise click.UsageError("the configuration names no student.model")
    with patch("genfacet.hook.open_student", lambda _: student):
        hook = GenFacet(client, settings)
    settle(student)
    return hook, student


def settle(student: Student) -> None:
    """Waits for what the student is at: it answers one question after another."""
    asked = Generation("score", f"facets: {time.monotonic()}\n>\n", (), SETTLED_S)
    if not student.ask(asked).finished:
        raise click.ClickException("the student is at it for longer than it may be")


def _rounded(figure: Any) -> Any:
    if isinstance(figure, dict):
        return " / ".join(f"{key} {_rounded(one)}" for key, one in figure.items())
    return f"{figure:.2f}" if isinstance(figure, float) else figure


def search(
    hook: GenFacet, index: str, body: dict[str, Any], query: str, selected: Any, deadline: int
) -> tuple[float, dict[str, Any]]:
    """Milliseconds, and the section of the answer."""
    chosen = {name: list(values) for name, values in selected.items()}
    section = {"user_query": query, "selected": chosen, "mode": "rewrite", "deadline_ms": deadline, "size": 5}
    milliseconds, found = timed(lambda: hook.search(index=index, **body, ext={"genfacet": section}))
    return milliseconds, found["ext"]["genfacet"]


if __name__ == "__main__":
    main()
