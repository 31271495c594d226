"""Processes that outlive the command that started them, and how to find and end them again.

A server is recognised by a word on its command line that names its run folder. So a stale pid file, a reused
pid, or a start that was killed halfway cannot mislead: the truth is the process table.
"""

import os
import pwd
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from failure import ServerError
from places import UNPRIVILEGED_USER

PROC = Path("/proc")


def list_command_lines() -> dict[int, list[str]]:
    """The arguments of every process that can be seen, by pid."""
    if PROC.joinpath("self", "cmdline").exists():
        return dict(_read_proc())
    listing = subprocess.run(["ps", "-axww", "-o", "pid=,args="], capture_output=True, text=True, check=True)
    rows = (line.split(None, 1) for line in listing.stdout.splitlines())
    return {int(row[0]): row[1].split(" ") for row in rows if len(row) == 2}


def _read_proc() -> list[tuple[int, list[str]]]:
    found = []
    for folder in PROC.iterdir():
        if not folder.name.isdigit():
            continue
        try:
            raw = (folder / "cmdline").read_bytes()
        except OSError:  # the process ended while we looked
            continue
        found.append((int(folder.name), raw.decode(errors="replace").rstrip("\0 ").split("\0")))
    return found


def find_marked(marker: str) -> list[int]:
    """The pids of living processes that carry the marker, oldest pid first."""
    return sorted(pid for pid, words in list_command_lines().items() if is_marked(words, marker))


def is_marked(words: Sequence[str], marker: str) -> bool:
    """Whether one argument is the marker; a server that sets its title has it as last word of the title."""
    return any(word == marker or word.endswith(f" {marker}") for word in words)


def start_detached(
    command: Sequence[str], *, folder: Path, console: Path, environment: Mapping[str, str], unprivileged: bool
) -> "subprocess.Popen[bytes]":
    """Start a process in a session of its own, as `nobody` if wanted and if we are root."""
    user = pwd.getpwnam(UNPRIVILEGED_USER) if unprivileged and os.geteuid() == 0 else None
    with console.open("wb") as output:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
            extra_groups=[] if user else None,
        )


def stop_marked(marker: str, patience: float) -> bool:
    """Ask the marked processes to end and wait; kill what is left. False when there were none."""
    pids = find_marked(marker)
    _signal_all(pids, signal.SIGTERM)
    if not _wait_for_end(pids, patience):
        _signal_all(pids, signal.SIGKILL)
        if not _wait_for_end(pids, 10):
            raise ServerError(f"processes {pids} do not end even when killed; end them by hand")
    return bool(pids)


def _signal_all(pids: Sequence[int], number: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue
        except PermissionError as error:
            raise ServerError(f"process {pid} belongs to another user; stop it as that user") from error


def _wait_for_end(pids: Sequence[int], patience: float) -> bool:
    end = time.monotonic() + patience
    while not all(has_ended(pid) for pid in pids):
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def has_ended(pid: int) -> bool:
    """Whether the process holds no files any more.

    A process that ends loses its command line first and its files last, when its last thread is gone; until
    then the next start would find the data folder locked.
    """
    folder = PROC / str(pid)
    if not PROC.joinpath("self").exists():
        return _has_ended_without_proc(pid)
    try:
        state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
        return state == "Z" and len(list((folder / "task").iterdir())) <= 1
    except (FileNotFoundError, ProcessLookupError):
        return True


def _has_ended_without_proc(pid: int) -> bool:
    answer = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return answer.stdout.strip()[:1] in ("", "Z")
