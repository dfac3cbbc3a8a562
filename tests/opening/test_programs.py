"""Tests of the programs to which articles are handed."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from reader.errors import ReaderError, UsageError
from reader.opening.programs import MOST_OUTPUT, PipeCommand, arguments_of, program_for, run_here, start

PYTHON = sys.executable


def python(code: str) -> tuple[str, ...]:
    """An argument list that runs a piece of Python."""
    return (PYTHON, "-c", code)


def test_a_command_is_split_without_expansion() -> None:
    """Quotes group as in a shell; dollars, semicolons and stars are plain text."""
    assert arguments_of("grep -c 'two words' $HOME; *") == ("grep", "-c", "two words", "$HOME;", "*")
    for text in ("", "  ", "sed 's/a/"):
        with pytest.raises(UsageError):
            arguments_of(text)


def test_a_command_gets_the_text_and_its_output_is_read() -> None:
    """Both streams and the exit code are returned."""
    code = "import sys; t = sys.stdin.read(); print(t.upper()); print('oh', file=sys.stderr); sys.exit(3)"
    result = PipeCommand(python(code), "wind öl").run()
    assert "WIND ÖL" in result.text and "oh" in result.text
    assert (result.code, result.is_cut) == (3, False)


def test_a_command_s_output_is_cleaned() -> None:
    """Escape sequences, C1 and bidi controls are removed, lines are kept."""
    code = r"import sys; sys.stdout.buffer.write(b'a\x1b[2J\xc2\x9b\tb\n\xe2\x80\xaec\xff\n')"
    assert PipeCommand(python(code), "").run().text == "a       b\nc\ufffd\n"


def test_a_command_that_never_stops_is_killed() -> None:
    """After MOST_OUTPUT bytes it is killed, and the result says that it is cut."""
    result = PipeCommand(python("while True: print('y' * 999)"), "x" * 100_000).run()
    assert result.is_cut
    assert MOST_OUTPUT // 2 < len(result.text) <= MOST_OUTPUT


def test_a_command_can_be_killed_from_another_thread() -> None:
    """A silent command can be killed before or after it has started."""
    command = PipeCommand(python("import time; time.sleep(600)"), "")
    started = time.monotonic()
    threading.Timer(0.3, command.end).start()
    assert command.run().code == -signal.SIGKILL
    assert command.run().code == -signal.SIGKILL  # it is ended already
    assert time.monotonic() - started < 60


def test_a_command_s_children_are_killed_too() -> None:
    """A child that keeps the pipe open does not block after `end`."""
    child = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])"
    command = PipeCommand(python(child), "")
    threading.Timer(1, command.end).start()
    started = time.monotonic()
    assert command.run().code in (0, -signal.SIGKILL)
    assert time.monotonic() - started < 60


def test_a_missing_command_is_reported() -> None:
    """The error is one sentence."""
    with pytest.raises(ReaderError, match="no-such-program cannot be started"):
        PipeCommand(("no-such-program",), "").run()


def test_a_file_is_opened_in_the_user_s_editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """$VISUAL before $EDITOR; empty ones count as unset; else a well-known installed one."""
    path = tmp_path / "a.md"
    path.write_text("a")
    name = str(path)
    both = {"VISUAL": "code -w", "EDITOR": "vi"}
    assert program_for(name, both) == ("code", "-w", name)
    assert program_for(name, both | {"VISUAL": " "}) == ("vi", name)
    monkeypatch.setattr("shutil.which", {"nano": "/bin/nano"}.get)
    assert program_for(name, {}) == ("nano", name)
    monkeypatch.setattr("shutil.which", lambda _: None)
    with pytest.raises(ReaderError, match="set \\$VISUAL or \\$EDITOR"):
        program_for(name, {})


def test_a_read_only_file_is_shown_in_the_pager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No editor is started in a read-only collection."""
    name = str(tmp_path / "a.md")
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert program_for(name, {"EDITOR": "vi", "PAGER": "most -s"}) == ("most", "-s", name)
    monkeypatch.setattr("shutil.which", {"less": "/bin/less"}.get)
    assert program_for(name, {"EDITOR": "vi"}) == ("less", name)


def test_a_missing_temporary_folder_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error has the reason and the remedy."""

    def fail() -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("reader.opening.programs.TemporaryFile", fail)
    with pytest.raises(ReaderError, match="No space left.*TMPDIR"):
        PipeCommand(("cat",), "text").run()


INTERRUPTS_BOTH = (
    "import os, signal, time\n"
    "os.kill(os.getppid(), signal.SIGINT)\n"
    "os.kill(os.getpid(), signal.SIGINT)\n"
    "time.sleep(60)"
)


def test_an_interrupt_reaches_only_the_program_in_the_terminal() -> None:
    """Ctrl-C ends it; neither we nor an event loop that listens for signals get it."""
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
    """Only the reason for its failure is unknown then."""

    def fail() -> None:
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr("reader.opening.programs.TemporaryFile", fail)
    assert start(["true"], {}, 30) is None
    assert start(["false"], {}, 30) == "false: exited with 1"
