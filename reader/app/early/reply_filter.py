"""Removes the terminal's replies, and whatever Textual's parser can't read, from the input. Textual treats an
unknown reply as keys (`ESC ]11;rgb:…` would type its letters), and a key with sub-parameters (`ESC
[106;1:3u`, a key release) ends its input thread. Replies may also arrive late, in several parts, or for a
query sent by an editor that ran before. So the input is split into sequences here: keys, mouse, focus and
pasting pass, everything else is dropped.

The app sends one query itself, for the background colour (OSC 11), to choose the light or the dark theme.
Nothing waits for the reply.
"""

from __future__ import annotations

import os
import re
import select
from codecs import getincrementaldecoder
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic

from textual import events
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._keyboard_protocol import FUNCTIONAL_KEYS
from textual._parser import ParseError
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from reader.terminal.facts import read_answers

QUESTION = "\x1b]11;?\x07"
"""Queries the background colour (OSC 11)."""
ESCAPE_DELAY = 0.1
"""Seconds that Esc waits for the rest of a sequence, as in Textual."""
IDLE = 1.0
"""Seconds without input after which an unfinished sequence is given up."""
LONGEST = 10.0
"""Seconds after which an unfinished reply is given up, even if more of it arrives."""
EXPECTED = 5.0
"""Seconds within which a reply to the query counts; a later one may belong to another program."""
LATEST = 0.5
"""Seconds after the query during which quitting waits for the reply, which would otherwise be typed into the
shell."""
LOOK_EVERY = 0.1
"""Seconds between checks whether the app has ended, as in Textual."""

_CSI = re.compile(r"\x1b\[(?:M[\s\S]{3}|(?!M)[0-?]*[ -/]*[@-~])")
"""A control sequence; the mouse reports of old terminals have three characters behind it."""
_CSI_BEGUN = re.compile(r"\x1b\[(?:M[\s\S]{0,2}|[0-?]*[ -/]*)\Z")
_CSI_BROKEN = re.compile(r"\x1b\[[0-?]+[ -/]*")
"""One that is interrupted by something else."""
_REPLY = re.compile(r"\x1b(?:\](?=[0-9lLI])|P(?=[0-9>=!+$|])|[_^X](?=[ -~]))")
"""The beginning of OSC, DCS, APC, PM and SOS; the character behind tells them from Alt and a key."""
_ESCAPE_BEGUN = re.compile(r"\x1b[\]P_^X]?\Z")
_REPLY_END = re.compile(r"[\x00-\x1f\x9c]")
_ALT_SIGN = re.compile(r"\x1b([!-@\\\]^_`{-~])")
"""Alt and a sign or digit, for which Textual forgets Alt."""
_NO_REPLY_YET = 64
"""Maximum characters kept of a reply; the one to our query is shorter."""

_PASSED = re.compile(r"\x1b\[(?:[IO]|20[01]~|<\d{1,3};\d{1,4};\d{1,4}[Mm]|\?2026;\d\$y)")
"""Focus, pasting, the mouse, and whether the terminal paints whole frames."""
_CURSOR_POSITION = re.compile(r"\x1b\[\d*;\d*R")
_KEY = re.compile(r"\x1b\[(\d{0,7})(?::[\d:]*)?(?:;(\d{0,3})(?::(\d)[\d:]*)?(?:;([\d:]*))?)?([u~A-HPQRS])")
_RELEASED = "3"
_LONGEST_KEY = 32
"""Characters of the longest sequence that Textual's parser takes for a key."""


@dataclass
class BackgroundReported(Message):
    """The terminal has reported whether its background is dark or light."""

    background: str
    """dark or light."""


class ReplyFilter:
    """Passes keys on, and keeps the reply to the app's one query."""

    def __init__(self) -> None:
        self.background = ""
        """dark or light; empty without a reply."""
        self._held = ""
        """The beginning of a sequence."""
        self._reply: str | None = None
        """The beginning of the reply that is being dropped."""
        self._reply_began = 0.0
        self._last_input = 0.0
        self._asked = float("-inf")

    def ask(self) -> str:
        """Returns the query, to be written now."""
        self._asked = monotonic()
        return QUESTION

    @property
    def is_waiting(self) -> bool:
        """Whether the reply is probably still to come."""
        return not self.background and monotonic() - self._asked < LATEST

    @property
    def patience(self) -> float:
        """Seconds to wait for more input before `overdue` is worth a call."""
        if not self._held:
            return LOOK_EVERY
        return min(max(self._last_input + ESCAPE_DELAY - monotonic(), 0), LOOK_EVERY)

    def feed(self, text: str) -> str:
        """Returns the part of this input to pass on."""
        self._last_input = monotonic()
        text, self._held = self._held + text, ""
        passed: list[str] = []
        place = 0
        while place < len(text):
            if self._reply is not None:
                place = self._skip_reply(text, place)
                continue
            escape = text.find("\x1b", place)
            if escape < 0:
                passed.append(text[place:])
                break
            passed.append(text[place:escape])
            if found := _REPLY.match(text, escape):
                self._reply, self._reply_began = found[0], self._last_input
                place = found.end()
            elif found := _CSI.match(text, escape):
                passed.append(readable(found[0]))
                place = found.end()
            elif _ESCAPE_BEGUN.match(text, escape) or _CSI_BEGUN.match(text, escape):
                self._held = text[escape:]
                break
            elif found := _CSI_BROKEN.match(text, escape):
                place = found.end()
            elif found := _ALT_SIGN.match(text, escape):
                passed.append(f"\x1b[{ord(found[1])};3u")
                place = found.end()
            else:
                passed.append("\x1b")
                place = escape + 1
        return "".join(passed)

    def overdue(self) -> str:
        """Returns the keys held back for the rest of a sequence that did not arrive: Esc, or Alt and a
        key."""
        waited = monotonic() - self._last_input
        if self._reply is not None:
            if waited > IDLE:
                self._reply, self._held = None, ""
            return ""
        if not self._held or waited < ESCAPE_DELAY:
            return ""
        if _ESCAPE_BEGUN.match(self._held) or self._held == "\x1b[":
            text, self._held = self._held, ""
            return text
        if waited > IDLE:  # the rest of a key or reply was lost
            self._held = ""
        return ""

    def _skip_reply(self, text: str, place: int) -> int:
        """The place behind the reply, or the end of the text."""
        assert self._reply is not None
        end = _REPLY_END.search(text, place)
        stop = end.start() if end else len(text)
        self._reply += text[place : min(stop, place + _NO_REPLY_YET)]
        if end is None:
            self._reply = self._reply[:_NO_REPLY_YET]
            if monotonic() - self._reply_began > LONGEST:
                self._reply = None
            return stop
        if end[0] == "\x1b" and stop + 1 == len(text):  # the rest of its terminator is still to come
            self._held = "\x1b"
            return len(text)
        if text[stop : stop + 2] == "\x1b\\":
            stop += 2
        elif end[0] in "\x07\x9c":
            stop += 1
        # Any other control character, such as Ctrl-C or an arrow key's Esc, ends the reply and is a key.
        self._read(self._reply)
        self._reply = None
        return stop

    def _read(self, reply: str) -> None:
        if not self.background and monotonic() - self._asked <= EXPECTED:
            self.background = read_answers(reply.encode()).background


def readable(sequence: str) -> str:
    """A control sequence as Textual's parser reads it; empty if it is no key, mouse, focus or pasting."""
    if _PASSED.fullmatch(sequence):
        return sequence
    if _CURSOR_POSITION.fullmatch(sequence):
        return ""
    if sequence in ANSI_SEQUENCES_KEYS:
        return sequence
    key = _KEY.fullmatch(sequence)
    if key is None:
        return ""
    code, modifiers, event, text, end = key.groups(default="")
    name, number = f"{int(code or 1)}{end}", int(code or 1)
    is_key = name in FUNCTIONAL_KEYS or (end == "u" and (_is_printable(number) or (not number and text)))
    codes = (int(part[:8]) for part in text.split(":") if part)  # more digits can't be a character
    if event == _RELEASED or not is_key or not all(map(_is_printable, codes)):
        return ""
    parts = [code, modifiers, text] if text else [code, modifiers] if modifiers else [code]
    plain = f"\x1b[{';'.join(parts)}{end}"
    return plain if len(plain) <= _LONGEST_KEY else ""


def _is_printable(code: int) -> bool:
    return code <= 0x10FFFF and chr(code).isprintable()


def typed_before(fileno: int) -> bytes:
    """The keys typed before the app reads them. Until a terminal is in raw mode it turns Enter into a line
    feed, which Textual takes for Ctrl-J."""
    is_there = select.select([fileno], [], [], 0)[0]
    return os.read(fileno, 4096).replace(b"\n", b"\r") if is_there else b""


def read_input(driver: LinuxDriver, replies: ReplyFilter) -> None:
    """Read the terminal until the driver ends, as `LinuxDriver.run_input_thread` does, but without
    replies."""
    parser = XTermParser()
    decode = getincrementaldecoder("utf-8")("replace").decode
    typed = replies.feed(decode(typed_before(driver.fileno)))
    is_ending = False
    try:
        while not is_ending or replies.is_waiting:
            is_ending = driver.exit_event.is_set()
            text, typed = typed + replies.overdue(), ""
            if text == "\x1b":  # else the parser would wait for the rest again
                driver.process_message(events.Key("escape", text))
                text = ""
            if select.select([driver.fileno], [], [], 0 if text else replies.patience)[0]:
                is_known, data = bool(replies.background), os.read(driver.fileno, 4096)
                is_ending, text = is_ending or not data, text + replies.feed(decode(data))
                if replies.background and not is_known:
                    driver.process_message(BackgroundReported(replies.background))
            try:
                messages = [*(parser.feed(text) if text else ()), *parser.tick()]
            except Exception:
                # Whatever else it can't read is dropped: an error here would leave the app without keys.
                parser, messages = XTermParser(), []
            for message in messages:
                driver.process_message(message)
    finally:
        with suppress(EOFError, ParseError):
            [*parser.feed("")]
