"""Saved views on the command line."""

from __future__ import annotations

import json

import pytest

from reader.cli.completion import views
from reader.cli.options import view_query
from reader.config.paths import config_file
from reader.config.views import BUILT_IN
from reader.errors import UsageError
from reader.query import parse
from tests.cli.conftest import Run


def _views(text: str) -> None:
    config_file().parent.mkdir(parents=True, exist_ok=True)
    config_file().write_text(f"[views]\n{text}\n")


def test_a_view_selects_what_its_query_does(reader: Run) -> None:
    """In its order, combined with other filters, in any case of its name."""
    _views('Chips = "topic:Chips sort:title"')
    assert view_query("chips") == parse("topic:Chips sort:title")
    assert reader("count", "--view", "Chips", ".").out == "1\n"
    assert reader("count", "--view=Chips", "-q", "ferries", ".").out == "0\n"
    assert reader("list", "--view", "Unread", "--format", "ids", ".").out.count("\n") == 3


def test_unknown_and_invalid_views_are_usage_errors(reader: Run) -> None:
    """The nearest name is suggested; an invalid query is an error with its position."""
    _views('Chips = "topic:Chips"\nBad = "quality:>>5"')
    assert reader("list", "--view", "Chpis", ".") == (
        2, "", 'reader: unknown view "Chpis"; did you mean "Chips"?\n'
    )  # fmt: skip
    outcome = reader("list", "--view", "Bad", ".")
    assert outcome.code == 2 and 'view "Bad": at "quality:>>5": expected a number' in outcome.err


def test_an_unknown_view_reports_a_broken_configuration() -> None:
    """It may be why the view is missing."""
    _views("Chips = 1")
    with pytest.raises(UsageError, match=r"unknown view.*views: expected a table \[views\]"):
        view_query("Chips")


def test_views_are_listed_with_their_counts(reader: Run) -> None:
    """In the order of the sidebar; a bad one is skipped with a warning."""
    _views('"Chips 報" = "topic:Chips"\nHot = false\nBad = "("')
    outcome = reader("views", ".")
    lines = outcome.out.splitlines()
    assert lines[0].split() == ["articles", "unread", "view", "query"]
    assert lines[-1].split() == ["1", "1", "Chips", "報", "topic:Chips"]
    assert 'view "Bad" is skipped' in outcome.err
    listed = json.loads(reader("views", "--format", "json", ".").out)
    assert [view["name"] for view in listed] == [*[name for name in BUILT_IN if name != "Hot"], "Chips 報"]
    assert listed[0] == {"name": "All", "query": "", "count": 3, "unread": 3}


def test_views_are_completed() -> None:
    """All of them, by name."""
    _views('Chips = "topic:Chips"')
    assert list(views()) == [*BUILT_IN, "Chips"]
