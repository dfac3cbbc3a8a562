"""The lock of `threading` without the rest of it, which takes a start half a millisecond."""

from __future__ import annotations

try:
    from _thread import RLock, get_ident
except ImportError:  # a Python without threads of the system's own
    from threading import RLock, get_ident

__all__ = ["RLock", "get_ident"]
