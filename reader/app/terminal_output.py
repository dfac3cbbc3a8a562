"""What is written to the terminal besides frames: pictures, the clipboard (OSC 52), whether it reports
the mouse.

Textual has no public way to write a sequence, but it lets an app choose its driver.
"""

from __future__ import annotations

from typing import Any, Protocol

from textual.driver import Driver

_MOUSE = (1000, 1003, 1015, 1006)
"""The modes that Textual switches on: presses, moves, and two ways to report them."""


class Buffer(Protocol):
    """What is remembered of the terminal's cells; see `reader.app.early.diff_update`."""

    def forget(self) -> None:
        """The next frame is sent whole."""

    def forget_lines(self, first: int, count: int) -> None:
        """These lines are sent whole the next time."""


class TerminalOutput:
    """Writes between two frames; does nothing while no driver runs, as in tests."""

    def __init__(self) -> None:
        self.buffer: Buffer | None = None
        """What the terminal shows, if only changes are sent."""
        self._driver: Driver | None = None

    def through(self, driver_class: type[Driver]) -> type[Driver]:
        """This driver class, whose driver writes for us once it is made."""
        output = self

        class OutputDriver(driver_class):  # type: ignore[misc, valid-type]
            def __init__(self, *arguments: Any, **options: Any) -> None:
                super().__init__(*arguments, **options)
                output.connect(self)

        return OutputDriver

    def connect(self, driver: Driver) -> None:
        """Write through this driver from now on."""
        self._driver = driver

    def write(self, sequence: str) -> None:
        """Write a sequence as it is."""
        if self._driver is not None:
            self._driver.write(sequence)

    def report_mouse(self, is_on: bool) -> None:
        """Have the terminal report the mouse, or leave the mouse to the terminal."""
        self.write("".join(f"\x1b[?{mode}{'h' if is_on else 'l'}" for mode in _MOUSE))

    def forget(self) -> None:
        """The next frame is sent whole: another program wrote to the terminal, or its size has changed."""
        if self.buffer is not None:
            self.buffer.forget()

    def forget_lines(self, first: int, count: int) -> None:
        """These lines are sent whole the next time: a picture covers them."""
        if self.buffer is not None:
            self.buffer.forget_lines(first, count)
