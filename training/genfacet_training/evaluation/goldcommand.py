"""`genfacet gold`: gold facets of judged queries, found by trying every facet."""

from pathlib import Path

import click
import orjson

from genfacet.cli.configured import configured
from genfacet.connection import Connection
from genfacet.settings import Settings
from genfacet_training.evaluation.gold import find_gold
from genfacet_training.evaluation.judgments import read_judgments
from genfacet_training.evaluation.shop import Shop


@click.command(short_help="Find the best facets of judged queries by trying all.")
@click.option("--index", required=True, help="Index of the configuration.")
@click.option(
    "--judgments",
    "judgments_file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="CSV file query,docid,rating.",
)
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File to write.")
@click.option("--threshold", type=float, help="Rating from which a product is relevant.  [default: half the highest]")
@click.option("--fresh", is_flag=True, help="Look ahead again for what --out holds already.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
@configured
def command(
    settings: Settings,
    connection: Connection,
    index: str,
    judgments_file: Path,
    out: Path,
    threshold: float | None,
    fresh: bool,
    as_json: bool,
) -> None:
    """Find the facets that would bring a shopper nearest to the relevant products of each judged query.

    Every facet of a query's results is tried in memory; the winners are confirmed in Elasticsearch. An interrupted run
    goes on where it stopped, unless configuration or judgements have changed since.
    """
    judgments = read_judgments(judgments_file, threshold)
    with connection.client(request_timeout=60) as client, Shop(client, settings, index) as shop:
        shop.check()
        found = find_gold(shop, judgments, out, fresh=fresh)
    facets = sum(len(gold.facets) for gold in found)
    without = sum(not gold.facets for gold in found)
    failed = len(judgments.queries()) - len(found)
    if as_json:
        counted = {"queries": len(found), "facets": facets, "without": without, "failed": failed}
        outcome = counted | {"problems": dict(judgments.problems)}
        click.echo(orjson.dumps(outcome, option=orjson.OPT_INDENT_2))
        return
    click.echo(f"{facets:,} gold facets of {len(found):,} queries are in {out}; {without:,} queries have none.")
    if failed:
        click.echo(
            f"{failed:,} queries are left out because their search failed; the next run tries them again", err=True
        )
    for reason, count in sorted(judgments.problems.items()):
        click.echo(
            f"{count:,} judgements set aside: {reason} (first in line {judgments.lines.get(reason, '?')})", err=True
        )
