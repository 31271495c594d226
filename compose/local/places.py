"""Where things lie: the cache, what was fetched into it, and one folder per server that runs."""

import contextlib
import fcntl
import json
import os
import pwd
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from console import say
from failure import ServerError

ROOT_CACHE = Path("/var/cache/genfacet")
UNPRIVILEGED_USER = "nobody"


@dataclass(frozen=True)
class State:
    """What is remembered of a server between two commands."""

    ports: Mapping[str, int] = field(default_factory=dict)
    wanted: bool = False  # `up` was said and `down` was not: no process then means that it crashed


@dataclass(frozen=True)
class RunFolder:
    """The folder of one server: `config`, `data`, `logs`, `tmp`, and `state.json`."""

    path: Path

    @property
    def config(self) -> Path:
        """Configuration, written anew at each start."""
        return self.path / "config"

    @property
    def data(self) -> Path:
        """What the server stores; only `down --purge` removes it."""
        return self.path / "data"

    @property
    def logs(self) -> Path:
        """The server's own logs and `console.log`, what it printed."""
        return self.path / "logs"

    @property
    def temporary(self) -> Path:
        """The temporary folder of the server."""
        return self.path / "tmp"

    @property
    def marker(self) -> str:
        """The word on a process's command line that makes it recognisable as this server."""
        return f"-Dgenfacet.server={self.path}"

    def read_state(self) -> State:
        """The remembered state; an empty one where none, or half of one, was written."""
        try:
            stored: dict[str, Any] = json.loads((self.path / "state.json").read_text())
            return State(ports=dict(stored["ports"]), wanted=bool(stored["wanted"]))
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return State()

    def write_state(self, state: State) -> None:
        """Replace the state in one step."""
        half = self.path / "state.json.new"
        half.write_text(json.dumps({"ports": dict(state.ports), "wanted": state.wanted}))
        half.replace(self.path / "state.json")


@dataclass(frozen=True)
class Cache:
    """The folder outside the checkout that holds everything."""

    path: Path

    @property
    def fetched(self) -> Path:
        """Server programs, each complete or absent."""
        return self.path / "servers"

    def run_folder(self, name: str) -> RunFolder:
        """The folder of one server, made if absent."""
        folder = RunFolder(self.path / "run" / name)
        folder.path.mkdir(parents=True, exist_ok=True)
        return folder

    @contextlib.contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """Hold the lock of that name; the kernel lets go of it when the process dies."""
        folder = self.path / "locks"
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / name).open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say(f"another scripts/servers is busy with {name}; waiting for it")
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield


def is_reachable_by_others(path: Path) -> bool:
    """Whether an unprivileged user may pass through every existing folder above, and into, the path."""
    existing = [folder for folder in (path, *path.parents) if folder.is_dir()]
    return all(folder.stat().st_mode & 0o001 for folder in existing)


def find_cache(environment: Mapping[str, str], *, is_root: bool) -> Cache:
    """The cache: `$GENFACET_CACHE`, else `genfacet` in the user's cache folder.

    Elasticsearch refuses to run as root, so root runs it as `nobody`, who cannot enter root's home on most
    systems: there the default is /var/cache/genfacet instead.
    """
    chosen = environment.get("GENFACET_CACHE")
    if chosen:
        path = Path(chosen).expanduser().resolve()
        if is_root and not is_reachable_by_others(path):
            raise ServerError(
                f"GENFACET_CACHE={chosen} lies in a folder that the user {UNPRIVILEGED_USER} cannot enter, and "
                "Elasticsearch does not run as root; choose a folder such as /var/cache/genfacet"
            )
        return Cache(path)
    base = environment.get("XDG_CACHE_HOME") or str(Path(environment.get("HOME", "~")).expanduser() / ".cache")
    path = (Path(base) / "genfacet").resolve()
    return Cache(ROOT_CACHE if is_root and not is_reachable_by_others(path) else path)


def hand_over(folder: Path) -> None:
    """Give the folder and all in it to the unprivileged user; does nothing unless this process is root."""
    if os.geteuid() != 0:
        return
    entry = pwd.getpwnam(UNPRIVILEGED_USER)
    os.chown(folder, entry.pw_uid, entry.pw_gid)
    for path in folder.rglob("*"):
        os.chown(path, entry.pw_uid, entry.pw_gid, follow_symlinks=False)
