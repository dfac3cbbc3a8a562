"""Reports of the reader's own faults: they help whoever mends it, and tell nothing of what someone reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from reader.config import crash_report, paths


def raised(error: Exception) -> Exception:
    """An error with a way that it came."""
    secret = "the text of an article"
    try:
        try:
            raise ValueError(f"bad {secret}")
        except ValueError as cause:
            raise error from cause
    except Exception as found:
        return found


def test_a_report_says_where_and_what_kind(tmp_path: Path) -> None:
    """Modules, lines, functions and kinds are there, versions too; no message that may quote an article."""
    found = raised(KeyError("a title\x1b[31m"))
    text = "\n".join(crash_report.lines(found))
    assert "tests/config/test_crash_report.py:" in text and " in raised" in text
    assert "builtins.KeyError" in text and "builtins.ValueError" in text and text.startswith("reader ")
    assert "article\n" not in text.replace("may quote an article", "") and "title" not in text
    assert "secret" not in text and "\x1b" not in text


def test_what_speaks_of_code_is_told() -> None:
    """The message of a TypeError or an AttributeError says what to mend."""
    text = "\n".join(crash_report.lines(raised(AttributeError("'Pane' object has no attribute 'x'"))))
    assert "no attribute 'x'" in text


def test_the_report_is_private_and_named_in_one_sentence() -> None:
    """Only its owner can read it; the five newest are kept."""
    (paths.state_dir() / "crashes").mkdir(parents=True)
    for number in range(7):
        (paths.state_dir() / "crashes" / f"2020010{number}T000000Z-1.txt").touch()
    sentence = crash_report.report(raised(KeyError("a\nb")), lost="ended the screen")
    assert sentence.count("\n") == 0 and "(KeyError) ended the screen" in sentence
    (newest,) = (paths.state_dir() / "crashes").glob("202[1-9]*")
    assert str(newest) in sentence and newest.stat().st_mode & 0o777 == 0o600
    assert len(list(newest.parent.iterdir())) == crash_report.KEPT


def test_without_a_place_for_it_there_is_still_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that takes no report is no second fault."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("READER_STATE_DIR", str(tmp_path / "file" / "below"))
    assert "no report could be written" in crash_report.report(KeyError(), lost="ended it")


def test_endless_recursion_is_a_short_report() -> None:
    """Its beginning and its end say enough."""

    def fall() -> None:
        fall()

    try:
        fall()
    except RecursionError as error:
        assert 20 < len(list(crash_report.lines(error))) < 80
