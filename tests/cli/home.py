"""A folder of articles with its own home, and `reader` run in it."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

from reader import cli

KINDS = ("CACHE", "DATA", "CONFIG", "STATE")
"""The reader's own folders, each with its own variable."""


class Outcome(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


class Home:
    """A folder of articles with its own home, and `reader` run in it."""

    def __init__(self, folder: Path) -> None:
        self.news = folder / "news"
        self.news.mkdir()
        self.env = {
            "PATH": os.environ.get("PATH", ""), "HOME": str(folder / "home"), "LANG": "C.UTF-8", "TZ": "UTC",
            "PYTHONPATH": str(Path(__file__).parent.parent.parent),
            **{f"READER_{kind}_DIR": str(folder / kind.lower()) for kind in KINDS},
        }  # fmt: skip
        self.write("a.md", title="Ärger in 報", topics="[AI, Chips]", url="https://a.example/1", day=1)
        self.write("b.md", title="Ferries stay", topics="[Transport]", url="https://b.example/2", day=2)
        self.write("c.md", title="Bad score", topics="[AI]", url="https://c.example/3", day=3, quality="high")

    def write(
        self, name: str | bytes, *, title: str, topics: str, url: str, day: int, quality: str = "50"
    ) -> None:
        """An article's file."""
        text = (
            f'---\ntitle: "{title}"\npublishedDateTime: 2026-11-{day:02}T09:30:00Z\noriginalUrl: {url}\n'
            f"provider:\n  name: Paper {day}\n  domain: paper.example\nquality: {quality}\ntopics: {topics}\n"
            'secured: "to/ken=="\n---\nThe body.\n'
        )
        with open(os.path.join(os.fsencode(self.news), os.fsencode(name)), "w", encoding="utf-8") as file:
            file.write(text)

    def start(self, *words: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        """`reader` with these words, its input empty and its output in pipes."""
        return subprocess.Popen(
            [sys.executable, "-m", "reader", *words], env={**self.env, **(env or {})}, cwd=self.news.parent,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def run_process(self, *words: str, env: Mapping[str, str] | None = None) -> Outcome:
        """Run `reader` with these words as a process of its own."""
        process = self.start(*words, env=env)
        out, err = process.communicate(timeout=60)
        return Outcome(process.returncode, out.decode("utf-8"), err.decode("utf-8"))

    def run(self, *words: str, env: Mapping[str, str] | None = None) -> Outcome:
        """Run `reader` with these words in this process, which saves the start of Python."""
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
        with (
            patch.dict(os.environ, {**self.env, **(env or {})}, clear=True),
            chdir(self.news.parent),
            patch.object(sys, "stdin", io.StringIO()),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            code = cli.main(words)
        return Outcome(code, *(stream.buffer.getvalue().decode("utf-8") for stream in (out, err)))
