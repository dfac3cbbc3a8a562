"""Imports that leave out what they could use and we don't.

Some packages load another one only in case it is wanted, and do without where it is not installed. Here it is
as if it were not.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without(*names: str) -> Iterator[None]:
    """Let imports inside find these modules missing, unless they are loaded already; afterwards they are
    there for whoever wants them."""
    hidden = [name for name in names if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]  # the import system's sign for "not to be found"
    try:
        yield
    finally:
        for name in hidden:
            sys.modules.pop(name, None)


def load_asyncio() -> None:
    """Load asyncio, on which Textual stands, without OpenSSL: 3.4 MB for connections that nobody makes."""
    with without("ssl"):
        import asyncio  # noqa: F401
