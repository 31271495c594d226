"""How well sources agree with the closed facets that experts chose: nDCG@5, first choice, recall@5.

`python tests/benchmarks/agreement.py --index icecat [--config genfacet.yml] [--plans FILE] [--json]`

The plans are those of the shared data (`data/teacher/plans.jsonl` beside the project), about the Icecat catalogue.
Held-out queries are left out.
"""

import json
from collections.abc import Mapping, Sequence
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
from genfacet.template import fill_template
from genfacet_training.evaluation.metrics.ranking import ndcg_at
from genfacet_training.evaluation.splits import HeldOut

PLANS = Path(__file__).parents[3] / "shared" / "data" / "teacher" / "plans.jsonl"
SIZE, VALUES = 5, 6


def development_plans(file: Path) -> list[dict[str, Any]]:
    """The plans that are not held out."""
    plans = [json.loads(line) for line in file.read_text().splitlines()]
    held_out = HeldOut(plan["query"] for plan in plans)
    return [plan for plan in plans if plan["query"] not in held_out]


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
        "ndcg": mean(ndcg_at(proposed, gold, SIZE) for proposed, gold in pairs),
        "first": mean(float(proposed[:1] == gold[:1]) for proposed, gold in pairs),
        "recall": mean(len(set(proposed) & set(gold)) / min(SIZE, len(gold)) for proposed, gold in pairs),
    }


if __name__ == "__main__":
    main()
