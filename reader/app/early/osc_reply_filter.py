"""Asking the terminal for its ground while the app runs: nobody waits for the answer, and it is never a key.

Textual takes an answer that it does not know for keys. So it is taken out of what the terminal sends before
Textual looks at that, in however many parts it comes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from time import monotonic

from textual.message import Message

from reader.terminal.asking import read_answers
from reader.terminal.value import TRUECOLOUR, Terminal

QUESTION = "\x1b]11;?\x07"
"""What the colour of the ground is (OSC 11)."""
PART = 0.1
"""Seconds that the beginning of an answer is kept, as long as Textual keeps the beginning of a key."""
EXPECTED = 5.0
"""Seconds after the question up to which an answer is looked for, however slow the line is. Later, and
without a question, an Esc is passed on at once: two waits for it, one here and one in Textual, are felt."""
LATEST = 0.5
"""Seconds after the question up to which an end waits for the answer, which would be typed into the shell."""

_ANSWER = re.compile(r"\x1b\]11;rgba?:[0-9a-fA-F/]{5,40}(?:\x07|\x1b\\)")
_BEGUN = re.compile(r"\x1b(?:\](?:1(?:1(?:;[rgba]{0,4}(?::[0-9a-fA-F/]{0,40}\x1b?)?)?)?)?)?\Z")


@dataclass
class BackgroundTold(Message):
    """The terminal has said whether its ground is dark or light."""

    background: str
    """dark or light."""


def is_worth_asking(seen: Terminal) -> bool:
    """Whether this terminal may know, and hides a question that it does not know."""
    is_deaf = seen.multiplexer == "screen" or seen.emulator == "Linux console"
    return seen.is_tty and not is_deaf and seen.colours in (256, TRUECOLOUR)


class OscReplyFilter:
    """Finds the answer in what the terminal sends, and lets everything else pass."""

    def __init__(self) -> None:
        self.background = ""
        """dark or light; empty while nothing was answered."""
        self._held = ""
        self._since = 0.0
        self._asked = float("-inf")

    def ask(self) -> str:
        """The question, to be written now."""
        self._asked = monotonic()
        return QUESTION

    @property
    def is_waiting(self) -> bool:
        """Whether the answer is likely to come yet."""
        return not self.background and monotonic() - self._asked < LATEST

    def sift(self, text: str) -> str:
        """What the terminal sent, without the answer, and without what may be the beginning of one."""
        text, self._held = self._held + text, ""
        if self.background or monotonic() - self._asked > EXPECTED:
            return text
        if found := _ANSWER.search(text):
            self.background = read_answers(found[0].encode()).background
            return text[: found.start()] + text[found.end() :]
        if begun := _BEGUN.search(text):
            self._held, self._since = text[begun.start() :], monotonic()
            text = text[: begun.start()]
        return text

    def overdue(self) -> str:
        """What was kept too long for an answer, and so is keys."""
        if not self._held or monotonic() - self._since < PART:
            return ""
        text, self._held = self._held, ""
        return text
