"""How well sources agree with the closed facets that experts chose: nDCG@5, first choice, recall@5.

`python tests/benchmarks/agreement.py --index icecat [--config genfacet.yml] [--plans FILE] [--json]`

The plans are those of the shared data (`data/teacher/plans.jsonl` beside the project), about the Icecat catalogue.
Queries with `sha256(query) % 10 == 0`, and those that share most of their words with one of them, are held out.
A gold facet gains by its place: the first of n gains n, the last 1.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from math import log2
from pathlib import Path
from statistics import mean
from typing import Any

import click

from genfacet.background import read_background
from genfacet.cli.configured import configured
from genfacet.connection import Connection
from genfacet.probe import probe_request, read_probe
from genfacet.settings import Settings
from genfacet.sibling import Search, Sibling
from genfacet.sources import View, load_source, source_names
from genfacet.sources.ranking import words
from genfacet.template import fill_template

PLANS = Path(__file__).parents[3] / "shared" / "data" / "teacher" / "plans.jsonl"
SIZE, VALUES = 5, 6
SAME = 0.75
"""Queries that share this much of their words (Jaccard) count as near-duplicates."""


def ndcg(proposed: Sequence[str], gold: Sequence[str]) -> float:
    """Normalised discounted cumulative gain of the first 5, gains by place in ``gold`` (0 to 1)."""
    gains = {name: len(gold) - place for place, name in enumerate(gold)}

    def discounted(names: Sequence[str]) -> float:
        return sum(gains.get(name, 0) / log2(place + 2) for place, name in enumerate(names[:SIZE]))

    return discounted(proposed) / discounted(gold)


def development_plans(file: Path) -> Iterator[dict[str, Any]]:
    """The plans that are not held out."""
    plans = [json.loads(line) for line in file.read_text().splitlines()]
    held_out = [words(plan["query"]) for plan in plans if _is_held_out(plan["query"])]
    for plan in plans:
        ours = words(plan["query"])
        if not _is_held_out(plan["query"]) and not any(_alike(ours, other) for other in held_out):
            yield plan


def _is_held_out(query: str) -> bool:
    return int(sha256(query.encode()).hexdigest(), 16) % 10 == 0


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one | other) and len(one & other) / len(one | other) >= SAME


@click.command()
@click.option("--index", required=True)
@click.option("--plans", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=PLANS)
@click.option("--json", "as_json", is_flag=True)
@configured
def main(settings: Settings, connection: Connection, index: str, plans: Path, as_json: bool) -> None:
    """Compares all installed sources with the experts."""
    configuration = settings.indices[index]
    catalog = configuration.catalog()
    with connection.client() as client:

        def send(sibling: Sibling) -> Mapping[str, Any]:
            headers = {"accept": "application/json", "content-type": "application/json"}
            answer = client.perform_request("POST", sibling.path, headers=headers, body=sibling.body)
            return answer.body

        reading = read_background(index, catalog)
        background = None
        step = next(reading)
        while background is None:
            try:
                step = reading.send(send(step))
            except StopIteration as stop:
                background = stop.value
        cases: list[tuple[View, list[str]]] = []
        for plan in development_plans(plans):
            body = fill_template(configuration.search.template, plan["query"])
            answer = send(probe_request(Search(index, {}, body), {}, catalog, settings.engine.sample))
            probe = read_probe(answer, {}, catalog)
            gold = [facet["name"] for facet in plan["facets"] if facet["name"] in probe.attributes]
            if gold:
                cases.append((View(plan["query"], probe, background, catalog), gold))
    rows = {name: _score(name, cases) for name in source_names()}
    if as_json:
        click.echo(json.dumps({"queries": len(cases), "sources": rows}))
        return
    click.echo(f"{len(cases)} queries\n\n| source | nDCG@5 | first choice | recall@5 |\n|---|---|---|---|")
    for name, row in sorted(rows.items(), key=lambda pair: -pair[1]["ndcg"]):
        click.echo(f"| {name} | {row['ndcg']:.3f} | {row['first']:.3f} | {row['recall']:.3f} |")


def _score(name: str, cases: Sequence[tuple[View, list[str]]]) -> dict[str, float]:
    source = load_source(name)
    pairs = [([d.name for d in source.propose(view, SIZE, VALUES)], gold) for view, gold in cases]
    return {
        "ndcg": mean(ndcg(proposed, gold) for proposed, gold in pairs),
        "first": mean(float(proposed[:1] == gold[:1]) for proposed, gold in pairs),
        "recall": mean(len(set(proposed) & set(gold)) / min(SIZE, len(gold)) for proposed, gold in pairs),
    }


if __name__ == "__main__":
    main()
