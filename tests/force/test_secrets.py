"""What nobody should see: `secured` in no output and no file, no article text in logs, all files private."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import stat
import sys
import tomllib
from pathlib import Path

import pytest

from reader import cli
from tests.app.real_screen import RealScreen
from tests.force.conftest import Figure

SECRET = "s3cr3t-t0ken-qk3Zz"
"""A token with its own form, so that any piece of it would be found."""
PIECES = (SECRET, "s3cr3t", "t0ken", "qk3zz", "S3CR3T")
BODY = "unmistakablebody"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def news(tmp_path: Path) -> Path:
    """Articles with a token each: as text, list, map, in odd spellings, in broken headers, in TOML."""
    folder = tmp_path / "news"
    folder.mkdir()
    headers = (
        f'secured: "{SECRET}"', f"secured: {SECRET}", f"secured: [{SECRET}]", f"secured: {{a: {SECRET}}}",
        f"secured: |\n  {SECRET}", f"secured: >-\n  {SECRET}\n  {SECRET}", f"secured: !!binary {SECRET}",
        f"secured: &a {SECRET}", f"secured: '{SECRET}", f'quality: [\nsecured: "{SECRET}"',
        f'"secured": {SECRET}',
    )  # fmt: skip
    for number, header in enumerate(headers):
        text = f"---\ntitle: Story {number}\npublishedDateTime: 2024-01-02\n{header}\n---\n{BODY} {number}\n"
        (folder / f"{number}.md").write_text(text, "utf-8")
    (folder / "toml.md").write_text(f'+++\ntitle = "Story"\nsecured = "{SECRET}"\n+++\n{BODY}\n', "utf-8")
    return folder


def holds(raw: bytes) -> list[str]:
    """Which pieces of the token are in some bytes."""
    return [piece for piece in PIECES if piece.encode() in raw or piece.encode("utf-16-le") in raw]


def files_below(*places: Path) -> list[Path]:
    """Every file and folder."""
    return [path for place in places for path in [place, *place.rglob("*")]]


def test_the_token_is_nowhere(
    news: Path, tmp_path: Path, _own_places: Path, capfdbinary: pytest.CaptureFixture[bytes], figure: Figure
) -> None:
    """No command and no file of ours has it, whatever the header looks like; with the flag it is given."""
    searched = 0
    forms = ("table", "json", "jsonl", "csv", "tsv", "urls", "markdown", "ids")
    words = [["list", "--format", form] for form in forms] + [["facets", "topic"], ["count"], ["check"]]
    words += [["check", "--format", "json"], ["index", "--rebuild"], ["count", "-q", SECRET], ["doctor"]]
    words += [["mark", "star"], ["list", "-q", f'"{SECRET}"']]
    for one in words:
        cli.main([*one, str(news)])
        searched += 1
        output = capfdbinary.readouterr()
        if SECRET not in one and f'"{SECRET}"' not in one:
            assert holds(output.out + output.err) == [], one
        elif one[0] == "count":
            assert output.out == b"0\n"
    cli.main(["list", str(news), "--format", "json"])
    ids = [one["id"] for one in json.loads(capfdbinary.readouterr().out)]
    for form in ("text", "markdown", "json"):
        cli.main(["show", *ids, str(news), "--format", form])
        searched += 1
        assert holds(capfdbinary.readouterr().out) == [], form
    cli.main(["export-marks", str(tmp_path / "marks.json")])
    written = [path for path in files_below(_own_places) if path.is_file()]
    for path in [*written, tmp_path / "marks.json"]:
        assert holds(path.read_bytes()) == [], path
    cli.main(["list", str(news), "--format", "json", "--include-secured"])
    given = capfdbinary.readouterr().out
    assert given.count(SECRET.encode()) >= 8
    figure(
        9,
        f"token in {len(ids)} headers: searched in {searched} outputs and {len(written) + 1} files, 0 found",
    )


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo terminal")
def test_files_of_a_session_are_private_and_say_nothing(news: Path, tmp_path: Path, figure: Figure) -> None:
    """After a session on the screen each file is 0600, each folder 0700, whatever the umask; no file outside
    the index, and nothing on the screen, has the token, and nothing but the index has an article's text."""
    home = tmp_path / "home"
    program = "import os, sys; os.umask(0); from reader.cli import main; sys.exit(main(sys.argv[1:]))"
    with RealScreen(news, home, command=[sys.executable, "-c", program, str(news)]) as screen:
        screen.wait_for("Story")
        for keys in ("j", "s", "r", "\r", "jj", "\x1b", "R"):
            screen.press(keys, 0.2)
        screen.send(signal.SIGTERM)
        screen.wait_for_end()
        assert holds(bytes(screen.written)) == []
    found = [path for path in files_below(home) if path != home]
    for path in found:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), f"{path}: {mode:o}"
        if path.is_file():
            assert holds(path.read_bytes()) == [], path
            assert "cache" in path.parts or BODY.encode() not in path.read_bytes(), path
    figure(
        9,
        f"{len(found)} files and folders of a session: private, no token, no text of articles",
    )


def test_nothing_uses_the_network(
    news: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], figure: Figure
) -> None:
    """No command opens a connection or asks for a name, unless someone asks for a page."""
    calls: list[object] = []

    def refuse(*arguments: object, **named: object) -> None:
        calls.append(arguments)
        raise OSError("no network here")

    for name in ("connect", "connect_ex", "sendto", "bind"):
        monkeypatch.setattr(socket.socket, name, refuse, raising=False)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    commands = (
        ["list"], ["list", "--format", "json"], ["facets", "provider"], ["check"], ["count"], ["index"],
        ["mark", "read"], ["doctor"],
    )  # fmt: skip
    for one in commands:
        assert cli.main([*one, str(news)]) in (0, 1)
    capsys.readouterr()
    assert calls == []
    figure(9, f"{len(commands)} commands, 0 uses of the network")


def test_the_release_is_pinned_with_hashes() -> None:
    """Every package that a release installs has its version, that of constraints.txt, and its hashes."""
    text = (ROOT / "constraints-hashed.txt").read_text("utf-8")
    pinned = dict(re.findall(r"^([A-Za-z0-9_.-]+)==([0-9][^\s\\]*) \\$", text, re.MULTILINE))
    assert text.count("--hash=sha256:") >= len(pinned) > 10 and "://" not in text
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    known = dict(line.split("==") for line in lines if not line.startswith("#"))
    normal = {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in known.items()}
    for name, version in pinned.items():
        assert normal[re.sub(r"[-_.]+", "-", name).lower()] == version, name
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = {re.split(r"[<>=\[; ]", name)[0].lower() for name in project["dependencies"]}
    assert wanted <= {re.sub(r"[-_.]+", "-", name).lower() for name in pinned}
    for entry in re.split(r"\n(?=[A-Za-z0-9])", text):
        assert "==" not in entry or re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry
    assert os.path.getsize(ROOT / "constraints-hashed.txt") < 200_000
