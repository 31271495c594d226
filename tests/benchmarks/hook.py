"""The hook beside the same requests by hand, in one run: what facets cost a search.

`python tests/benchmarks/hook.py --index icecat [--config genfacet.yml] [--rounds 300] [--json]`

Every round sends, in shuffled order, the plain search, the probe followed by the counts, and the hook's search with
five facets, each for the same query and without the process's cache of facet lists (`cached`: with it). Medians of
noisy machines mislead, so ratios are taken round by round and reported with minimum, median and maximum.
"""

import json
import random
import time
from collections.abc import Callable, Mapping
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
HEADERS = {"accept": "application/json", "content-type": "application/json"}


class Recorder:
    """A hook whose siblings are noted, so that the same requests can be sent by hand."""

    def __init__(self, client: Any, settings: Settings) -> None:
        self.hook = GenFacet(client, settings)
        self.siblings: list[Any] = []
        send = self.hook._count

        def count(sibling: Any) -> Mapping[str, Any]:
            self.siblings.append(sibling)
            return send(sibling)

        self.hook._count = count  # type: ignore[method-assign]


@click.command()
@click.option("--index", required=True)
@click.option("--rounds", default=300, show_default=True)
@click.option("--json", "as_json", is_flag=True)
@configured
def main(settings: Settings, connection: Connection, index: str, rounds: int, as_json: bool) -> None:
    """Runs the benchmark."""
    cold = settings.model_copy(update={"engine": settings.engine.model_copy(update={"cache_entries": 0})})
    with connection.client() as client, connection.client() as by_hand:
        recorder, warm = Recorder(client, cold), GenFacet(client, settings)
        times: list[dict[str, float]] = []
        for number in range(rounds + len(QUERIES)):
            query = QUERIES[number % len(QUERIES)]
            body = fill_template(settings.indices[index].search.template, query) | {"size": 10}
            ext = {"genfacet": {"user_query": query, "deadline_ms": 5000}}
            recorder.siblings.clear()
            recorder.hook.search(index=index, **body, ext=ext)
            siblings = [s for s in recorder.siblings if s.stage != "background"]
            ways: dict[str, Callable[[], Any]] = {
                "plain": lambda body=body: client.search(index=index, **body),
                "by_hand": lambda siblings=siblings: [_send(by_hand, sibling) for sibling in siblings],
                "hook": lambda body=body, ext=ext: recorder.hook.search(index=index, **body, ext=ext),
                "cached": lambda body=body, ext=ext: warm.search(index=index, **body, ext=ext),
            }
            order = list(ways)
            random.Random(number).shuffle(order)
            taken = {name: _milliseconds(ways[name]) for name in order}
            if number >= len(QUERIES):  # the first round of each query warms everything up
                times.append(taken)
    report = _report(times)
    if as_json:
        click.echo(json.dumps(report))
        return
    for name, figures in report.items():
        click.echo(f"{name:34} min {figures['min']:7.2f}  median {figures['median']:7.2f}  max {figures['max']:7.2f}")


def _send(client: Any, sibling: Any) -> Any:
    return client.perform_request("POST", sibling.path, params=sibling.params, headers=HEADERS, body=sibling.encoded())


def _milliseconds(way: Callable[[], Any]) -> float:
    started = time.perf_counter()
    way()
    return (time.perf_counter() - started) * 1000


def _report(times: list[dict[str, float]]) -> dict[str, dict[str, float]]:
    rows: dict[str, list[float]] = {f"{name}, ms": [t[name] for t in times] for name in times[0]}
    rows["hook / max(plain, by hand)"] = [t["hook"] / max(t["plain"], t["by_hand"]) for t in times]
    rows["hook / plain"] = [t["hook"] / t["plain"] for t in times]
    rows["cached / plain"] = [t["cached"] / t["plain"] for t in times]
    return {name: {"min": min(v), "median": median(v), "max": max(v)} for name, v in rows.items()}


if __name__ == "__main__":
    main()
