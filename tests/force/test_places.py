"""Where the reader may not write or has no home: reading goes on, and a sentence says why."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.home import KINDS, Home
from tests.force.conftest import Figure

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="takes Linux's privileges away")

_DROP_OVERRIDES = (1, 2)
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH: with them an administrator needs no permission."""
_PR_CAPBSET_DROP = 24


def without_privileges() -> None:
    """In the child before it starts: permissions count for it, whoever runs the tests."""
    import ctypes

    for capability in _DROP_OVERRIDES if os.geteuid() == 0 else ():
        ctypes.CDLL(None).prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)


def run(
    home: Home, *words: str, before: Callable[[], None] = without_privileges, **env: str
) -> tuple[int, str, str]:
    """Exit code, output and errors."""
    done = subprocess.run(
        [sys.executable, "-m", "reader", *words], env={**home.env, **env}, cwd=home.news.parent, timeout=60,
        stdin=subprocess.DEVNULL, capture_output=True, text=True, preexec_fn=before,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def assert_sentences(errors: str) -> None:
    """Each line is a sentence of the reader's own."""
    assert errors and all(line.startswith("reader: ") for line in errors.splitlines()), errors
    assert "Traceback" not in errors and "fault of the reader" not in errors


def test_folders_that_may_not_be_written(tmp_path: Path, figure: Figure) -> None:
    """Cache, data, configuration, state: articles are listed from memory, marks are refused."""
    home = Home(tmp_path)
    for kind in KINDS:
        (tmp_path / kind.lower()).mkdir(mode=0o500)
    try:
        code, out, errors = run(home, "count", "news")
        assert (code, out) == (0, "3\n")
        assert_sentences(errors)
        code, _, errors = run(home, "mark", "read", "news")
        assert code == 3
        assert_sentences(errors)
    finally:
        for kind in KINDS:
            (tmp_path / kind.lower()).chmod(0o700)
    figure(5, "four folders that may not be written: read from memory, marks refused with exit 3")


def test_marks_that_may_not_be_written(tmp_path: Path, figure: Figure) -> None:
    """What is marked is shown, a mark more is refused, and the file is as it was."""
    home = Home(tmp_path)
    assert run(home, "mark", "read", "-t", "AI", "news")[0] == 0
    data = tmp_path / "data"
    raw = (data / "marks.db").read_bytes()
    (data / "marks.db").chmod(0o400)
    data.chmod(0o500)
    try:
        code, out, _ = run(home, "count", "--unread", "news")
        assert (code, out) == (0, "1\n")
        code, _, errors = run(home, "mark", "star", "news")
        assert code == 3
        assert_sentences(errors)
    finally:
        data.chmod(0o700)
    assert (data / "marks.db").read_bytes() == raw
    figure(5, "marks that may only be read: shown, a further one refused")


def test_articles_that_may_not_be_read(tmp_path: Path, figure: Figure) -> None:
    """They are problems with their path, the others are listed, and they come when they may be read."""
    home = Home(tmp_path)
    (home.news / "closed").mkdir()
    (home.news / "a.md").chmod(0)
    (home.news / "closed").chmod(0)
    try:
        assert run(home, "count", "news")[:2] == (0, "2\n")
        code, out, _ = run(home, "check", "news")
        assert code == 1 and "a.md" in out and "closed" in out
    finally:
        (home.news / "a.md").chmod(0o600)
        (home.news / "closed").chmod(0o700)
    assert run(home, "count", "news")[:2] == (0, "3\n")
    figure(5, "a file and a folder without permission: reported, the rest listed")


def test_without_a_home(tmp_path: Path, figure: Figure) -> None:
    """No HOME, no folders: reading works."""
    home = Home(tmp_path)
    for name in [*(f"READER_{kind}_DIR" for kind in KINDS), "HOME"]:
        del home.env[name]
    for value in ("/nonexistent", "/dev/null", "relative"):
        code, out, errors = run(home, "count", "news", HOME=value)
        assert (code, out) == (0, "3\n"), errors
        assert "Traceback" not in errors
    figure(5, "three homes that are none: articles counted")


def test_no_more_processes_or_descriptors(tmp_path: Path, figure: Figure) -> None:
    """Where a first load may start no workers, or open few files, it is done anyway."""
    import resource

    home = Home(tmp_path)
    for number in range(3100):
        (home.news / f"w{number}.md").write_text(f"---\ntitle: Story {number}\n---\nText.\n", "utf-8")

    def few_files() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))

    code, out, errors = run(home, "count", "news", before=few_files)
    assert (code, out) == (0, "3103\n") or code == 3, errors
    assert "Traceback" not in errors
    figure(5, f"16 descriptors for a load with workers: exit {code}, a sentence or the answer")
