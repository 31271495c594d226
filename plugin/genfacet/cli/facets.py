"""`genfacet facets`: the facets of one query, as a shopper would get them."""

from collections.abc import Mapping
from typing import Any

import click
import orjson
from rich.console import Console
from rich.json import JSON
from rich.markup import escape
from rich.table import Table

from genfacet.body import Body
from genfacet.calls import JSON_HEADERS
from genfacet.catalog import label_of
from genfacet.cli.configured import configured
from genfacet.connection import Connection
from genfacet.errors import SettingsError
from genfacet.facets import Facet, FacetValue
from genfacet.hook import GenFacet
from genfacet.measures import coverage, matches_request, read_matches, redundancy, selectivity
from genfacet.settings import IndexSettings, Settings
from genfacet.sibling import Search
from genfacet.students import load_student
from genfacet.template import fill_template

HITS = 5


@click.command(short_help="Show the facets of a query.")
@click.argument("query")
@click.option("--index", help="Index to search.  [default: the only one that is configured]")
@click.option(
    "--select",
    "selected",
    multiple=True,
    metavar="FACET=VALUE",
    help="Select a value; shows the request that is executed and its first hits. May be repeated.",
)
@click.option("--mode", type=click.Choice(["auto", "filter", "soft", "rewrite"]), default="auto", show_default=True)
@click.option("--rewritten", help="Use this as the rewritten query.")
@click.option("--size", type=click.IntRange(1, 20), help="Number of facets.")
@click.option("--values", type=click.IntRange(1, 50), help="Number of values of a facet.")
@click.option("--source", help="Source of the facets.")
@click.option("--student", "model", help="Folder of the student's model, or `shipped`.")
@click.option("--deadline-ms", type=click.IntRange(0, 5000), default=5000, show_default=True, help="Extra wait.")
@click.option("--explain", is_flag=True, help="Show the figures behind each choice.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@configured
def command(
    settings: Settings,
    connection: Connection,
    query: str,
    index: str | None,
    selected: tuple[str, ...],
    model: str | None,
    as_json: bool,
    explain: bool,
    **asked: Any,
) -> None:
    """Show the facets of QUERY with their counts and reasons, under the given credentials."""
    name, configuration = _index(settings, index)
    if model is not None:
        settings = settings.model_copy(update={"student": settings.student.model_copy(update={"model": model})})
    if model is not None or asked["source"] == "student":
        _check_student(settings)
    section = {key: value for key, value in asked.items() if value is not None}
    section |= {"user_query": query, "selected": _selections(selected), "explain": explain}
    sent: list[Mapping[str, Any]] = []
    with connection.client() as client:
        hook = GenFacet(_watched(client, sent), settings)
        shown_here = {"size": HITS, "track_total_hits": True}
        body = fill_template(configuration.search.template, query) | shown_here
        answer = hook.search(index=name, **body, ext={"genfacet": section}).body
        hook.close()
        executed = sent[-1]
        measured = _measure(client, Search(name, {}, dict(executed)), answer, configuration) if explain else {}
    if as_json:
        shown = {"facets": answer["ext"]["genfacet"], "executed": executed, "hits": answer["hits"], **measured}
        click.echo(orjson.dumps(shown, option=orjson.OPT_INDENT_2))
        return
    console = Console()
    _show_facets(console, query, answer, explain)
    for said in answer["ext"]["genfacet"].get("student", ()):
        _show_student(console, said)
    for one in answer["ext"]["genfacet"].get("left_out", ()):
        console.print(f"Left out: {one['label']}, because {one['why']}.", markup=False, highlight=False)
    if selected:
        _show_execution(console, executed, answer, configuration)
    for figure, value in measured.get("measures", {}).items():
        console.print(f"{figure}: {value:.2f}")


def _check_student(settings: Settings) -> None:
    """A hook goes without a student that cannot be used; who asks for one here wants to know."""
    student = load_student(settings.student)
    if student is None:
        raise SettingsError("no student is configured: --student FOLDER, or student.model in genfacet.yml")
    student.close()


def _watched(client: Any, sent: list[Mapping[str, Any]]) -> Any:
    """The client, noting the bodies that go out as the user's own search."""
    perform = client.perform_request

    def perform_request(method: str, path: str, **options: Any) -> Any:
        sent.append(options.get("body") or {})
        return perform(method, path, **options)

    client.perform_request = perform_request
    return client


def _measure(
    client: Any, search: Search, answer: Mapping[str, Any], configuration: IndexSettings
) -> dict[str, dict[str, float]]:
    """Coverage, redundancy and selectivity of the set; nothing for searches that cannot be marked."""
    facets = [_read_facet(facet) for facet in answer["ext"]["genfacet"]["facets"]]
    request = matches_request(search, facets, configuration.catalog())
    if request is None or not facets:
        return {}
    marked = client.perform_request("POST", request.path, headers=JSON_HEADERS, body=request.body).body
    matches = read_matches(marked, facets)
    figures = {
        "coverage": coverage(matches),
        "redundancy": redundancy(matches),
        "selectivity": selectivity(facets, answer["hits"]["total"]["value"]),
    }
    return {"measures": figures}


def _read_facet(facet: Mapping[str, Any]) -> Facet:
    values = tuple(FacetValue(**value) for value in facet["values"])
    return Facet(facet["name"], facet["label"], facet["kind"], facet["source"], facet["reason"], values)


def _index(settings: Settings, name: str | None) -> tuple[str, IndexSettings]:
    if name is None and len(settings.indices) == 1:
        name = next(iter(settings.indices))
    if name is None or name not in settings.indices:
        known = ", ".join(settings.indices) or "none"
        raise SettingsError(
            f"the index {name or '(none given)'} is not configured (configured: {known}); "
            "`genfacet init --index NAME` writes its configuration"
        )
    return name, settings.indices[name]


def _selections(given: tuple[str, ...]) -> dict[str, list[str]]:
    selections: dict[str, list[str]] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name or not value:
            raise click.BadParameter(f"{text!r} does not read FACET=VALUE", param_hint="--select")
        selections.setdefault(name, []).append(value)
    return selections


def _show_facets(console: Console, query: str, answer: Mapping[str, Any], explain: bool) -> None:
    section = answer["ext"]["genfacet"]
    console.print(f"{query}: {_results(answer)}, facets in {section['took']} ms", markup=False, style="italic")
    if section["facets"]:
        console.print(_facet_table(section["facets"], explain))
    for ignored in section["ignored"]:
        console.print(f"Ignored: {ignored['name']}={ignored['value']} ({ignored['reason']})", markup=False)
    if section.get("reason"):
        console.print(f"Note: {section['reason']}", markup=False)


def _show_student(console: Console, said: Mapping[str, Any]) -> None:
    """What the student was asked and said."""
    console.print(f"\nThe student was asked for {said['task']}:", style="bold")
    console.print(said["prompt"], markup=False, highlight=False)
    for place, text in enumerate(said["answers"]):
        console.print("It said:" if place == 0 else "or:", style="bold")
        console.print(text, markup=False, highlight=False)
    if not said["finished"]:
        console.print("It was not ready in time; what it says goes into the next answer.", style="bold")


def _facet_table(facets: list[dict[str, Any]], explain: bool) -> Table:
    table = Table()
    table.add_column("Facet", style="bold")
    table.add_column("Values")
    table.add_column("Why", style="dim")
    for facet in facets:
        values = "\n".join(_value_line(value) for value in facet["values"])
        why = f"{facet['reason']}\n{facet['source']}"
        if explain:
            why += "".join(f"\n{label_of(key)}: {number:g}" for key, number in facet.get("explanation", {}).items())
        table.add_row(f"{escape(facet['label'])}\n[dim]{escape(facet['name'])}[/dim]", values, escape(why))
    return table


def _results(answer: Mapping[str, Any]) -> str:
    total = answer["hits"]["total"]["value"]
    return f"{total:,} result{'' if total == 1 else 's'}"


def _value_line(value: Mapping[str, Any]) -> str:
    mark = "[green]x[/green] " if value["selected"] else "  "
    count = "?" if value["count"] is None else value["count"]
    return f"{mark}{escape(value['label'])} [cyan]({count})[/cyan]"


def _show_execution(
    console: Console, body: Mapping[str, Any], answer: Mapping[str, Any], configuration: IndexSettings
) -> None:
    query = answer["ext"]["genfacet"]["query"]
    rewritten = f", query rewritten to {query['rewritten']!r}" if query["rewritten"] else ""
    relaxed = ", relaxed because that found nothing" if query["relaxed"] else ""
    mode = query["mode"] or "none, nothing that was selected is there"
    console.print(f"\nExecuted (mode {mode}{rewritten}{relaxed}):", style="bold", markup=False)
    console.print(JSON(orjson.dumps(_executed(body)).decode()))
    console.print("\nFirst hits:", style="bold")
    field = configuration.search.text_fields[0].partition("^")[0] if configuration.search.text_fields else ""
    for hit in answer["hits"]["hits"]:
        console.print(f"  {hit['_id']}  {hit.get('_source', {}).get(field, '')}", markup=False, highlight=False)


def _executed(body: Mapping[str, Any]) -> Body:
    return {key: value for key, value in body.items() if key != "ext"}
