"""Tests of programs that get our terminal."""

from __future__ import annotations

import asyncio
import os
import signal
import sys

import pytest

from reader.opening.starting import run_here, start

INTERRUPTS_BOTH = (
    "import os, signal, time\n"
    "os.kill(os.getppid(), signal.SIGINT)\n"
    "os.kill(os.getpid(), signal.SIGINT)\n"
    "time.sleep(60)"
)


@pytest.mark.skipif(os.name != "posix", reason="signals of a terminal")
def test_an_interrupt_is_for_the_program_that_has_the_terminal() -> None:
    """Ctrl-C ends the program; neither we nor an event loop that listens for signals hear of it."""
    heard: list[int] = []

    async def step_aside() -> int:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, heard.append, 1)
        try:
            code = run_here((sys.executable, "-c", INTERRUPTS_BOTH), {})
            await asyncio.sleep(0.05)
            assert not heard
            os.kill(os.getpid(), signal.SIGINT)
            for _ in range(200):
                if heard:
                    break
                await asyncio.sleep(0.02)
            return code
        finally:
            loop.remove_signal_handler(signal.SIGINT)

    assert asyncio.run(step_aside()) in (1, 130)
    assert heard == [1]


def test_a_program_starts_without_a_temporary_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only why it failed is not known then."""

    def fail() -> None:
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr("reader.opening.starting.TemporaryFile", fail)
    assert start(["true"], {}, 30) is None
    assert start(["false"], {}, 30) == "false: exited with 1"
