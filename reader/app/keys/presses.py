"""Keys that mean something only together: two one after the other (`gg`), a number before a key (`5j`).

Pure: keys in, keys out. Who typed them where, and how long a digit waits, is the application's business.
"""

from __future__ import annotations

from collections.abc import Mapping

from reader.config.commands import COUNTED

MOST_DIGITS = 6
"""Of a number before a key; a million rows is as far as anybody goes."""


class Presses:
    """What was pressed and waits for the key after it."""

    def __init__(self, keys: Mapping[str, tuple[str, ...]]) -> None:
        """`keys` are the keys of each command, as `Keymap` has them."""
        every = [(name, key) for name, own in keys.items() for key in own]
        self._sequences = frozenset(key for _, key in every if " " in key)
        self._first_keys = frozenset(key.partition(" ")[0] for key in self._sequences)
        self._counted = frozenset(key for name, key in every if name in COUNTED)
        self._taken = frozenset(key for name, key in every if key.isdigit() and not name.startswith("view_"))
        self.first = ""
        """The first key of a sequence."""
        self.count = ""
        """The digits so far."""

    def take(self, key: str) -> list[str]:
        """The keys that are to be obeyed now: none while one waits, two where a number meant nothing else.

        A number and its key come as one, with a blank between them: "5 j".
        """
        first, self.first = self.first, ""
        if first and f"{first} {key}" in self._sequences:
            return self._obeyed(f"{first} {key}")
        if key in self._first_keys:
            self.first = key
            return []
        if len(key) == 1 and key in "0123456789" and key not in self._taken and (self.count or key != "0"):
            self.count = (self.count + key)[:MOST_DIGITS]
            return []
        return self._obeyed(key)

    def forget(self) -> None:
        """Nothing is waited for any longer."""
        self.first = self.count = ""

    def overdue(self) -> list[str]:
        """What a digit means after which nothing came: itself."""
        count, self.count = self.count, ""
        return [count] if len(count) == 1 else []

    def _obeyed(self, key: str) -> list[str]:
        count, self.count = self.count, ""
        if not count:
            return [key]
        if key in self._counted:
            return [f"{count} {key}"]
        if key == "escape":
            return []
        return [count, key] if len(count) == 1 else [key]
