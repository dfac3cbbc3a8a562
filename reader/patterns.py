"""Regular expressions that are compiled when they are first used.

A start uses few of those that its modules name, and compiling them all would take it 15 ms.
"""

from __future__ import annotations

import re
from typing import Any, cast


def lazy(expression: str, flags: int = 0) -> re.Pattern[str]:
    """As `re.compile`, later."""
    return cast("re.Pattern[str]", _Lazy(expression, flags))


class _Lazy:
    def __init__(self, expression: str, flags: int) -> None:
        self._source = expression, flags

    def __getattr__(self, name: str) -> Any:
        # Asked once for each method; from then on it is an attribute like any other.
        found = getattr(re.compile(*self._source), name)
        setattr(self, name, found)
        return found
