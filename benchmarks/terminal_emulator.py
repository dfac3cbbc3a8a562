"""A terminal emulator for benchmarks and tests: bytes in, the visible cells out."""

from __future__ import annotations

import re
from codecs import getincrementaldecoder

from rich.cells import cell_len, split_graphemes

_TOKEN = re.compile(
    r"\x1b\[(?P<look>[\d;]*)m|\x1b\[(?P<numbers>[\d;]*)(?P<act>[A-DGHJKXbd])|\x1b\[[0-?]*[ -/]*[@-~]"
    r"|\x1b\]8;[^;\x07\x1b]*;(?P<link>[^\x07\x1b]*)(?:\x07|\x1b\\)"
    r"|\x1b[\]P_^].*?(?:\x07|\x1b\\)|\x1b[^\[\]P_^]"
    r"|(?P<text>[^\x00-\x1f\x7f-\x9f]+)|(?P<control>[\x00-\x1a\x1c-\x1f\x7f-\x9f])",
    re.DOTALL,
)
_CODE = re.compile(r"([34]8);(2;\d+;\d+;\d+|5;\d+)|\d+")


class TerminalEmulator:
    """Cells that know how to be written to, wiped and walked over; modes and scrolling are overlooked."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns = columns
        self._cells = [[" "] * columns for _ in range(rows)]
        self._looks = [[""] * columns for _ in range(rows)]
        self._links = [[""] * columns for _ in range(rows)]
        self._link = ""
        self._pen: dict[str, str] = {}
        self._row = self._column = 0
        self._last = ""
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._rest = ""

    @property
    def lines(self) -> list[str]:
        """What is on each line."""
        return ["".join(line) for line in self._cells]

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join(self.lines)

    @property
    def looks(self) -> list[list[str]]:
        """The attributes of each cell, in words that can be compared."""
        return self._looks

    @property
    def links(self) -> list[list[str]]:
        """Where each cell leads when it is pressed; empty if nowhere."""
        return self._links

    def feed(self, data: bytes) -> None:
        """Take in what a program wrote; a sequence may come in parts."""
        text = self._rest + self._decode(data)
        place = 0
        while match := _TOKEN.match(text, place):
            place = match.end()
            if match["act"]:
                self._act(match["act"], [int(number or 0) for number in match["numbers"].split(";")])
            elif match["look"] is not None:
                self._take_pen(match["look"])
            elif match["link"] is not None:
                self._link = match["link"]
            elif match["text"]:
                self._write(match["text"])
            elif match["control"] == "\r":
                self._column = 0
            elif match["control"] == "\n":
                self._row += 1
            elif match["control"] == "\b":
                self._column = max(self._column - 1, 0)
        self._rest = text[place:]

    def _act(self, letter: str, numbers: list[int]) -> None:  # noqa: C901, one branch for each letter
        """What ECMA-48 has under this final letter: go somewhere, wipe, or repeat the last character."""
        first, count = numbers[0], max(numbers[0], 1)
        rest, row = self._column, self._row
        match letter:
            case "H":
                self._row, self._column = count - 1, max([1, *numbers[1:2]]) - 1
            case "d":
                self._row = count - 1
            case "G":
                self._column = count - 1
            case "A" | "B":
                self._row = max(row + (count if letter == "B" else -count), 0)
            case "C" | "D":
                self._column = max(rest + (count if letter == "C" else -count), 0)
            case "X":
                self._wipe(row, rest, rest + count)
            case "K":
                self._wipe(row, rest if first == 0 else 0, rest + 1 if first == 1 else self.columns)
            case "J":
                for other in range(len(self._cells)):
                    if first >= 2 or (other < row if first == 1 else other > row):
                        self._wipe(other, 0, self.columns)
                if first < 2:
                    self._act("K", numbers)
            case "b":
                self._write(self._last * count)

    def _wipe(self, row: int, start: int, stop: int) -> None:
        if row < len(self._cells):
            for column in range(start, min(stop, self.columns)):
                self._cells[row][column], self._looks[row][column] = " ", ""
                self._links[row][column] = ""

    def _take_pen(self, codes: str) -> None:
        for code in _CODE.finditer(codes or "0"):
            number = int(code[1] or code[0])
            if number == 0:
                self._pen = {}
            elif number in (38, 39) or 30 <= number <= 37 or 90 <= number <= 97:
                self._pen["text"] = "" if number == 39 else code[0]
            elif number in (48, 49) or 40 <= number <= 47 or 100 <= number <= 107:
                self._pen["ground"] = "" if number == 49 else code[0]
            else:
                self._pen[str(number)] = "on"

    def _write(self, text: str) -> None:
        for start, end, width in split_graphemes(text)[0]:
            if self._row < len(self._cells) and self._column + width <= self.columns:
                self._cells[self._row][self._column : self._column + width] = [text[start:end]] + [""] * (
                    width - 1
                )
                look = " ".join(f"{name}={value}" for name, value in sorted(self._pen.items()) if value)
                self._looks[self._row][self._column : self._column + width] = [look] * width
                self._links[self._row][self._column : self._column + width] = [self._link] * width
            self._column += width if cell_len(text[start:end]) else 0
            self._last = text[start:end]
