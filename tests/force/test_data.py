"""Data is never markup or a command: formulas, shells, options, separators."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path

import pytest

from reader import cli
from tests.force.conftest import Figure
from tests.force.test_terminal import ids


def test_formulas_stay_text(tmp_path: Path, capsys: pytest.CaptureFixture[str], figure: Figure) -> None:
    """A spreadsheet computes none of the cells; lines and columns stay what they were."""
    formulas = (
        "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "=cmd|'/c calc'!A0", '","=1', "a\nb", "a,b", "%s%n",
        "$(id)",
    )  # fmt: skip
    for number, text in enumerate(formulas):
        header = f"title: {json.dumps(text)}\nprovider: {json.dumps(text)}\ntopics: [{json.dumps(text)}]"
        (tmp_path / f"{number}.md").write_text(f"---\n{header}\n---\nText.\n", "utf-8")
    assert cli.main(["list", str(tmp_path), "--format", "csv"]) == 0
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out, newline="")))
    assert len(rows) == len(formulas) + 1 and len({len(row) for row in rows}) == 1
    risky = [
        cell for row in rows for cell in row if cell[:1] in ("=", "+", "@", "\t") or cell.startswith("-1+")
    ]
    assert risky == []
    assert cli.main(["list", str(tmp_path), "--format", "tsv"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(formulas) + 1 and len({line.count("\t") for line in lines}) == 1
    figure(2, f"{len(formulas)} formulas and separators through CSV and TSV, 0 computed")


def test_text_is_no_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, figure: Figure) -> None:
    """An address goes to the browser as one argument; nothing in it reaches a shell or is an option."""
    seen = tmp_path / "seen"
    browser = tmp_path / "browser"
    browser.write_text('#!/bin/sh\nfor word in "$@"; do printf "%s\\0" "$word" >> "$SEEN"; done\n')
    browser.chmod(0o755)
    monkeypatch.setenv("SEEN", str(seen))
    monkeypatch.setenv("BROWSER", str(browser))
    for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"):
        monkeypatch.delenv(name, raising=False)
    urls = (
        "https://a.example/$(touch PWNED)", "https://a.example/`id`;rm -rf x", "https://a.example/?a&b|c>d",
        "https://a.example/%s%n", "https://a.example/[@click=app.quit]", "https://a.example/'\"",
        "--help", "-a", "javascript:alert(1)", "file:///etc/passwd", "https://u:p@evil.example/",
        "https://a.example/\n--remote",
    )  # fmt: skip
    opened = 0
    for number, url in enumerate(urls):
        news = tmp_path / f"n{number}"
        news.mkdir()
        (news / "a.md").write_text(f"---\ntitle: x\noriginalUrl: {json.dumps(url)}\n---\n", "utf-8")
        (one,) = ids(Path(os.environ["READER_CACHE_DIR"]).parent, news).values()
        seen.unlink(missing_ok=True)
        monkeypatch.chdir(tmp_path)
        cli.main(["open", one, str(news)])
        words = seen.read_text().split("\0")[:-1] if seen.exists() else []
        assert len(words) <= 1 and all(word.startswith("https://") for word in words), words
        assert not any("u:p@" in word or "\n" in word or " " in word for word in words)
        opened += len(words)
    assert not (tmp_path / "PWNED").exists()
    figure(2, f"{len(urls)} hostile addresses: {opened} opened as one argument, the others refused, 0 run")
