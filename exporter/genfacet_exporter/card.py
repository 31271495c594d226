"""The card of an exported model: what it is, what it was measured to be, and the checksums of its files."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import onnx

from genfacet.prompt import PROMPT_VERSION

CARD = "genfacet.json"
COARSE = "coarse"
"""The layers of a mixed export that have few bits, in the card: the next export need not weigh them again."""
_CARRIED = ("base", "license", "data", "metrics")
"""What the card of the trained model says and the exported one says too."""


def write_card(folder: Path, model: Path, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Writes the card of the folder, beside its files, and returns it."""
    graph = onnx.load(folder / "onnx" / "model.onnx", load_external_data=False)
    files = sorted(file for file in folder.rglob("*") if file.is_file() and file.name != CARD)
    card = {
        "prompt_version": card_of(model).get("prompt_version", PROMPT_VERSION),
        **{key: value for key, value in card_of(model).items() if key in _CARRIED},
        **facts,
        "opset": {opset.domain or "ai.onnx": opset.version for opset in graph.opset_import},
        "bytes": sum(file.stat().st_size for file in files),
        "sha256": {file.relative_to(folder).as_posix(): _digest(file) for file in files},
    }
    (folder / CARD).write_text(json.dumps(card, indent=2) + "\n")
    return card


def card_of(model: Path) -> dict[str, Any]:
    """The card of a trained model, as far as there is one."""
    try:
        read = json.loads((model / CARD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
