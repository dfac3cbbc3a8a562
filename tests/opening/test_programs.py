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


def test_a_command_is_split_and_nothing_in_it_is_expanded() -> None:
    """Quotes group as in a shell; dollars, semicolons and stars are plain text."""
    assert arguments_of("grep -c 'two words' $HOME; *") == ("grep", "-c", "two words", "$HOME;", "*")
    for text in ("", "  ", "sed 's/a/"):
        with pytest.raises(UsageError):
            arguments_of(text)


def test_a_command_gets_the_text_and_is_heard() -> None:
    """The text is its input, what it writes on both streams is the answer, with its exit code."""
    code = "import sys; t = sys.stdin.read(); print(t.upper()); print('oh', file=sys.stderr); sys.exit(3)"
    result = PipeCommand(python(code), "wind öl").run()
    assert "WIND ÖL" in result.text and "oh" in result.text
    assert (result.code, result.is_cut) == (3, False)


def test_what_a_command_says_is_harmless() -> None:
    """Escape sequences, C1 and bidi controls of the output are gone, its lines stay."""
    code = r"import sys; sys.stdout.buffer.write(b'a\x1b[2J\xc2\x9b\tb\n\xe2\x80\xaec\xff\n')"
    assert PipeCommand(python(code), "").run().text == "a       b\nc\ufffd\n"


def test_a_command_that_never_stops_is_ended() -> None:
    """After MOST_OUTPUT bytes it is ended, and the answer says that it is cut."""
    result = PipeCommand(python("while True: print('y' * 999)"), "x" * 100_000).run()
    assert result.is_cut
    assert MOST_OUTPUT // 2 < len(result.text) <= MOST_OUTPUT


def test_a_command_can_be_ended_from_outside() -> None:
    """Who waits for a silent command can end it, before or after it has begun."""
    command = PipeCommand(python("import time; time.sleep(600)"), "")
    started = time.monotonic()
    threading.Timer(0.3, command.end).start()
    assert command.run().code == -signal.SIGKILL
    assert command.run().code == -signal.SIGKILL  # it is ended already
    assert time.monotonic() - started < 60


def test_what_a_command_leaves_behind_is_ended_too() -> None:
    """A command that goes but leaves a child with our pipe keeps nobody waiting who ends it."""
    child = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])"
    command = PipeCommand(python(child), "")
    threading.Timer(1, command.end).start()
    started = time.monotonic()
    assert command.run().code in (0, -signal.SIGKILL)
    assert time.monotonic() - started < 60


def test_a_command_that_is_not_there_is_said() -> None:
    """A name of no program is one sentence."""
    with pytest.raises(ReaderError, match="no-such-program cannot be started"):
        PipeCommand(("no-such-program",), "").run()


def test_a_file_is_opened_with_the_person_s_editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """$VISUAL wins over $EDITOR; empty ones count as not set; else a well-known one that is there."""
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


def test_a_file_that_can_t_be_written_is_shown_with_the_pager(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a read-only collection the editor stays out."""
    name = str(tmp_path / "a.md")
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert program_for(name, {"EDITOR": "vi", "PAGER": "most -s"}) == ("most", "-s", name)
    monkeypatch.setattr("shutil.which", {"less": "/bin/less"}.get)
    assert program_for(name, {"EDITOR": "vi"}) == ("less", name)


def test_without_a_temporary_folder_a_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """It names the reason and the remedy."""

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

    monkeypatch.setattr("reader.opening.programs.TemporaryFile", fail)
    assert start(["true"], {}, 30) is None
    assert start(["false"], {}, 30) == "false: exited with 1"
