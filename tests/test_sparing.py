"""Imports that leave out what they could use and we don't."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from reader.sparing import without
from tests.app.real_screen import RealScreen
from tests.index.files import text_of, write


def test_a_module_is_missing_inside_and_there_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the import inside fails; what else is imported is no affair of it."""
    for name in ("this", "colorsys"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    with pytest.raises(ModuleNotFoundError, match="this"), without("this"):
        importlib.import_module("colorsys")
        importlib.import_module("this")
    assert "this" not in sys.modules
    assert "colorsys" in sys.modules


def test_a_loaded_module_stays() -> None:
    """Taking it away would part those who have it from those who ask for it later."""
    with without("pathlib"):
        assert importlib.import_module("pathlib") is sys.modules["pathlib"]
    assert sys.modules["pathlib"].Path is Path


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what a process has loaded")
def test_the_screen_is_there_without_openssl(tmp_path: Path) -> None:
    """A twentieth of the memory, for connections that nobody makes."""
    write(
        tmp_path / "news" / "one.md", text_of("Only one", "2024-05-01", body="See [this](https://a.example).")
    )
    with RealScreen(tmp_path / "news", tmp_path / "home") as screen:
        screen.wait_for("VIEWS")
        screen.wait_for("See")
        loaded = Path(f"/proc/{screen.pid}/maps").read_text()
    assert "pyroaring" in loaded
    assert "libcrypto" not in loaded
    assert "libssl" not in loaded
