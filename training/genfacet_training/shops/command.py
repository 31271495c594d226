"""`genfacet shop`: write the catalogue of a demo shop."""

import csv
import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click
import orjson

from genfacet_training.shops import Judgment, judge, make_shop


@click.command(short_help="Write the catalogue of a demo shop (JSON Lines).")
@click.argument("out", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed is another shop.")
@click.option("--products", type=click.IntRange(1), default=5_000, show_default=True, help="Number of products.")
@click.option(
    "--queries",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write judged queries here too: CSV of query, docid, rating (0-2).",
)
def command(out: Path, seed: int, products: int, queries: Path | None) -> None:
    """Write the catalogue of a demo shop to OUT, gzipped where OUT ends in .gz.

    The same seed and number of products make the same file, byte for byte.
    """
    shop = make_shop(seed, products)
    with _create(out) as file:
        for item in shop.items:
            file.write(orjson.dumps(item.document, option=orjson.OPT_APPEND_NEWLINE))
    click.echo(f"{len(shop.items):,} products in {len(shop.departments)} categories are in {out}.")
    if queries is not None:
        judgments = judge(shop)
        _write_judgments(queries, judgments)
        asked = len({judgment.query for judgment in judgments})
        click.echo(f"{asked:,} queries with {len(judgments):,} judgments are in {queries}.")


@contextmanager
def _create(path: Path) -> Iterator[BinaryIO]:
    """Open a file, gzipped by its name; a gzip header without name and time keeps it reproducible."""
    with path.open("wb") as file:
        if path.suffix == ".gz":
            with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed:
                yield packed  # type: ignore[misc]
        else:
            yield file


def _write_judgments(path: Path, judgments: list[Judgment]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(Judgment._fields)
        writer.writerows(judgments)
