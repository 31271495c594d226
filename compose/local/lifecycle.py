"""Start a server and wait for it, stop it, and say how it is: the same for all servers."""

import contextlib
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from console import say
from failure import ServerError
from needs import Installer
from places import Cache, RunFolder, State
from ports import choose_ports
from processes import find_marked, stop_marked

LOG_LINES = 15


@dataclass(frozen=True)
class Setting:
    """What a server may use to start: the cache, the environment, and leave to install packages."""

    cache: Cache
    environment: Mapping[str, str]
    installer: Installer


class Server(Protocol):
    """One kind of server."""

    @property
    def name(self) -> str:
        """The word that the command line knows."""

    @property
    def first_ports(self) -> Mapping[str, int]:
        """By role, the port from which the search for a free one begins."""

    @property
    def keeps_data(self) -> bool:
        """Whether data survive a stop."""

    def marker(self, folder: RunFolder) -> str:
        """The word on the command line of its process."""

    def prepare(self, setting: Setting) -> None:
        """Fetch and check all that `start` needs."""

    def start(self, folder: RunFolder, ports: Mapping[str, int], setting: Setting) -> "subprocess.Popen[bytes]":
        """Write the configuration and start the process; returns before the server answers."""

    def answers(self, ports: Mapping[str, int]) -> bool:
        """Whether the server does its work."""

    def exports(self, ports: Mapping[str, int]) -> dict[str, str]:
        """The variables that clients need."""


@dataclass(frozen=True)
class Condition:
    """How a server is."""

    name: str
    state: str  # running, not answering, crashed, stopped
    pids: tuple[int, ...]
    exports: Mapping[str, str]
    folder: str


START_SECONDS = 180.0  # 10 s on an idle machine; many start beside a build
STOP_SECONDS = 30.0


def bring_up(server: Server, setting: Setting) -> dict[str, str]:
    """Make sure that the server runs and answers; the variables that clients need."""
    with setting.cache.lock(server.name):
        folder = setting.cache.run_folder(server.name)
        ports = folder.read_state().ports
        if find_marked(server.marker(folder)):
            if ports and _wait_for(server, folder, ports):
                say(f"{server.name} runs")
                return server.exports(ports)
            say(f"{server.name} runs but does not answer; starting it anew")
            stop_marked(server.marker(folder), STOP_SECONDS)
        elif folder.read_state().wanted:
            say(f"{server.name} has crashed; starting it anew")
        return server.exports(_start(server, folder, setting))


def _start(server: Server, folder: RunFolder, setting: Setting) -> Mapping[str, int]:
    server.prepare(setting)
    if not server.keeps_data:
        shutil.rmtree(folder.data, ignore_errors=True)
    for path in (folder.config, folder.data, folder.logs, folder.temporary):
        path.mkdir(parents=True, exist_ok=True)
    ports = choose_ports(server.first_ports, folder.read_state().ports)
    started = time.monotonic()
    folder.write_state(State(ports, wanted=True))
    say(f"starting {server.name}")
    running = server.start(folder, ports, setting)
    if not _wait_for(server, folder, ports, running):
        stop_marked(server.marker(folder), STOP_SECONDS)
        folder.write_state(State(ports, wanted=False))
        raise ServerError(f"{server.name} did not start; its logs lie in {folder.logs}\n{read_tail(folder)}")
    say(f"{server.name} answers after {time.monotonic() - started:.0f} s")
    return ports


def _wait_for(
    server: Server,
    folder: RunFolder,
    ports: Mapping[str, int],
    starter: "subprocess.Popen[bytes] | None" = None,
) -> bool:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if server.answers(ports):
            return True
        # A launcher may end and leave the server behind; it is over when neither is there.
        if (starter is None or starter.poll() is not None) and not find_marked(server.marker(folder)):
            return False
        time.sleep(0.2)
    return False


def read_tail(folder: RunFolder) -> str:
    """The last lines of what the server printed, or of its newest log where it printed nothing."""
    logs = sorted(folder.logs.glob("*.log"), key=lambda path: path.stat().st_mtime, reverse=True)
    console = folder.logs / "console.log"
    for path in (console, *logs):
        with contextlib.suppress(FileNotFoundError):
            lines = path.read_text(errors="replace").splitlines()
            if lines:
                return "\n".join(lines[-LOG_LINES:])
    return "(the server wrote no log)"


def bring_down(server: Server, cache: Cache, *, purge: bool) -> None:
    """Stop the server if it runs; remove its data if wanted. Ports are remembered, so addresses stay."""
    with cache.lock(server.name):
        folder = cache.run_folder(server.name)
        was_running = stop_marked(server.marker(folder), STOP_SECONDS)
        folder.write_state(State(folder.read_state().ports, wanted=False))
        say(f"{server.name} {'stopped' if was_running else 'was not running'}")
        if purge:
            for path in (folder.data, folder.config, folder.logs, folder.temporary):
                if path.exists():
                    shutil.rmtree(path)
            say(f"data of {server.name} removed")


def examine(server: Server, cache: Cache) -> Condition:
    """How the server is now."""
    folder = cache.run_folder(server.name)
    state = folder.read_state()
    pids = tuple(find_marked(server.marker(folder)))
    if pids:
        word = "running" if server.answers(state.ports) else "not answering"
    else:
        word = "crashed" if state.wanted else "stopped"
    exports = server.exports(state.ports) if word == "running" else {}
    return Condition(server.name, word, pids, exports, str(folder.path))
