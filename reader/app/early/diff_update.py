"""Sends only the cells that changed.

Textual sends every repainted line whole, with all attributes for each segment: a cursor move is 1 kB, the
blank lines of an article another 2. Over SSH a user waits for each byte. So the screen is remembered here
as cells, and unchanged cells are not sent again.

Columns are kept here too: whatever follows a text of doubtful width (see `reader.app.paint.cells`) is
moved to its column by number. And links (OSC 8) are written only here, whoever painted them: only an
address that may be opened becomes one.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, TypeAlias
from zlib import crc32

from rich.cells import cell_len, split_graphemes
from rich.color import ColorSystem
from rich.console import COLOR_SYSTEMS, Console, RenderableType
from rich.segment import Segment
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.app import App
from textual.screen import Screen
from textual.strip import Strip

from reader.app.paint.cells import drifts, is_emoji_sequence, is_flag_letter, widest
from reader.article.urls import linkable

Cell: TypeAlias = tuple[str, str, str]
"""The text of a cell, its attributes as SGR codes, and the address of its link; an empty text is the
right half of a wide character."""

NEAR = 4
"""A gap of unchanged cells up to this long is sent again: moving the cursor costs some eight bytes."""
_UNKNOWN: Cell = ("", "?", "")
_NO_LINK = "\x1b]8;;\x1b\\"


class ScreenBuffer:
    """The terminal's cells after everything that was sent."""

    def __init__(self) -> None:
        self._rows: dict[int, list[Cell]] = {}
        self._first: LayoutUpdate | None = None
        """The first full frame, split into cells only when another update follows: that saves 4 ms of the
        start."""

    def forget(self) -> None:
        """Another program has written to the terminal, or its size has changed."""
        self._rows.clear()
        self._first = None

    def forget_lines(self, first: int, count: int) -> None:
        """A picture covers these lines: they are sent whole when they are painted next."""
        if self._first is not None:
            self.forget()
        for y in range(first, first + count):
            self._rows.pop(y, None)

    def difference(self, update: CompositorUpdate, console: Console) -> str | None:
        """What to send for an update; None if the update must be sent as it is."""
        if not isinstance(update, ChopsUpdate | LayoutUpdate):
            self.forget()
            return None
        system = COLOR_SYSTEMS.get(console.color_system or "", ColorSystem.TRUECOLOR)
        if self._first is not None:
            for x, y, strip in _strips(self._first):
                self._put(x, y, _cells(strip, system))
            self._first = None
        elif not self._rows and isinstance(update, LayoutUpdate) and _is_plain(update):
            self._first = update
            return None
        writing = _Writing()
        for x, y, strip in _strips(update):
            cells = _cells(strip, system)
            before = self._put(x, y, cells)
            if before == cells:
                continue
            if any(_is_doubtful(text) for text, _, _ in (*before, *cells)):
                writing.drifting(x, y, cells)
            else:
                for start, end in _changed(before, cells):
                    writing.write(x + start, y, cells[start:end])
        return writing.finished()

    def _put(self, x: int, y: int, cells: list[Cell]) -> list[Cell]:
        """Remember cells; those that were there before."""
        row = self._rows.setdefault(y, [])
        row.extend([_UNKNOWN] * (x + len(cells) - len(row)))
        before = row[x : x + len(cells)]
        row[x : x + len(cells)] = cells
        return before


def send_changes_only(app: App[Any]) -> ScreenBuffer:
    """Have this app send only what has changed; the buffer must be told when something else wrote."""
    buffer, display = ScreenBuffer(), app._display

    def display_changes(screen: Screen[Any], renderable: RenderableType | None) -> None:
        if isinstance(renderable, CompositorUpdate):
            renderable = DiffUpdate(renderable, buffer)
        display(screen, renderable)

    app._display = display_changes  # type: ignore[method-assign]
    return buffer


class _Writing:
    """The text of one update, and the attributes and the link that the terminal has at its end."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._codes = ""
        self._link = ""

    def write(self, x: int, y: int, cells: list[Cell]) -> None:
        """Write cells starting at a position."""
        self._parts.append(f"\x1b[{y + 1};{x + 1}H")
        for text, codes, link in cells:
            if link != self._link:
                self._parts.append(_opening(link) if link else _NO_LINK)
                self._link = link
            if codes != self._codes:
                self._parts.append(f"\x1b[0;{codes}m" if codes else "\x1b[0m")
                self._codes = codes
            self._parts.append(text)

    def drifting(self, x: int, y: int, cells: list[Cell]) -> None:
        """Write cells whose width on the terminal is unknown: their area is blanked, then each stretch
        between two gaps is written at its column."""
        self.write(x, y, [(" ", codes, link) for _, codes, link in cells])
        for start, end in _stretches(cells):
            self.write(x + start, y, cells[start:end])

    def finished(self) -> str:
        """The text, with attributes and link reset at its end."""
        if self._link:
            self._parts.append(_NO_LINK)
        if self._codes:
            self._parts.append("\x1b[0m")
        return "".join(self._parts)


class DiffUpdate(CompositorUpdate):
    """An update that sends only the cells that differ from the screen buffer."""

    def __init__(self, update: CompositorUpdate, buffer: ScreenBuffer) -> None:
        self._update = update
        self._buffer = buffer

    def render_segments(self, console: Console) -> str:
        """The text for the terminal."""
        difference = self._buffer.difference(self._update, console)
        return self._update.render_segments(console) if difference is None else difference

    def __rich_console__(self, console: Console, options: object) -> Iterator[Segment]:
        yield from ()


def _strips(update: ChopsUpdate | LayoutUpdate) -> Iterator[tuple[int, int, Strip]]:
    """Column, line and content of each part of an update."""
    if isinstance(update, LayoutUpdate):
        for y, line in enumerate(update.strips, update.region.y):
            x = update.region.x
            for strip in line:
                yield x, y, strip
                x += strip.cell_length
        return
    for y, first, last in update.spans:
        for end, (x, chop) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if chop is None or x > last or end <= first:
                continue
            yield x, y, chop if last > x >= first and end <= last else chop.crop(0, min(end, last) - x)


def _cells(strip: Strip, system: ColorSystem) -> list[Cell]:
    cells: list[Cell] = []
    for text, style, _ in strip:
        codes = _codes(style, system) if style is not None else ""
        link = _linkable(style.link) if style is not None and style.link else ""
        if not text.strip(" "):  # half of the screen is blank: all cells of a run share one
            cells.extend([(" ", codes, link)] * len(text))
            continue
        if text.isascii():
            cells.extend([(letter, codes, link) for letter in text])
            continue
        for sign, width in _graphemes(text):
            cells.append((sign, codes, link))
            cells.extend([("", codes, link)] * (width - 1))
    return cells


def _graphemes(text: str) -> Iterator[tuple[str, int]]:
    """Yields the units of a text and their widths in cells; the two letters of a flag stay together, unlike
    in Rich."""
    flag = ""
    for start, end, width in split_graphemes(text)[0]:
        sign = text[start:end]
        if is_flag_letter(sign):
            if flag:
                yield flag + sign, 2 * width
            flag = "" if flag else sign
            continue
        if flag:
            yield flag, cell_len(flag)
            flag = ""
        yield sign, width
    if flag:
        yield flag, cell_len(flag)


def _is_plain(update: LayoutUpdate) -> bool:
    """Whether nothing in an update is of doubtful width or a link."""
    strips = [strip for _, _, strip in _strips(update)]
    has_link = any(style is not None and style.link for strip in strips for _, style, _ in strip)
    return not has_link and not any(_is_doubtful(strip.text) for strip in strips)


def _opening(link: str) -> str:
    """The start of a link. Its number joins the parts of a link that is wrapped."""
    return f"\x1b]8;id={crc32(link.encode()) & 0xFFFF:x};{link}\x1b\\"


_linkable = lru_cache(256)(linkable)


_codes = lru_cache(4096)(Strip.render_ansi)


def _changed(before: list[Cell], after: list[Cell]) -> list[tuple[int, int]]:
    """The stretches that differ, near ones joined, never starting or ending inside a wide character."""
    stretches: list[tuple[int, int]] = []
    for place, (old, new) in enumerate(zip(before, after, strict=True)):
        if old == new:
            continue
        if stretches and place - stretches[-1][1] <= NEAR:
            stretches[-1] = (stretches[-1][0], place + 1)
        else:
            stretches.append((place, place + 1))
    whole: list[tuple[int, int]] = []
    for start, end in stretches:
        while start and (not after[start][0] or not before[start][0]):
            start -= 1
        while end < len(after) and (not after[end][0] or not before[end][0]):
            end += 1
        whole.append((start, end))
    return whole


def _stretches(cells: list[Cell]) -> list[tuple[int, int]]:
    """Start and end of each stretch: it ends at a gap that is wide enough for what may drift into it, and
    behind each emoji of doubtful width. Letters of a script must stay together, or they are not shaped."""
    stretches: list[tuple[int, int]] = []
    drift, is_behind_emoji = 0, False
    for place, (text, _, _) in enumerate(cells):
        if text in ("", " "):
            continue
        if stretches and not is_behind_emoji and place - stretches[-1][1] < max(drift, 2):
            stretches[-1] = (stretches[-1][0], place + 1)
        else:
            stretches.append((place, place + 1))
            drift = 0
        is_behind_emoji = is_emoji_sequence(text)
        drift += widest(text) - cell_len(text) if _is_doubtful(text) else 0
    return stretches


_is_doubtful = lru_cache(4096)(drifts)
