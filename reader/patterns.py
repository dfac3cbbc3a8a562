"""Regular expressions that are compiled when they are first used.

A start uses few of those that its modules name, and compiling them all would take it 15 ms; a plain list uses
none, and does without `re` itself.
"""

from __future__ import annotations

from reader.records import TYPE_CHECKING

if TYPE_CHECKING:
    import re
    from typing import Any


class _Lazy:
    def __init__(self, expression: str, flags: int) -> None:
        self._source = expression, flags

    def __getattr__(self, name: str) -> Any:
        import re

        # Asked once for each method; from then on it is an attribute like any other.
        found = getattr(re.compile(*self._source), name)
        setattr(self, name, found)
        return found


def lazy(expression: str, flags: int = 0) -> re.Pattern[str]:
    """As `re.compile`, later."""
    return _Lazy(expression, flags)  # type: ignore[return-value]
