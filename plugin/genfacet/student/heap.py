"""Memory that was freed, given back to the system."""

import ctypes
import sys
from functools import cache
from typing import Any


@cache
def _trim() -> Any:
    """``malloc_trim`` of glibc; None elsewhere."""
    return getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None


def give_back() -> None:
    """Has the C library return free pages: blocks of ever other sizes leave gaps, and it would keep them all."""
    trim = _trim()
    if trim is not None:
        trim(0)
