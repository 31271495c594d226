"""A model in torch to a graph in ONNX with 32-bit weights: a fused one, or optimum's plain one.

Both take token numbers, an attention mask and the cache, and give logits at all places and the longer cache. The fused
graph has one node for the attention of a layer, writes its cache in place, and numbers places by itself; ragged batches
want padding on the right. Optimum's has the operators of the model as they are, and takes ``position_ids``.
"""

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from transformers import AutoConfig

from genfacet.errors import SettingsError

Graph = Literal["fused", "plain"]
FILE = "model.onnx"
FUSED_HEAD = 16
"""The width of a head must be a multiple of this for attention to be fused."""


def write_graph(merged: Path, out: Path, graph: Graph) -> Path:
    """Writes the graph of a merged model into a folder; its file. Raises SettingsError where it cannot be fused."""
    config = AutoConfig.from_pretrained(merged, local_files_only=True)
    width = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    if graph == "fused" and width % FUSED_HEAD:
        raise SettingsError(f"attention of heads {width} wide cannot be fused: --graph plain")
    with _silent():
        if graph == "plain":
            from optimum.exporters.onnx import main_export

            main_export(str(merged), str(out), task="text-generation-with-past", dtype="fp32", do_validation=False)
        else:
            from onnxruntime_genai.models.builder import create_model

            create_model("", str(merged), str(out), "fp32", "cpu", str(out / "cache"))
    return out / FILE


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """Both builders print what they do, line by line."""
    level = logging.root.level
    logging.root.setLevel(logging.ERROR)
    try:
        with (
            warnings.catch_warnings(action="ignore"),
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
        ):
            yield
    finally:
        logging.root.setLevel(level)
