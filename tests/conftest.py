"""What every test starts with: its own folders, one time zone, and reproducible examples."""

from __future__ import annotations

import compileall
import gc
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

import reader
from tests.postgres_server import database as database
from tests.postgres_server import killed_server as killed_server
from tests.postgres_server import mortal_server as mortal_server
from tests.postgres_server import other_role as other_role
from tests.postgres_server import postgres_server as postgres_server
from tests.postgres_server import used_database as used_database

if TYPE_CHECKING:
    from _pytest.mark.structures import ParameterSet

    from reader.library.folder.library import FolderLibrary

MEMORY = "/dev/shm"
"""The file system in memory of Linux, where a sync costs nothing. Killed programs lose no less on it."""
ROOM = 2 << 30
"""Free bytes that it needs: containers often have 64 MB."""

LONG = (pytest.mark.long, pytest.mark.timeout(1800))
"""Marks the long form of a test, or the rarer ones of its cases: `pytest -m long` runs them."""

QUICK = pytest.mark.timeout(20)
"""Marks a test whose hostile input takes milliseconds, or minutes where the time grows with its square."""

_NUMBERS = count(1)


def rarely(*cases: object) -> list[ParameterSet]:
    """The further cases of a parametrized test, of which the first ones prove as much: they are `long`."""
    return [pytest.param(case, marks=LONG) for case in cases]


# No deadline: how long an example takes says more about the machine than about the code.
settings.register_profile("local", deadline=None, max_examples=40)
settings.register_profile("ci", deadline=None, derandomize=True, database=None, print_blob=True)
settings.register_profile("thorough", deadline=None, max_examples=1_000)
settings.load_profile("ci" if os.environ.get("CI") else "local")


def pytest_configure(config: pytest.Config) -> None:
    """Run every process, and every program that tests start, in UTC; compile modules once."""
    os.environ["TZ"] = "UTC"
    time.tzset()
    if "TMPDIR" not in os.environ and _has_room(MEMORY):
        os.environ["TMPDIR"] = tempfile.tempdir = MEMORY
    if not hasattr(config, "workerinput") and sys.dont_write_bytecode:
        # Else each of the hundreds of readers that tests start would compile them again.
        compileall.compile_dir(str(Path(reader.__file__).parent), quiet=1)
    # Else every worker of every run would rewrite the assertions of all test modules again.
    sys.dont_write_bytecode = False
    # An app makes many objects at once: with the usual threshold the collector takes a quarter of all time.
    gc.set_threshold(100_000)


def _has_room(folder: str) -> bool:
    """Whether a folder can hold the files and programs of all tests."""
    try:
        found = os.statvfs(folder)
    except OSError:
        return False
    is_usable = os.access(folder, os.W_OK) and not found.f_flag & (os.ST_NOEXEC | os.ST_RDONLY)
    return is_usable and found.f_bavail * found.f_frsize >= ROOM


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Who waits for servers to start, on a machine that has other work, may take longer."""
    for item in items:
        if {"postgres_server", "mortal_server"} & {*getattr(item, "fixturenames", ())}:
            item.add_marker(pytest.mark.timeout(300))


def pytest_make_parametrize_id(val: object) -> str | None:
    """What a case is about instead of its number: the words of a list, a shortened text."""
    if type(val) in (list, tuple) and all(isinstance(one, str | int) for one in val):  # type: ignore[attr-defined]
        text = " ".join(map(str, val)) or "nothing"  # type: ignore[call-overload]
    elif isinstance(val, Mapping) and all(isinstance(one, str | int) for one in val.values()):
        text = " ".join(f"{key}={value}" for key, value in val.items()) or "nothing"
    elif isinstance(val, str | date | timedelta | BaseException):
        text = str(val)
    elif isinstance(val, bytes):
        text = val.decode("utf-8", "backslashreplace")
    else:
        return None
    shown = ascii(text)[1:-1]
    return shown if len(shown) <= 60 else f"{shown[:45]}... ({len(text)})"


def pytest_xdist_auto_num_workers() -> int:
    """`-n auto`: one process more than processors, as tests also wait; each takes seconds to begin."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(scope="session")
def _all_places(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("places")


@pytest.fixture(autouse=True)
def _own_places(_all_places: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test reads or writes the index, the marks or the configuration of the user who runs it, nor asks
    their proxy."""
    # Not `mktemp`, which lists the folders of all tests before.
    base = _all_places / str(next(_NUMBERS))
    base.mkdir()
    for kind in ("cache", "data", "config", "state"):
        monkeypatch.setenv(f"READER_{kind.upper()}_DIR", str(base / kind))
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("NETRC", os.devnull)
    return base


@pytest.fixture
def library(feed: Path) -> Iterator[FolderLibrary]:
    """The Library of the folder of articles that a test's own fixture `feed` has made, up to date."""
    from tests.index.files import opened

    found = opened(feed)
    yield found
    found.close()
