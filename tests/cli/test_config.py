"""`reader doctor`, as a user sees it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reader.cli.config import how_changes_are_noticed
from reader.collection.watching import FolderWatch
from tests.cli.home import Home


def rows(out: str) -> dict[str, str]:
    """The lines of findings by their names; advice belongs to the finding above."""
    found: dict[str, str] = {}
    name = ""
    for line in out.splitlines():
        if line.startswith("  ") and not line.startswith("   "):
            name = line.split("  ")[1]
            found[name] = line
        elif "→" in line:
            found[name] += line
    return found


def test_doctor_prints_findings_with_reasons(home: Home) -> None:
    """Also the ways to open and copy, and the folders, even without a collection."""
    file = Path(home.env["READER_CONFIG_DIR"]) / "config.toml"
    code, out, err = home.run("doctor", "news", env={"SSH_CONNECTION": "1 2 3 4", "TERM": "xterm-kitty"})
    found = rows(out)
    assert (code, err) == (0, "")
    assert "yes  (SSH_CONNECTION is set)" in found["remote"]
    assert "kitty  (TERM is xterm-kitty)" in found["emulator"]
    assert "reader relay" in found["opens"]
    assert str(file) in found["configuration"] and str(home.news) in found["collection"]
    assert home.run("doctor", "nowhere")[0] == 0


def test_flags_override_the_configuration(home: Home) -> None:
    """The configuration overrides what is detected; mistakes in it are reported."""
    folder = Path(home.env["READER_CONFIG_DIR"])
    folder.mkdir()
    (folder / "config.toml").write_text(
        "theme = 'reader-lite'\nbrowser = ['true']\n"
        "[terminal]\nremote = true\nlinks = true\nmause = 1\ncolours = 7\n"
    )
    found = rows(home.run("doctor", "--local", "news")[1])
    assert "no  (--local was given)" in found["remote"]
    assert "yes  (set in the configuration)" in found["links"]
    assert "true https://page.example/" in found["opens"]
    _, out, _ = home.run("doctor", "news")
    assert "yes  (set in the configuration)" in rows(out)["remote"]
    assert 'did you mean "mouse"?' in out and 'did you mean "reader-light"?' in out
    assert "colours: expected 0 or 16 or 256 or 16777216" in out


def test_doctor_reports_a_relay_that_does_not_answer(home: Home) -> None:
    """It asks the relay, and never prints the token."""
    _, out, _ = home.run("doctor", "news", env={"READER_RELAY": "t" * 20 + "@127.0.0.1:1"})
    assert "no relay answers at 127.0.0.1:1" in rows(out)["opens"]
    assert "tttt" not in out


def test_doctor_says_how_changes_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """At once if the system reports them, else with the reason and the limits to raise."""
    monkeypatch.setattr(FolderWatch, "_begun", lambda self: iter([set()]))
    assert how_changes_are_noticed(["/news"]).value == "seen at once"

    def used_up(self: FolderWatch) -> Iterator[object]:
        raise OSError("Too many open files")

    monkeypatch.setattr(FolderWatch, "_begun", used_up)
    found = how_changes_are_noticed(["/news"])
    assert "polled" in found.value and found.reason == "Too many open files"
    assert "max_user_watches" in found.advice[0]


def test_doctor_names_folders_that_others_may_write_to(home: Home) -> None:
    """Each with the command that changes it, folders above too, except those like /tmp."""
    folders = {kind: Path(home.env[f"READER_{kind}_DIR"]) for kind in ("CONFIG", "DATA", "STATE", "CACHE")}
    for folder in folders.values():
        folder.mkdir(mode=0o700, exist_ok=True)
    folders["CONFIG"].joinpath("config.toml").touch(0o600)
    assert "may write to" not in home.run("doctor", "news")[1]
    folders["DATA"].chmod(0o777)
    folders["STATE"].chmod(0o770)
    folders["CONFIG"].joinpath("config.toml").chmod(0o666)
    out = home.run("doctor", "news")[1]
    assert f"everybody may write to {folders['DATA']}: chmod go-w {folders['DATA']}" in out
    assert f"its group may write to {folders['STATE']}: chmod go-w" in out
    assert f"everybody may write to {folders['CONFIG'] / 'config.toml'}: " in out
    assert out.count("may write to") == 3
    home.news.parent.chmod(0o777)
    assert f"everybody may write to {home.news.parent}: " in home.run("doctor", "news")[1]
