"""Random lives and random input: the Library against a slow model, and every parser against any text."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from reader import config
from reader.article.record import Place
from reader.article.text import clean
from reader.article.urls import UnsafeUrl, checked_url
from reader.config import paths
from reader.errors import QueryError
from reader.index import update
from reader.library.sources import open_library
from reader.marks.database import FILE
from reader.parsing.canonical import canonical_article
from reader.parsing.content import Unreadable, article_in
from reader.parsing.dialects import article_of
from reader.parsing.frontmatter import read
from reader.query import parse
from tests.force.conftest import Figure
from tests.index.files import NOW, refresh, titles
from tests.index.test_walk import Walk
from tests.model import Model


class Life(RuleBasedStateMachine):
    """A collection that things happen to, next to a model that reads every file again each time."""

    base: Path
    """A folder for each life."""
    lives = steps = kills = 0

    def __init__(self) -> None:
        super().__init__()
        Life.lives += 1
        folder = self.base / f"life{Life.lives}"
        folder.mkdir(parents=True)
        for kind in ("CACHE", "DATA"):
            os.environ[f"READER_{kind}_DIR"] = str(self.base / f"{kind}{Life.lives}")
        self.walk = Walk(folder, Life.lives)

    @rule(kind=st.sampled_from(("add", "add", "edit", "remove", "move")))
    def change_files(self, kind: str) -> None:
        """Files come, change, go and move."""
        getattr(self.walk, kind)()

    @rule(kind=st.sampled_from(("mark", "mark", "undo", "redo")))
    def change_marks(self, kind: str) -> None:
        """Articles are marked, and marks taken back."""
        if self.is_fresh:
            getattr(self.walk, kind)()

    @rule()
    def restart(self) -> None:
        """The program ends and starts again."""
        self.walk.reopen()

    @rule()
    def compact(self) -> None:
        """The index is made again while the old one answers."""
        self.walk.rebuild()

    @precondition(lambda self: hasattr(os, "fork"))
    @rule(after=st.integers(0, 12), rebuild=st.booleans())
    def die_while_refreshing(self, after: int, rebuild: bool) -> None:
        """A reader is killed at some write of its refresh; this one goes on."""
        Life.kills += 1
        child = os.fork()
        if not child:
            _die_at_write(self.walk.folder, after, rebuild)
        os.waitpid(child, 0)

    @rule()
    def look(self) -> None:
        """After a refresh everything is as the files say."""
        self.walk.look()

    @property
    def is_fresh(self) -> bool:
        """Whether every file is still as the index has it: marks are meant for what is shown."""
        refresh(self.walk.library)
        return True

    @invariant()
    def answers_are_whole(self) -> None:
        """At any time every question has an answer, and nothing is reported to be damaged."""
        Life.steps += 1
        assert len(titles(self.walk.library)) == self.walk.library.total
        assert self.walk.library.notices == []

    def teardown(self) -> None:
        """At the end of a life a new reader finds what the model has, and whole marks."""
        self.walk.look()
        self.walk.library.close()
        library = open_library([self.walk.folder])
        model = Model([self.walk.folder], self.walk.marks)
        for text in ("is:read", "is:starred", ""):
            shown = [one.id for one in library.select(parse(text), NOW).window(0, 1000)]
            assert sorted(shown) == sorted(model.select(parse(text), NOW))
        library.close()
        with closing(sqlite3.connect(paths.user_data_dir() / FILE)) as connection:
            assert connection.execute("pragma integrity_check").fetchall() == [("ok",)]


def _die_at_write(folder: Path, after: int, rebuild: bool) -> None:
    """Refresh in a process that is killed at one of its statements that write."""
    try:
        left = after
        library = open_library([folder])
        for _ in library.refresh(rebuild=rebuild):
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
    finally:
        os._exit(0)


def test_lives_of_a_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_long: bool, figure: Figure
) -> None:
    """Whatever happens in whatever order, kills too, it answers as the model does."""
    for kind in ("CACHE", "DATA"):
        monkeypatch.setenv(f"READER_{kind}_DIR", str(tmp_path / kind))
    monkeypatch.setattr(update, "FIRST_CHUNK", 4)
    monkeypatch.setattr(update, "LATE_LEAST", 3)
    Life.base, Life.lives, Life.steps, Life.kills = tmp_path, 0, 0, 0
    form = settings(
        max_examples=60 if is_long else 6, stateful_step_count=40 if is_long else 14, deadline=None,
        derandomize=not is_long, database=None, suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(Life, settings=form)
    figure(
        8,
        f"{Life.lives} lives of a library, {Life.steps} steps, {Life.kills} kills, 0 differences",
    )


_PIECES = (
    "---\n", "---", "+++\n", "\n", "title", "topics", "related", "secured", "publishedDateTime", ": ",
    " = ", "- ", "[", "]", "{", "}", '"', "'", "&a ", "*a", "<<: ", "!!python/name:os ", "|", ">", "? ",
    "#", "\\x1b", "\x1b[31m", "\u202e", "\0", "\t", "2024-01-02", "99999999999", "%YAML 1.1\n",
    "\ufeff", "\r\n", "\ud800", "\U000e0041", "e\u0301",
)  # fmt: skip
texts = st.one_of(st.text(), st.lists(st.one_of(st.sampled_from(_PIECES), st.text(max_size=4))).map("".join))
"""Any text, and text that looks like what the parsers are made for."""


def _header(text: str) -> object:
    raw, place = text.encode("utf-8", "surrogatepass"), Place("/n/a.md", "a.md", "n")
    try:
        article = article_in(raw, place)
    except Unreadable:
        return None
    for field in (article.title, article.excerpt, article.body, article.provider.name, *article.topics):
        assert clean(field) == field
    fast = canonical_article(text, place)
    return fast is None or fast == article_of(read(text), place)


def _query(text: str) -> object:
    try:
        query = parse(text)
    except QueryError as error:
        assert 0 <= error.position <= len(text) and error.reason
        return None
    return parse(str(query)) == query


def _url(text: str) -> object:
    try:
        checked = checked_url(text)
    except UnsafeUrl:
        return None
    assert checked.startswith(("http://", "https://")) and not set(checked) & set(" \t\r\n\x1b\x7f\u202e")
    return checked


def _configuration(text: str) -> object:
    file = paths.config_file()
    paths.ensure(file.parent)
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    _, warnings = config.load()
    assert all(clean(warning) == warning and "\n" not in warning for warning in warnings)
    return len(warnings)


def _cleaner(text: str) -> object:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned and not set(cleaned) & set("\x00\x07\x1b\x7f\x9b\u202e\u2066\U000e0041")
    return cleaned


PARSERS: dict[str, Callable[[str], object]] = {
    "header and dialects": _header, "query": _query, "addresses": _url, "configuration": _configuration,
    "cleaner": _cleaner,
}  # fmt: skip


@pytest.mark.parametrize("parser", PARSERS)
def test_any_text_is_parsed_or_refused(parser: str, times: Callable[[int, int], int], figure: Figure) -> None:
    """No text raises anything but what the parser says that it raises, and what comes out is clean."""
    tried = 0

    @settings(
        max_examples=times(150, 3_000), deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(texts)
    def look(text: str) -> None:
        nonlocal tried
        tried += 1
        PARSERS[parser](text)

    look()
    figure(8, f"{parser}: {tried:,} texts, 0 faults")
