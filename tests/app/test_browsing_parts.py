"""The parts of the browsing screen, without a screen."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from reader.app.browsing.filters import Filters
from reader.app.browsing.host import Host
from reader.app.browsing.marks import MarkCommands, tags_in
from reader.app.browsing.opening import Opening, PipeAndEdit
from reader.app.screens.dialogs import Ask, Choice, Confirm, MarkMany
from reader.app.screens.pipe import AskPipe, CommandOutput, Piping
from reader.app.widgets.article_list import ArticleList
from reader.library.muting import Muting
from reader.query import Query, parse
from tests.app.build import articles
from tests.app.fake_host import FakeHost


class Desk:
    """Marks over a library."""

    def __init__(self) -> None:
        self.host = FakeHost(articles(6))
        host: Host = self.host
        self.library, self.list = self.host.library, self.host.articles
        self.results = self.library.select(Query())
        self.list.set_reactive(ArticleList.results, self.results)
        self.marks = MarkCommands(host)

    def target(self, count: int) -> None:
        """The first articles are what commands are for."""
        self.host.targets = tuple(self.results.window(0, count))

    @property
    def read(self) -> list[int]:
        """The rows that are read."""
        return [row for row, one in enumerate(self.library.select(Query()).window(0, 6)) if one.is_read]


@pytest.fixture
def desk() -> Desk:
    """A desk with six unread articles."""
    return Desk()


def test_marking_one_article_shows_no_notice(desk: Desk) -> None:
    """The list, the article and the counts show the mark."""
    desk.target(1)
    desk.marks.action_toggle_read()
    assert (desk.read, desk.host.done, desk.host.notices) == ([0], ["marks"], [])


def test_marking_several_articles_names_the_undo_key(desk: Desk) -> None:
    """They become unread only if all are read."""
    desk.target(1)
    desk.marks.action_toggle_read()
    desk.target(3)
    desk.marks.action_toggle_read()
    assert desk.read == [0, 1, 2]
    desk.marks.action_undo()
    desk.marks.action_redo()
    desk.marks.action_toggle_read()
    assert desk.read == []
    assert desk.host.notices[0] == "2 marked read; u undoes it"
    assert [notice.partition(":")[0] for notice in desk.host.notices[1:3]] == ["Undone", "Redone"]


def test_without_an_article_nothing_is_marked(desk: Desk) -> None:
    """A notice says why."""
    desk.list.set_reactive(ArticleList.results, None)
    desk.marks.action_toggle_star()
    desk.marks.action_read_all()
    desk.marks.action_mark_many()
    assert desk.host.notices == ["No article selected.", "No articles to mark", "No articles to mark"]
    assert not desk.host.done and not desk.host.dialogs


def test_marking_all_asks_first(desk: Desk) -> None:
    """Answering no changes nothing; yes marks all listed articles."""
    desk.marks.action_read_all()
    page, then = desk.host.dialogs.pop()
    assert isinstance(page, Confirm) and then is not None
    then(False)
    assert desk.read == []
    then(True)
    assert desk.read == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("scope", "rows"), [("k", [0, 1]), ("j", [3, 4, 5]), ("v", [5]), ("a", [0, 1, 2, 3, 4, 5])]
)
def test_many_are_marked_by_scope(desk: Desk, scope: str, rows: Sequence[int]) -> None:
    """Above the cursor, below it, the selected articles, or all."""
    desk.list.cursor = 2
    desk.list.selection.toggle(desk.results.window(5, 6)[0])
    desk.marks.action_mark_many()
    page, then = desk.host.dialogs.pop()
    assert isinstance(page, MarkMany) and then is not None
    then(Choice(scope, "r"))
    assert desk.read == rows


def test_tags_are_added_and_removed(desk: Desk) -> None:
    """For one article its tags are edited; for several, a minus removes a tag."""
    desk.target(1)
    desk.marks.action_edit_tags()
    page, then = desk.host.dialogs.pop()
    assert isinstance(page, Ask) and then is not None
    then("later, #work, later")
    assert desk.library.find(desk.host.targets[0].id).tags == ("later", "work")
    desk.target(2)
    desk.marks.action_edit_tags()
    _, then = desk.host.dialogs.pop()
    assert then is not None
    then("-later, new")
    tags = [set(one.tags) for one in desk.library.select(Query()).window(0, 2)]
    assert tags == [{"work", "new"}, {"new"}]


def test_tags_in_a_line() -> None:
    """Separated by commas, without "#", each once."""
    assert tags_in(" #a, b ,, a, -c ") == ("a", "b", "-c")


def filters(text: str = "") -> tuple[Filters, FakeHost]:
    """Filters, and the host that records what they show and ask."""
    host = FakeHost(query=text)
    return Filters(host), host


def test_only_a_different_query_is_run() -> None:
    """Its text is shown in any case: the search bar may contain something else."""
    made, host = filters("wind")
    made.put(parse("wind"))
    made.press("topic", "AI")
    made.press("topic", "AI", exclude=True)
    made.typed(parse("sun"))
    assert host.done == ["show wind", "show wind topic:AI", "ask", "show wind -topic:AI", "ask", "ask"]


def test_sort_orders() -> None:
    """Relevance is offered only for queries with words; reversing twice restores the order."""
    made, _ = filters()
    assert "relevance" not in made.sort_orders and len(made.sort_orders) > 3
    made.put(parse("wind"))
    assert "relevance" in made.sort_orders
    made.action_reverse_sort()
    assert made.query == parse("wind sort:-date")
    made.action_reverse_sort()
    assert made.query == parse("wind")


def test_muted_articles_are_shown_on_request() -> None:
    """Without muting rules a notice says so."""
    made, host = filters()
    made.action_show_muted()
    assert host.notices == ["Nothing is muted: the configuration has no rules under [mute]"]
    made.rules = Muting(everywhere=parse("-topic:Sports"))
    assert made.asked == parse("-topic:Sports") and made.query.is_everything
    made.action_show_muted()
    assert made.asked.is_everything and host.done == ["ask"]


def test_the_pipe_dialog_proposes_the_last_command() -> None:
    """The output page gets the articles as text."""
    host = FakeHost(articles(2))
    parts = PipeAndEdit(host, Opening(host))
    parts.action_pipe()
    assert host.notices == ["No article selected."]
    host.targets = tuple(host.library.select(Query()).window(0, 2))
    parts.action_pipe()
    page, then = host.dialogs.pop()
    assert isinstance(page, AskPipe) and then is not None
    then(Piping("wc", "json"))
    output, _ = host.dialogs.pop()
    assert isinstance(output, CommandOutput)


def test_a_failing_editor_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is read again in any case; without an article no editor is started."""
    host = FakeHost(articles(1))
    opening = Opening(host)
    monkeypatch.setattr(opening, "run_aside", lambda argv: f"{argv[0]} exited with code 1")
    parts = PipeAndEdit(host, opening)
    monkeypatch.setenv("VISUAL", "my-editor")
    parts.action_edit_file()
    assert not host.done
    host.targets = tuple(host.library.select(Query()).window(0, 1))
    parts.action_edit_file()
    assert host.notices[0] == "No article selected." and len(host.notices) == 2 and host.done == ["file"]
