"""How a text gets to the clipboard of the terminal that a user sits at."""

from __future__ import annotations

import sys
from base64 import b64decode
from pathlib import Path

import pytest

from reader.opening.clipboard import LIMIT, CopyPlan, TooLong, carry_out, osc52, plan
from reader.terminal import Facts, decide

PLAIN = decide(Facts({}, is_tty=True))
TMUX = decide(Facts({"TMUX": "x"}, is_tty=True))
SCREEN = decide(Facts({"STY": "x"}, is_tty=True))
PIPE = decide(Facts({}, is_tty=False))


def test_osc52_contains_the_text_in_base64() -> None:
    """Nothing in the text can act on the terminal."""
    sequence = osc52("Fähre\x1b]0;x\x07")
    assert sequence.startswith("\x1b]52;c;") and sequence.endswith("\x07")
    assert b64decode(sequence[7:-1]).decode() == "Fähre\x1b]0;x\x07"


def test_the_limit_is_in_bytes() -> None:
    """The longest text that terminals accept passes; one byte more is an error, and nothing is cut."""
    assert len(osc52("a" * LIMIT)) <= 100_000
    with pytest.raises(TooLong, match="74,994"):
        osc52("ä" * (LIMIT // 2 + 1))


def test_a_plain_terminal_gets_the_sequence() -> None:
    """Without a multiplexer nothing else is sent."""
    assert plan("a", PLAIN, ()) == CopyPlan("a", osc52("a"))


def test_tmux_gets_sequence_and_command() -> None:
    """tmux drops the sequence by default, so its own command is used as well."""
    assert plan("a", TMUX, ()) == CopyPlan("a", osc52("a"), ("tmux", "load-buffer", "-w", "-"))


def test_a_desktop_uses_its_own_program_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many terminals refuse OSC 52."""
    monkeypatch.setattr("shutil.which", {"xclip": "x", "xsel": "x", "mine": "x"}.get)
    desktop = decide(Facts({"DISPLAY": ":0", "VTE_VERSION": "7200"}, is_tty=True))
    decided = plan("a", desktop, ())
    assert decided.keepers == (("xclip", "-selection", "clipboard"), ("xsel", "-b", "-i"))
    assert decided.sequence == ""  # VTE takes none
    assert plan("a", desktop, ("mine", "-x")).keepers == (("mine", "-x"),)
    remote = decide(Facts({"DISPLAY": "localhost:10.0", "SSH_TTY": "x"}, is_tty=True))
    assert plan("a", remote, ()).keepers == ()


def test_a_desktop_program_confirms_the_copy(tmp_path: Path) -> None:
    """One that exits with 0 has copied the text, and the first such one is enough."""
    first, second = tmp_path / "first", tmp_path / "second"
    takes = CopyPlan("a", keepers=(("false",), ("tee", str(first)), ("tee", str(second))))
    assert carry_out(takes, print) == (True, "Copied")
    assert first.read_text() == "a" and not second.exists()


def test_screen_gets_wrapped_pieces() -> None:
    """GNU screen passes on short wrapped strings, which add up to the sequence."""
    pieces = plan("a" * 1000, SCREEN, ()).sequence.split("\x1b\\")[:-1]
    assert len(pieces) > 1
    assert all(piece.startswith("\x1bP") and len(piece) < 256 for piece in pieces)
    assert "".join(piece[2:] for piece in pieces) == osc52("a" * 1000)


def test_a_terminal_is_reported_as_sent_not_copied() -> None:
    """Terminals never confirm it."""
    written: list[str] = []
    done = carry_out(plan("a", PLAIN, ()), written.append)
    assert done.ok
    assert written == [osc52("a")]
    assert "Sent to the terminal" in done.sentence and "copied" not in done.sentence.lower()


def test_nothing_is_written_into_a_pipe() -> None:
    """The result says that the text cannot be copied."""
    written: list[str] = []
    assert not carry_out(plan("a", PIPE, ()), written.append).ok
    assert not written


def test_the_command_gets_the_text_on_stdin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the program is missing or fails, the text was not sent."""
    tmux = tmp_path / "tmux"
    got = tmp_path / "got"
    note = "' '.join(sys.argv[1:]) + '|' + sys.stdin.buffer.read().decode()"
    body = f"import sys\nopen({str(got)!r}, 'w', encoding='utf-8').write({note})\n"
    tmux.write_text(f"#!{sys.executable} -I\n{body}")
    tmux.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert carry_out(plan("Fähre $(id)", TMUX, ())._replace(sequence=""), print).ok
    assert got.read_text("utf-8") == "load-buffer -w -|Fähre $(id)"
    tmux.unlink()
    assert not carry_out(plan("a", TMUX, ())._replace(sequence=""), print).ok
