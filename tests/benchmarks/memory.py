"""The memory's look-up at many plans, beside its counting request and the plain search.

`python tests/benchmarks/memory.py --index icecat --plans FILE [--count 100000] [--config genfacet.yml] [--json]`

The plans of the file are varied (words of queries and titles exchanged between plans) until there are `--count`, in an
index of their own that is deleted afterwards. Every query of the file is looked up, caches of requests switched off.
"""

import random
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import click
import orjson
from elasticsearch.helpers import bulk

from genfacet.cli.configured import configured
from genfacet.connection import Connection
from genfacet.memory.choosing import definitions
from genfacet.memory.lookup import lookup_request, read_neighbours
from genfacet.memory.plan import Plan, read_plans
from genfacet.memory.stored import MAPPING, Marks, document, marks_of
from genfacet.settings import Settings
from genfacet.sources.memory import open_candidates
from genfacet.verify import counts_request
from genfacet_training.evaluation.progress import progress
from genfacet_training.evaluation.shop import Shop

INDEX = "genfacet-benchmark-plans"


def varied(known: list[tuple[Plan, Marks]], count: int, index: str) -> Iterator[dict[str, Any]]:
    """Documents of ``count`` plans: each takes the words of its query from one plan and its titles from another."""
    drawing = random.Random(1)
    for number in range(count):
        plan, marks = known[number % len(known)]
        other = drawing.choice(known)[1]
        words = frozenset([*sorted(marks.words)[:1], *sorted(other.words)[:2]])
        mixed = Marks(words, marks.titles | frozenset(sorted(other.titles)[:5]), marks.attributes)
        _, content = document(plan, mixed, index, source="benchmark", made_at="2026-01-01T00:00:00Z")
        yield {"_index": INDEX, "_id": str(number), "_source": content}


@click.command()
@click.option("--index", required=True)
@click.option("--plans", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--count", default=100_000, show_default=True)
@click.option("--json", "as_json", is_flag=True)
@configured
def main(settings: Settings, connection: Connection, index: str, plans: Path, count: int, as_json: bool) -> None:
    """Times look-up, counting request and search of each query, in turn."""
    read = [plan for _, plan in read_plans(plans) if isinstance(plan, Plan)]
    took: dict[str, list[float]] = {
        "search with 10 hits": [],
        "look-up": [],
        "own part of the look-up": [],
        "counting": [],
        "counting without overlaps": [],
    }
    with connection.client(request_timeout=120) as client, Shop(client, settings, index) as shop:
        views = {plan.query: shop.view(plan.query) for plan in read[:300]}
        known = [(plan, marks_of(plan.query, views[plan.query].probe)) for plan in read[:300]]
        client.indices.delete(index=INDEX, ignore_unavailable=True)
        one_shard = {"number_of_shards": 1, "number_of_replicas": 0}
        client.indices.create(index=INDEX, mappings=MAPPING, settings=one_shard)
        try:
            bulk(client, varied(known, count, index), chunk_size=2000, refresh=True)
            client.indices.forcemerge(index=INDEX, max_num_segments=1)
            with progress("Timing", 2 * len(known)) as on_query:
                for turn in range(2):
                    for plan, marks in known:
                        once = _timed(shop, plan.query, marks, views[plan.query])
                        for name, seconds in once.items() if turn else ():
                            took[name].append(1000 * seconds)
                        on_query()
        finally:
            client.indices.delete(index=INDEX)
    figures = {
        name: {
            "min": min(times),
            "median": median(times),
            "p99": sorted(times)[int(0.99 * len(times))],
            "max": max(times),
        }
        for name, times in took.items()
    }
    if as_json:
        click.echo(orjson.dumps({"plans": count, "ms": figures}, option=orjson.OPT_INDENT_2))
        return
    for name, row in figures.items():
        click.echo(f"{name}: " + ", ".join(f"{key} {value:.1f}" for key, value in row.items()) + " ms")


def _timed(shop: Shop, query: str, marks: Marks, view: Any) -> dict[str, float]:
    started = time.perf_counter()
    shop.ranking(query, 10)
    searched = time.perf_counter()
    answer = shop.ask(lookup_request(INDEX, marks, ""))
    asked = time.perf_counter()
    counting = definitions(open_candidates(read_neighbours(answer, marks)), view.probe, view.catalog, "memory")
    chosen = time.perf_counter()
    if counting:
        shop.ask(counts_request(shop.search(query), counting, {}, view.catalog, overlaps=True))
    counted = time.perf_counter()
    if counting:
        shop.ask(counts_request(shop.search(query), counting, {}, view.catalog))
    return {
        "search with 10 hits": searched - started,
        "look-up": asked - searched,
        "own part of the look-up": chosen - asked,
        "counting": counted - chosen,
        "counting without overlaps": time.perf_counter() - counted,
    }


if __name__ == "__main__":
    main()
