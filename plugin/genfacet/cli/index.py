"""`genfacet index`: load a file of products into an index."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
import orjson
from elasticsearch import ApiError, AuthorizationException, Elasticsearch
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

from genfacet.cli import INCOMPLETE
from genfacet.cli.options import elasticsearch_options
from genfacet.connection import Connection
from genfacet.errors import SettingsError
from genfacet.loader import IndexPlan, Operation, load, prepare_index, without_refresh
from genfacet.mapping import (
    FieldPath,
    Observed,
    ShapeError,
    count_fields,
    families,
    largest_family,
    make_mapping,
    nest,
)
from genfacet.products import (
    Product,
    ProductFileError,
    Reject,
    RejectedFile,
    read_lines,
    read_product,
    without_repeats,
)

OnProgress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of loading a file."""

    index: str
    loaded: int
    rejected: int
    rejected_file: str | None
    seconds: float


@click.command(short_help="Load products (JSON Lines) into an index.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--index", required=True, help="Name of the index; it is made when it is not there.")
@click.option("--analyzer", default="standard", show_default=True, help="Analyzer of the text fields.")
@click.option("--id-field", default="id", show_default=True, help="Field that holds a product's id.")
@click.option("--recreate", is_flag=True, help="Delete an index of this name first.")
@click.option("--shards", type=click.IntRange(1), default=1, show_default=True, help="Shards of a new index.")
@click.option("--replicas", type=click.IntRange(0), default=0, show_default=True, help="Replicas of a new index.")
@click.option(
    "--rejected",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where rejected lines go.  [default: FILE.rejected in the current directory]",
)
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
@elasticsearch_options
@click.pass_context
def command(
    ctx: click.Context,
    connection: Connection,
    file: Path,
    index: str,
    analyzer: str,
    id_field: str,
    recreate: bool,
    shards: int,
    replicas: int,
    rejected: Path | None,
    as_json: bool,
) -> None:
    """Load the products of FILE (JSON Lines, gzipped or not) into an index.

    The mapping is made from the products. Lines that are no products, and products that Elasticsearch
    refuses, are set aside in a file with the reason; the exit code is then 1.
    """
    aside = rejected or Path(f"{file.name}.rejected")
    if aside.resolve() == file.resolve():
        raise SettingsError("--rejected names the file of products itself: choose another path.")
    started = time.monotonic()
    with connection.client() as client:
        _check_analyzer(client, analyzer)
        with _progress(f"Reading {file.name}", file) as advance:
            root = _observe(file, id_field, advance)
        mappings = make_mapping(root, analyzer=analyzer, id_field=id_field)
        fields = count_fields(mappings["properties"])
        plan = IndexPlan(index, mappings, shards, replicas, fields, largest_family(root))
        prepare_index(client, plan, recreate=recreate)
        paths = tuple(families(root))
        with (
            _progress(f"Loading {index}", file) as advance,
            RejectedFile(aside) as rejects,
            without_refresh(client, index),
        ):
            products = _products(file, id_field, advance)
            loaded = load(client, index, _operations(products, paths, rejects.write), rejects.write)
    seconds = round(time.monotonic() - started, 2)
    _report(Loaded(index, loaded, rejects.count, str(aside) if rejects.count else None, seconds), as_json=as_json)
    if rejects.count:
        ctx.exit(INCOMPLETE)


def _check_analyzer(client: Elasticsearch, analyzer: str) -> None:
    """Ask before anything is deleted whether Elasticsearch has the analyzer.

    Who may not ask (it takes a privilege on the whole cluster) learns it when the index is made.
    """
    try:
        client.indices.analyze(analyzer=analyzer, text="x")
    except AuthorizationException:
        return
    except ApiError as error:
        if error.meta.status != 400:
            raise
        raise SettingsError(
            f"This Elasticsearch has no analyzer {analyzer}: choose another --analyzer, such as standard."
        ) from error


def _products(file: Path, id_field: str, advance: OnProgress) -> Iterator[Product | Reject]:
    return without_repeats(read_product(line, id_field) for line in read_lines(file, advance))


def _observe(file: Path, id_field: str, advance: OnProgress) -> Observed:
    """Look at all products; raises ProductFileError where there is none."""
    root = Observed()
    first_reject: Reject | None = None
    for line in read_lines(file, advance):
        match read_product(line, id_field):
            case Product(document=document):
                root.add_fields(document)
            case reject:
                first_reject = first_reject or reject
    if root.fields:
        return root
    if first_reject is None:
        raise ProductFileError(f"{file.name} is empty: give a file with one JSON object a line.")
    raise ProductFileError(
        f"{file.name} holds no product (line {first_reject.line.number}: {first_reject.reason}): "
        "give a file with one JSON object a line, and the name of its id as --id-field."
    )


def _operations(
    products: Iterator[Product | Reject], paths: tuple[FieldPath, ...], on_reject: Callable[[Reject], None]
) -> Iterator[Operation]:
    for product in products:
        if isinstance(product, Reject):
            on_reject(product)
            continue
        try:
            nest(product.document, paths)
            operation = Operation.of(product)
        except ShapeError as error:
            on_reject(Reject(product.line, str(error)))
        except orjson.JSONEncodeError:
            on_reject(Reject(product.line, "nested too deeply"))
        else:
            yield operation


@contextmanager
def _progress(label: str, file: Path) -> Iterator[OnProgress]:
    """Show a bar of the bytes read, on a terminal only."""
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
    )
    with bar:
        task = bar.add_task(label, total=file.stat().st_size)
        yield lambda read: bar.update(task, completed=read)


def _report(outcome: Loaded, *, as_json: bool) -> None:
    if as_json:
        click.echo(orjson.dumps(outcome, option=orjson.OPT_INDENT_2))
        return
    click.echo(f"{outcome.loaded:,} products are in {outcome.index}, after {outcome.seconds:.1f} s.")
    if outcome.rejected:
        click.echo(f"{outcome.rejected:,} lines were set aside in {outcome.rejected_file}.", err=True)
