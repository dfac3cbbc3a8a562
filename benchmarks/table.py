"""The one table: figure, value, floor, ratio, goal, and whether it is reached."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple, TypeAlias

from benchmarks.floors import Floor

Unit: TypeAlias = Literal["s", "B", "n"]

HEADS = ("figure", "articles", "value", "floor", "ratio", "goal", "")
_LEFT = (0, 3, 6)
"""Columns with words; the others have numbers, which are to the right."""


class Figure(NamedTuple):
    """One thing that was measured."""

    name: str
    articles: int
    """How many the collection had; 0 if there is none."""
    value: float
    """Seconds, bytes or a plain number."""
    floor: Floor | None = None
    """What it is compared with."""
    most: float | None = None
    """The goal as a ratio to the floor: at most this."""
    limit: float | None = None
    """The goal in seconds or bytes: at most this."""
    least: float | None = None
    """The goal as a ratio: at least this (of a peer's time to ours)."""
    unit: Unit = "s"

    @property
    def ratio(self) -> float | None:
        """Value to floor; for a peer floor to value: how many times faster we are."""
        if self.floor is None or not self.floor.value or not self.value:
            return None
        return self.floor.value / self.value if self.least is not None else self.value / self.floor.value

    @property
    def verdict(self) -> str:
        """ok or misses; nothing where there is no goal."""
        goals: list[bool] = []
        if self.ratio is not None:
            goals += [self.ratio <= self.most] if self.most is not None else []
            goals += [self.ratio >= self.least] if self.least is not None else []
        if self.limit is not None:
            goals.append(self.value <= self.limit)
        return ("ok" if all(goals) else "misses") if goals else ""

    def cells(self) -> tuple[str, ...]:
        """The row of the table."""
        floor = f"{self.floor.name} {amount(self.floor.value, self.unit)}" if self.floor else ""
        ratio = f"{self.ratio:.2f} x" if self.ratio is not None else ""
        count = f"{self.articles:,}" if self.articles else ""
        return self.name, count, amount(self.value, self.unit), floor, ratio, self._goal(), self.verdict

    def _goal(self) -> str:
        goals = [f"<= {self.most:g} x"] if self.most is not None else []
        goals += [f">= {self.least:g} x"] if self.least is not None else []
        goals += [f"<= {amount(self.limit, self.unit)}"] if self.limit is not None else []
        return ", ".join(goals)


def amount(value: float, unit: Unit) -> str:
    """A number of seconds or bytes in the unit that people would choose, or a plain number."""
    if unit == "n":
        return f"{value:.2f}"
    steps = {"s": ((1, "s"), (1e-3, "ms"), (1e-6, "us")), "B": ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"))}[unit]
    size, name = next((step for step in steps if value >= step[0]), steps[-1])
    scaled = value / size
    return f"{scaled:.{0 if scaled >= 100 else 1 if scaled >= 10 else 2}f} {name}"


def markdown(figures: Iterable[Figure]) -> str:
    """The table as people read it in a terminal and as docs/performance.md keeps it."""
    rows = [HEADS, *(figure.cells() for figure in figures)]
    widths = [max(3, *(len(row[column]) for row in rows)) for column in range(len(HEADS))]
    rule = [
        "-" * width if column in _LEFT else "-" * (width - 1) + ":" for column, width in enumerate(widths)
    ]
    lines = [_aligned(row, widths) for row in rows]
    return "\n".join([lines[0], f"| {' | '.join(rule)} |", *lines[1:]])


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = (
        cell.ljust(width) if column in _LEFT else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(row, widths, strict=True))
    )
    return f"| {' | '.join(cells)} |"
