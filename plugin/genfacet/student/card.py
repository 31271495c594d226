"""The card of a model folder, and whether the folder is what it says."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from genfacet.errors import SettingsError
from genfacet.prompt import PROMPT_VERSION

CARD = "genfacet.json"
CURRENT = "CURRENT"
"""The file of a registry that names its version in use."""
LONGEST = 1024
"""Most tokens of a prompt and its answer."""
GRAPH, TOKENIZER, CONFIG = "onnx/model.onnx", "tokenizer.json", "config.json"


@dataclass(frozen=True)
class ModelFolder:
    """A folder that was checked: what is read of it, and a name that changes with its content.

    ``end`` and ``pad`` are tokens, ``longest`` the most tokens of a text that it was made for.
    """

    path: Path
    version: str
    end: int
    pad: int
    longest: int
    digests: Mapping[str, str]

    def read(self, name: str) -> bytes:
        """The content of a file of the card; raises SettingsError where it is another by now."""
        try:
            content = (self.path / name).read_bytes()
        except OSError as error:
            raise SettingsError(f"{self.path / name} cannot be read: {error.strerror or error}") from None
        if hashlib.sha256(content).hexdigest() != self.digests[name]:
            raise _changed(self.path / name)
        return content


def resolve(path: Path) -> Path:
    """The model folder of a path: itself, or the version that a registry points to; raises SettingsError."""
    pointer = path / CURRENT
    if not pointer.exists():
        return path
    try:
        name = pointer.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"the registry {path} cannot be read: {error}") from None
    if not name or "/" in name or name in {".", ".."}:
        raise SettingsError(f"{pointer} names no version")
    return path / name


def check(path: Path) -> ModelFolder:
    """Checks card, prompt version and checksums of a model folder; raises SettingsError with what is wrong."""
    card = _read(path / CARD)
    if card.get("prompt_version") != PROMPT_VERSION:
        raise SettingsError(
            f"the model in {path} was trained for version {card.get('prompt_version')} of the prompt, this is "
            f"version {PROMPT_VERSION}: export one that was trained for it"
        )
    digests = card.get("sha256")
    if not isinstance(digests, dict) or not {GRAPH, TOKENIZER, CONFIG} <= digests.keys():
        raise SettingsError(f"the card of {path} lacks checksums: `genfacet export` writes them")
    for name, digest in digests.items():
        if _digest(path / str(name)) != digest:
            raise _changed(path / str(name))
    config = _read(path / CONFIG)
    end, pad = config.get("eos_token_id"), config.get("pad_token_id")
    if not isinstance(end, int):
        raise SettingsError(f"{path / CONFIG} names no token that ends an answer (eos_token_id)")
    version = hashlib.sha256("".join(map(str, digests.values())).encode()).hexdigest()[:12]
    longest = config.get("max_position_embeddings")
    return ModelFolder(
        path,
        version,
        end,
        pad if isinstance(pad, int) else end,
        longest if isinstance(longest, int) else LONGEST,
        digests,
    )


def _changed(file: Path) -> SettingsError:
    return SettingsError(f"{file} is not the file that the card tells: it was cut off or changed")


def _read(file: Path) -> dict[str, Any]:
    try:
        read = orjson.loads(file.read_bytes())
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror or error}") from None
    except ValueError:
        raise SettingsError(f"{file} is no JSON") from None
    if not isinstance(read, dict):
        raise SettingsError(f"{file} holds no JSON object")
    return read


def _digest(file: Path) -> str | None:
    try:
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError:
        return None
