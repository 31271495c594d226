"""Finished parts of a long run, in a file: an interrupted run goes on where it stopped."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import file_digest
from pathlib import Path
from threading import Lock
from typing import IO, Any

import click
from elasticsearch import ApiError, Elasticsearch

from genfacet.errors import SettingsError

NAME = "parts.jsonl"


class Parts:
    """Parts by key, each a line of JSON; the first line says of what run. Threads may add to it."""

    def __init__(self, done: dict[str, Any], file: IO[str]) -> None:
        self.done = done
        self._file, self._lock = file, Lock()

    def forget(self, failed: Callable[[Any], bool]) -> None:
        """Forgets the parts that failed, so that they are made again."""
        self.done = {key: part for key, part in self.done.items() if not failed(part)}

    def add(self, key: str, part: Any) -> None:
        """Keeps a finished part, at once and in the file too."""
        line = json.dumps({"key": key, "part": part}, ensure_ascii=False)
        with self._lock:
            self.done[key] = part
            self._file.write(line + "\n")
            self._file.flush()


@contextmanager
def opened_parts(folder: Path, run: Mapping[str, Any], *, fresh: bool = False) -> Iterator[Parts]:
    """The parts in a folder. ``run`` is all that decides what a part comes to.

    Raises SettingsError where the folder holds parts of another run and ``fresh`` does not say to forget them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / NAME
    done = {} if fresh or not path.exists() else _read(path, run)
    anew = path.with_suffix(".new")  # so that an interruption here loses nothing either
    lines = [{"run": run}, *({"key": key, "part": part} for key, part in done.items())]
    anew.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    anew.replace(path)
    with path.open("a", encoding="utf-8") as file:
        yield Parts(done, file)


def digest_of(file: Path | None) -> str | None:
    """The sha256 of a file that a run depends on; None for none."""
    if file is None:
        return None
    with file.open("rb") as opened:
        return file_digest(opened, "sha256").hexdigest()


def data_mark(client: Elasticsearch, index: str) -> list[Any]:
    """What changes with the content of an index: its identity, the number of its documents, and every write to them.

    The identity is left out where the caller may not read it.
    """
    written = {"written": {"sum": {"field": "_seq_no"}}}
    answer = client.search(index=index, size=0, track_total_hits=True, aggs=written)
    try:
        settings = client.indices.get_settings(index=index, name="index.uuid")
        identity = sorted(own["settings"]["index"]["uuid"] for own in settings.body.values())
    except ApiError:
        identity = []
    return [identity, answer["hits"]["total"]["value"], answer["aggregations"]["written"]["value"]]


def say_resumed(folder: Path, done: int) -> None:
    """Says that figures are not of this run: a source whose code has changed since does not show in them."""
    if done:
        click.echo(
            f"{done:,} parts of an earlier run in {folder} are taken from there; --fresh makes them again", err=True
        )


def _read(path: Path, run: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of a file; a last line that an interruption cut short is left out."""
    head, *lines = path.read_text(encoding="utf-8").split("\n")
    known = _decode(head)
    if known is None:
        return {}
    if known.get("run") != json.loads(json.dumps(run)):
        raise SettingsError(
            f"{path.parent} holds a run with other options, or of an index that has changed since: "
            "choose another --out, or --fresh"
        )
    entries = [entry for line in lines if (entry := _decode(line)) is not None]
    return {entry["key"]: entry["part"] for entry in entries if "key" in entry}


def _decode(line: str) -> dict[str, Any] | None:
    try:
        read = json.loads(line)
    except ValueError:
        return None
    return read if isinstance(read, dict) else None
