"""All steps of an export, in their order."""

import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import onnx
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import Progress
from tokenizers import Tokenizer

from genfacet.errors import SettingsError
from genfacet_exporter.blocks import Blocks, round_to_nearest, with_feedback
from genfacet_exporter.calibration import Harm, harms, linear_modules, moments_of
from genfacet_exporter.card import COARSE as COARSE_LAYERS
from genfacet_exporter.card import card_of, write_card
from genfacet_exporter.graphs import Graph as GraphKind
from genfacet_exporter.graphs import write_graph
from genfacet_exporter.parity import Graph, compare
from genfacet_exporter.prompts import Known, parted, read_known
from genfacet_exporter.quantise import halve, quantise, write
from genfacet_exporter.source import write_merged

Bits = Literal["mixed", "8", "4", "16", "32"]
FINE, COARSE = (8, 64), (4, 32)
"""Bits and block sizes."""
FITTED, WEIGHED, JUDGED = 120, 10, 60
"""Most samples that weights are fitted to, that layers are weighed by, and that the result is judged by."""
MOST_DIFFERENCE = 0.02
"""A graph in 32 bits whose logits differ by more is not the model."""
_TOKENIZER = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "config.json",
    "generation_config.json",
)


@dataclass(frozen=True)
class Wanted:
    """What to export and how; see the options of ``genfacet export``."""

    model: Path
    out: Path
    base: Path | None
    prompts: Path
    graph: GraphKind
    bits: Bits
    most_mb: float
    least_agreement: float
    weigh: bool = False


def export(wanted: Wanted) -> dict[str, Any]:
    """Writes the exported folder and returns its card; raises SettingsError, and leaves no folder, where it fails."""
    if wanted.out.exists() and any(wanted.out.iterdir()):
        raise SettingsError(f"{wanted.out} is not empty")
    wanted.out.parent.mkdir(parents=True, exist_ok=True)
    console = Console(stderr=True)
    with (
        tempfile.TemporaryDirectory(dir=wanted.out.parent) as room,
        Progress(console=console, disable=not sys.stderr.isatty()) as progress,
    ):
        folder = Path(room) / "exported"
        card = _export(wanted, Path(room), folder, progress)
        if wanted.out.exists():
            wanted.out.rmdir()
        folder.rename(wanted.out)
    return card


def _export(wanted: Wanted, room: Path, folder: Path, progress: Progress) -> dict[str, Any]:
    merged = room / "merged"
    model = write_merged(wanted.model, wanted.base, merged)
    known = read_known(wanted.prompts, Tokenizer.from_file(str(merged / "tokenizer.json")))
    fitting, judging = parted(known)
    judging = judging[:JUDGED]
    whole = write_graph(merged, room / "graph", wanted.graph)
    exact = compare(model, Graph(whole), judging[:WEIGHED])
    if max(exact.largest, exact.ragged) > MOST_DIFFERENCE:
        raise SettingsError(f"the graph is not the model: its logits differ by {max(exact.largest, exact.ragged):.3g}")
    coarse = _write_weights(wanted, model, whole, folder / "onnx", fitting, progress)
    parity = compare(model, Graph(folder / "onnx" / "model.onnx"), judging)
    if parity.agreement < wanted.least_agreement:
        raise SettingsError(
            f"with {wanted.bits} bits the likeliest token agrees with the trained model's in {parity.agreement:.1%} "
            f"only, less than {wanted.least_agreement:.1%}; try --bits 8"
        )
    for name in _TOKENIZER:
        if (merged / name).exists():
            shutil.copyfile(merged / name, folder / name)
    facts: dict[str, Any] = {
        "graph": wanted.graph,
        "bits": wanted.bits,
        "agreement": parity.agreement,
        "exact": asdict(exact),
    }
    if wanted.bits == "mixed":
        facts[COARSE_LAYERS] = sorted(coarse)
    return write_card(folder, wanted.model, facts)


def _write_weights(
    wanted: Wanted, model: Any, whole: Path, out: Path, fitting: Sequence[Known], progress: Progress
) -> set[str]:
    """Writes the graph with its weights in few bits; returns the modules that have the fewest."""
    if wanted.bits == "32":
        write(onnx.load(whole), out)
        return set()
    if wanted.bits == "16":
        halve(whole, out)
        return set()
    if wanted.bits == "8":
        quantise(whole, out, lambda _, weights: round_to_nearest(weights, *FINE))
        return set()
    some = fitting[:FITTED]
    task = progress.add_task("Fitting", total=len(some))
    moments = moments_of(model, some, lambda: progress.advance(task))
    coarse = set(linear_modules(model))
    if wanted.bits == "mixed":
        known = {str(name) for name in card_of(wanted.model).get(COARSE_LAYERS, ())} & coarse
        coarse = set() if wanted.weigh else known
    if not coarse:
        task = progress.add_task("Weighing layers", total=None)
        weighed = harms(model, moments, fitting[:WEIGHED], *COARSE, lambda: progress.advance(task))
        coarse = chosen(weighed, _fine_bytes(whole), wanted.most_mb * 1e6)
    quantise(whole, out, lambda name, weights: _blocks(name, weights, coarse, moments))
    return coarse


def chosen(weighed: Sequence[Harm], whole: float, most: float) -> set[str]:
    """Modules for few bits, those that lose the least first, until ``whole`` bytes have become ``most``."""
    saved = FINE[0] / 8 * (1 + 5 / FINE[1]) - COARSE[0] / 8 - 4.5 / COARSE[1]
    found: set[str] = set()
    for harm in weighed:
        if whole <= most:
            break
        found.update(harm.layer)
        whole -= harm.weights * saved
    return found


def _fine_bytes(graph: Path) -> float:
    """Bytes of a graph with 32-bit weights once they are in 8 bits."""
    size = sum(file.stat().st_size for file in graph.parent.glob("model.onnx*"))
    return size / 4 * (1 + 5 / FINE[1])


def _blocks(name: str, weights: NDArray[np.float32], coarse: set[str], moments: Mapping[str, Any]) -> Blocks:
    modules = _modules(name)
    if modules and modules[0] in coarse:
        return with_feedback(weights, moments[modules[0]], *COARSE)
    return round_to_nearest(weights, *FINE)


def _modules(name: str) -> list[str]:
    """The modules in torch that a product of a graph stands for: the fused graph joins three of an attention."""
    parts = name.strip("/").split("/")
    if len(parts) < 4 or not parts[1].startswith("layers."):
        return []
    place = parts[2].replace("attn", "self_attn") if parts[2] == "attn" else parts[2]
    kinds = ["q_proj", "k_proj", "v_proj"] if parts[3] == "qkv_proj" else [parts[3]]
    return [f"model.{parts[1]}.{place}.{kind}" for kind in kinds]
