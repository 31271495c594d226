"""Bars of long work, on a terminal only."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn


@contextmanager
def progress(label: str, total: int, done: int = 0) -> Iterator[Callable[[], None]]:
    """Shows a bar of finished parts; the function that comes out says that one more is finished."""
    with bar(label, done) as on_part:
        finished = count(done + 1)
        on_part(done, total)
        yield lambda: on_part(next(finished), total)


@contextmanager
def bar(label: str, done: int = 0) -> Iterator[Callable[..., None]]:
    """Shows a bar; the function that comes out is told what is finished, and of how much."""
    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    times = TimeElapsedColumn(), TimeRemainingColumn()
    with Progress(*columns, *times, console=console, disable=not console.is_terminal) as shown:
        task = shown.add_task(label, total=None, completed=done)
        yield lambda finished, total, *_: shown.update(task, completed=finished, total=total)
