"""What the user reads: sentences and a progress bar, all on stderr, since stdout is for `eval`."""

import sys
import time
from collections.abc import Callable

BAR_WIDTH = 30
REDRAW_SECONDS = 0.2


def say(text: str) -> None:
    """Write one line to stderr."""
    print(f"servers: {text}", file=sys.stderr, flush=True)


def draw_bar(done: int, total: int) -> str:
    """A bar such as `[#####-----]  50 %  474 of 947 MB`; never over 99 % before the end is known."""
    share = min(done / total, 0.99) if total else 0.0
    filled = int(share * BAR_WIDTH)
    bar = "#" * filled + "-" * (BAR_WIDTH - filled)
    megabyte = 1_000_000
    return f"[{bar}] {share:4.0%}  {min(done, total) // megabyte} of {total // megabyte} MB"


def watch(is_running: Callable[[], bool], measure: Callable[[], int], total: int) -> None:
    """Wait until the work ends, and draw how far it is while stderr is a terminal."""
    on_terminal = sys.stderr.isatty()
    while is_running():
        if on_terminal:
            print(f"\r{draw_bar(measure(), total)}", end="", file=sys.stderr, flush=True)
        time.sleep(REDRAW_SECONDS)
    if on_terminal:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
