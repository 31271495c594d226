"""A local server is started once, found again after a crash, and ended: shown with a small server of our own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from failure import ServerError
from lifecycle import Setting, bring_down, bring_up, examine
from needs import Installer
from places import Cache, RunFolder, State
from ports import LOOPBACK, choose_ports
from processes import find_marked, start_detached

# The server that the next tests start: it answers on its port, or fails, or stays silent.
PROGRAM = """
import socket, sys, time
behaviour, port = sys.argv[1:3]
if behaviour == "fail":
    sys.exit("the disk is full")
with socket.create_server(("127.0.0.1", int(port))) as listener:
    while True:
        connection, _ = listener.accept()
        connection.close()
"""


@dataclass(frozen=True)
class Listener:
    """A server for tests."""

    behaviour: str = "answer"
    name: str = "listener"
    keeps_data: bool = True

    @property
    def first_ports(self) -> Mapping[str, int]:
        return {"main": 19700}

    def marker(self, folder: RunFolder) -> str:
        return folder.marker

    def prepare(self, setting: Setting) -> None:
        """Nothing to fetch."""

    def start(self, folder: RunFolder, ports: Mapping[str, int], setting: Setting) -> "subprocess.Popen[bytes]":
        return start_detached(
            [sys.executable, "-c", PROGRAM, self.behaviour, str(ports["main"]), folder.marker],
            folder=folder.data,
            console=folder.logs / "console.log",
            environment=setting.environment,
            unprivileged=False,
        )

    def answers(self, ports: Mapping[str, int]) -> bool:
        try:
            socket.create_connection((LOOPBACK, ports["main"]), timeout=1).close()
        except OSError:
            return False
        return True

    def exports(self, ports: Mapping[str, int]) -> dict[str, str]:
        return {"LISTENER": f"{LOOPBACK}:{ports['main']}"}


@pytest.fixture
def setting(tmp_path: Path) -> Iterator[Setting]:
    cache = Cache(tmp_path / "cache")
    yield Setting(cache, {}, Installer())
    bring_down(Listener(), cache, purge=True)


def examine_listener(setting: Setting) -> str:
    return examine(Listener(), setting.cache).state


# A server outlives the object that started it: that is the point.
outlives = pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning")


@outlives
def test_a_server_starts_once_and_keeps_its_address_and_data(setting: Setting) -> None:
    assert examine_listener(setting) == "stopped"
    exports = bring_up(Listener(), setting)
    pids = examine(Listener(), setting.cache).pids
    assert examine_listener(setting) == "running"
    assert bring_up(Listener(), setting) == exports
    assert examine(Listener(), setting.cache).pids == pids
    data = setting.cache.run_folder("listener").data
    (data / "document").touch()
    bring_down(Listener(), setting.cache, purge=False)
    assert examine_listener(setting) == "stopped"
    assert bring_up(Listener(), setting) == exports
    assert (data / "document").exists()
    bring_down(Listener(), setting.cache, purge=True)
    assert not data.exists()


@outlives
def test_a_crash_is_seen_and_the_next_start_heals_it(setting: Setting, capsys: pytest.CaptureFixture[str]) -> None:
    exports = bring_up(Listener(), setting)
    (pid,) = examine(Listener(), setting.cache).pids
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    assert examine_listener(setting) == "crashed"
    assert bring_up(Listener(), setting) == exports
    assert "has crashed" in capsys.readouterr().err


@outlives
def test_a_start_whose_command_was_killed_is_taken_over(setting: Setting) -> None:
    folder = setting.cache.run_folder("listener")
    for path in (folder.data, folder.logs):
        path.mkdir()
    ports = choose_ports(Listener().first_ports, {})
    folder.write_state(State(ports, wanted=True))
    running = Listener().start(folder, ports, setting)
    assert bring_up(Listener(), setting) == Listener().exports(ports)
    assert find_marked(folder.marker) == [running.pid]


@outlives
def test_a_process_without_state_is_replaced(setting: Setting) -> None:
    exports = bring_up(Listener(), setting)
    (pid,) = examine(Listener(), setting.cache).pids
    (setting.cache.run_folder("listener").path / "state.json").unlink()
    assert bring_up(Listener(), setting) == exports
    assert pid not in examine(Listener(), setting.cache).pids


def test_a_failed_start_shows_the_log(setting: Setting) -> None:
    started = time.monotonic()
    with pytest.raises(ServerError, match=r"listener did not start[^$]*the disk is full"):
        bring_up(Listener("fail"), setting)
    assert time.monotonic() - started < 10, "a dead process is noticed, not waited for"
    assert examine_listener(setting) == "stopped"
