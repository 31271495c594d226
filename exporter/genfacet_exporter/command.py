"""`genfacet export`: a trained student as a checked ONNX folder that serves without torch."""

from pathlib import Path
from typing import Any

import click
import orjson

from genfacet.errors import SettingsError

FOLDER = click.Path(file_okay=False, path_type=Path)
FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(short_help="Export a student to ONNX.")
@click.argument("model", type=FOLDER)
@click.argument("out", type=FOLDER)
@click.option("--base", type=FOLDER, help="Folder of the base, where MODEL holds adapters.")
@click.option(
    "--prompts",
    type=FILE,
    required=True,
    help="Samples to fit and judge by: train.parquet, or lines of JSON with `prompt` and `answer`.",
)
@click.option("--graph", type=click.Choice(["fused", "plain"]), default="fused", show_default=True)
@click.option("--bits", type=click.Choice(["mixed", "8", "4", "16", "32"]), default="mixed", show_default=True)
@click.option(
    "--most-mb", type=click.FloatRange(min=1), default=97, show_default=True, help="Size that `mixed` fits in."
)
@click.option(
    "--least-agreement",
    type=click.FloatRange(0, 1),
    default=0.85,
    show_default=True,
    help="Refuse a model whose likeliest tokens are the trained one's less often.",
)
@click.option(
    "--weigh",
    is_flag=True,
    help="Weigh the layers for `mixed` again, which the card of MODEL may name.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the card as JSON.")
def command(as_json: bool, **given: Any) -> None:
    """Export MODEL to the folder OUT: ONNX graph, tokenizer and card.

    The graph is built by onnxruntime-genai (fused) or optimum (plain), its weights are stored in few bits, and its
    answers are held against the trained model's.
    """
    try:
        from genfacet_exporter.export import Wanted, export  # here, so that a missing extra is a sentence
    except ModuleNotFoundError as error:
        raise SettingsError(f"the module {error.name} is not installed: pip install 'genfacet[train]'") from None
    card = export(Wanted(**given))
    if as_json:
        click.echo(orjson.dumps(card, option=orjson.OPT_INDENT_2))
        return
    agreement = card["agreement"]
    click.echo(f"{given['out']}: {card['bytes'] / 1e6:.1f} MB, the likeliest token agrees in {agreement:.1%}.")
