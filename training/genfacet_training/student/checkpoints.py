"""The folder of a training: one training at a time, and a state from which it goes on after an end at any moment."""

import fcntl
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

LAST, BEST = "last", "best"


class FolderError(RuntimeError):
    """Why a folder cannot be trained into, in one sentence that says what to do."""


@contextmanager
def training_folder(folder: Path, identity: Mapping[str, Any], *, fresh: bool = False) -> Iterator[Path]:
    """Holds the folder of a training; ``identity`` is all that decides what the training comes to.

    Raises FolderError where another training runs in it, or where it holds another one and ``fresh`` does not say to
    forget it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise FolderError(f"another training runs in {folder}: wait for it, or choose another folder") from None
        known, wanted = folder / "training.json", json.dumps(identity, indent=2, sort_keys=True)
        if fresh:
            for name in (LAST, BEST):
                shutil.rmtree(folder / name, ignore_errors=True)
            for name in ("training.json", "curves.csv"):
                (folder / name).unlink(missing_ok=True)
        if known.exists() and known.read_text() != wanted:
            raise FolderError(f"{folder} holds another training: choose another folder, or --fresh to forget that one")
        known.write_text(wanted)
        yield folder


def save_state(folder: Path, name: str, model: Any, state: Mapping[str, Any]) -> None:
    """Writes adapters and state beside the old ones and then changes places, so that there is always a whole one.

    Raises FolderError where the disk is full.
    """
    anew, place = folder / f"{name}.new", folder / name
    try:
        shutil.rmtree(anew, ignore_errors=True)
        model.save_pretrained(anew)
        torch.save(dict(state), anew / "state.pt")
    except (OSError, RuntimeError) as error:  # torch tells a full disk as a RuntimeError
        shutil.rmtree(anew, ignore_errors=True)
        reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
        raise FolderError(f"{place} cannot be written ({reason}): make room and run the same command again") from None
    old = folder / f"{name}.old"
    shutil.rmtree(old, ignore_errors=True)
    if place.exists():
        place.rename(old)
    anew.rename(place)
    shutil.rmtree(old, ignore_errors=True)


def find_state(folder: Path, name: str) -> Path | None:
    """The folder of a whole state; None where there is none."""
    for place in (folder / name, folder / f"{name}.old"):  # between two renames only the old one is whole
        if (place / "state.pt").exists():
            return place
    return None


def read_state(place: Path) -> dict[str, Any]:
    """The state in a folder: written by this code, and read as data alone."""
    state: dict[str, Any] = torch.load(place / "state.pt", map_location="cpu", weights_only=True)
    return state
