"""The hook beside the same requests by hand, in one run: what facets cost a search.

`python tests/benchmarks/hook.py --index icecat [--config genfacet.yml] [--rounds 300] [--json]`

Every round sends, in shuffled order, the plain search, the probe followed by the counts (`by hand`), both of these side
by side in two threads (`floor`: what no hook in Python can beat), and the hook's search with five facets, each for the
same query and without the process's cache of facet lists (`listed`: with it). `fresh` rounds empty Elasticsearch's
request cache before each of them, as for a query that nobody sent before; `repeated` rounds leave it. Medians of noisy
machines mislead, so ratios are taken round by round and reported with minimum, median and maximum.
"""

import json
import random
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from statistics import median
from typing import Any

import click

from genfacet.cli.configured import configured
from genfacet.connection import Connection
from genfacet.hook import GenFacet
from genfacet.settings import Settings
from genfacet.template import fill_template

QUERIES = (
    "cable",
    "printer",
    "laptop",
    "monitor",
    "toner",
    "keyboard",
    "hard drive",
    "headphones",
    "usb hub",
    "projector",
)
POOL = ThreadPoolExecutor(1)
HEADERS = {"accept": "application/json", "content-type": "application/json"}


class Recorder:
    """A hook whose siblings are noted, so that the same requests can be sent by hand."""

    def __init__(self, client: Any, settings: Settings) -> None:
        self.hook = GenFacet(client, settings)
        self.siblings: list[Any] = []
        self.seconds: dict[str, float] = {}
        send = self.hook._count

        def count(sibling: Any) -> Mapping[str, Any]:
            self.siblings.append(sibling)
            started = time.perf_counter()
            answer = send(sibling)
            self.seconds[sibling.stage] = time.perf_counter() - started
            return answer

        self.hook._count = count  # type: ignore[method-assign]


@click.command()
@click.option("--index", required=True)
@click.option("--rounds", default=300, show_default=True)
@click.option("--json", "as_json", is_flag=True)
@configured
def main(settings: Settings, connection: Connection, index: str, rounds: int, as_json: bool) -> None:
    """Runs the benchmark."""
    cold = settings.model_copy(update={"engine": settings.engine.model_copy(update={"cache_entries": 0})})
    with connection.client() as client, connection.client() as other:
        hooks = Recorder(client, cold), GenFacet(client, settings)
        bench = Bench(client, other, *hooks, settings.indices[index].search.template, index)
        report = {
            f"{kind}: {name}": figures
            for kind in ("fresh", "repeated")
            for name, figures in _report(bench.run(rounds, is_fresh=kind == "fresh")).items()
        }
    if as_json:
        click.echo(json.dumps(report))
        return
    for name, figures in report.items():
        click.echo(f"{name:40} min {figures['min']:7.2f}  median {figures['median']:7.2f}  max {figures['max']:7.2f}")


@dataclass
class Bench:
    """The ways to be compared, and how they are timed."""

    client: Any
    other: Any
    recorder: Recorder
    listed: GenFacet
    template: dict[str, Any]
    index: str

    def run(self, rounds: int, *, is_fresh: bool) -> list[dict[str, float]]:
        """Milliseconds of each way by round; the first round of each query warms everything up."""
        times: list[dict[str, float]] = []
        for number in range(-len(QUERIES), rounds):
            ways = self.ways(QUERIES[number % len(QUERIES)])
            order = list(ways)
            random.Random(number).shuffle(order)
            taken = {}
            for name in order:
                if is_fresh:
                    self.client.indices.clear_cache(index=self.index, request=True)
                taken[name] = _milliseconds(ways[name])
            if number >= 0:
                times.append(taken | self.stages)
        return times

    def ways(self, query: str) -> dict[str, Callable[[], Any]]:
        """What is timed for one query."""
        body = fill_template(self.template, query) | {"size": 10}
        ext = {"genfacet": {"user_query": query, "deadline_ms": 5000}}
        self.recorder.siblings.clear()
        self.recorder.hook.search(index=self.index, **body, ext=ext)
        siblings = [s for s in self.recorder.siblings if s.stage != "background"]

        def plain() -> None:
            self.client.search(index=self.index, **body)

        def by_hand() -> None:
            for sibling in siblings:
                _send(self.other, sibling)

        def floor() -> None:
            beside = POOL.submit(by_hand)
            plain()
            beside.result()

        return {
            "plain": plain,
            "by hand": by_hand,
            "floor": floor,
            "hook": lambda: self.recorder.hook.search(index=self.index, **body, ext=ext),
            "listed": lambda: self.listed.search(index=self.index, **body, ext=ext),
        }

    @property
    def stages(self) -> dict[str, float]:
        """Milliseconds of the last run's siblings, as the hook saw them."""
        return {f"hook's {name}": seconds * 1000 for name, seconds in self.recorder.seconds.items()}


def _send(client: Any, sibling: Any) -> Any:
    return client.perform_request("POST", sibling.path, params=sibling.params, headers=HEADERS, body=sibling.encoded())


def _milliseconds(way: Callable[[], Any]) -> float:
    started = time.perf_counter()
    way()
    return (time.perf_counter() - started) * 1000


def _report(times: list[dict[str, float]]) -> dict[str, dict[str, float]]:
    rows: dict[str, list[float]] = {f"{name}, ms": [t[name] for t in times] for name in times[0]}
    rows["hook / max(plain, by hand)"] = [t["hook"] / max(t["plain"], t["by hand"]) for t in times]
    rows["floor / max(plain, by hand)"] = [t["floor"] / max(t["plain"], t["by hand"]) for t in times]
    rows["hook / floor"] = [t["hook"] / t["floor"] for t in times]
    rows["hook / plain"] = [t["hook"] / t["plain"] for t in times]
    rows["listed / plain"] = [t["listed"] / t["plain"] for t in times]
    return {name: {"min": min(v), "median": median(v), "max": max(v)} for name, v in rows.items()}


if __name__ == "__main__":
    main()
