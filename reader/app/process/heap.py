"""What the C library holds of the memory: one heap for all threads, and what is free goes back to the system.

glibc gives threads heaps of their own, so that they need not wait for each other, and keeps what is freed in
them. Ours hardly ever allocate at the same time. Other C libraries and systems are left as they are.
"""

from __future__ import annotations

import sys

_M_ARENA_MAX = -8
"""The number of this setting in glibc's `malloc.h`."""


def share() -> None:
    """Let all threads that begin from now on use one heap."""
    _call("mallopt", _M_ARENA_MAX, 1)


def give_back() -> None:
    """Return to the system what is free; takes a few milliseconds, in which other threads go on."""
    _call("malloc_trim", 0)


def _call(name: str, *arguments: int) -> None:
    if sys.platform != "linux":
        return
    try:
        import ctypes

        getattr(ctypes.CDLL(None), name)(*arguments)
    except (ImportError, OSError, AttributeError):
        return  # a Python without ctypes, a program without shared libraries, or another C library than glibc
