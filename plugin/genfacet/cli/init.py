"""`genfacet init`: write a configuration from an index that is there."""

import json
from pathlib import Path
from typing import Any

import click
import yaml
from rich.console import Console
from rich.table import Table

from genfacet.cli import CommandError
from genfacet.cli.options import elasticsearch_options
from genfacet.connection import Connection
from genfacet.discovery.configfile import write_config
from genfacet.discovery.findings import Findings, discover
from genfacet.discovery.reading import read_snapshot
from genfacet.querytext import PLACEHOLDER, find_text
from genfacet.settings import DEFAULT_FILE, parse_settings

STDOUT = "-"


@click.command()
@click.option("--index", required=True, help="Index, alias, data stream or pattern, as searches name it.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, allow_dash=True),
    default=DEFAULT_FILE,
    show_default=True,
    help="File to write; - for the terminal.",
)
@click.option("--force", is_flag=True, help="Overwrite the file.")
@click.option(
    "--template",
    "template_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSON body with {{query}}: how the shop really searches.",
)
@click.option(
    "--sample",
    type=click.IntRange(10, 10_000),
    default=1000,
    show_default=True,
    help="Documents to look at.",
)
@elasticsearch_options
def command(connection: Connection, index: str, out: str, force: bool, template_file: Path | None, sample: int) -> None:
    """Write a commented genfacet.yml for an existing index.

    Reads its mapping and a sample of its documents and decides which text fields carry the query, what is facetable,
    and what no shopper filters by. Changes nothing in Elasticsearch.
    """
    target = Path(out)
    if out != STDOUT and target.exists() and not force:
        raise CommandError(f"{out} exists: --force overwrites it, --out writes elsewhere.")
    template = read_template(template_file) if template_file else None
    with connection.client() as client:
        findings = discover(read_snapshot(client, index, sample), template)
    text = write_config(findings, connection.url)
    parse_settings(yaml.safe_load(text), out)
    if out == STDOUT:
        click.echo(text, nl=False)
    else:
        try:
            target.write_text(text, encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{out} cannot be written: {error.strerror or error}.") from error
        Console().print(_summary(findings))
        click.echo(f"Wrote {out}. Next: genfacet doctor")
    for problem in findings.problems:
        click.echo(f"not supported: {problem.path}: {problem.reason}", err=True)


def read_template(file: Path) -> dict[str, Any]:
    """Read the shop's own search body; raise CommandError where it is none."""
    try:
        template = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CommandError(f"{file} holds no JSON: {error}.") from error
    if not isinstance(template, dict):
        raise CommandError(f"{file} holds no JSON object: it must be the body of a search.")
    if find_text(template) != PLACEHOLDER:
        raise CommandError(f"{file} has no query whose text is {PLACEHOLDER}: put it where the shopper's words go.")
    return template


def _summary(findings: Findings) -> Table:
    table = Table(title=f"{findings.index}: {findings.total:,} documents", show_header=False, title_justify="left")
    rows = {
        "query text in": ", ".join(findings.text_fields) or "nothing that was found",
        "facets": ", ".join(facet.name for facet in findings.facets) or "none with a field of its own",
        "families": "; ".join(
            f"{described.family.path}: {described.attributes:,} attributes" for described in findings.families
        )
        or "none",
        "category": findings.category or "none found",
        "popularity": findings.popularity or "none found",
        "excluded": f"{sum(e.names for e in findings.exclude):,} attributes by "
        f"{sum(len(e.patterns) for e in findings.exclude):,} patterns",
        "left out": f"{len(findings.left_out)} fields (the file says why)",
        "not supported": f"{len(findings.problems)} (below)" if findings.problems else "nothing",
    }
    for name, value in rows.items():
        table.add_row(name, value)
    return table
