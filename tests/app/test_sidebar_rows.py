"""Which rows the sidebar has, and how they are painted."""

from __future__ import annotations

from reader.app.widgets.sidebar_rows import (
    SidebarRow,
    Unfolded,
    ViewCount,
    active_view,
    choice,
    head,
    in_steady_order,
    rows_of,
)
from reader.query import Query, parse
from reader.query.results import Facet, FacetValue

VIEWS = (ViewCount("All", Query(), 50), ViewCount("Unread", parse("is:unread"), 9))


def _facet(field: str, **values: int) -> Facet:
    return Facet(field, tuple(FacetValue(name, count) for name, count in values.items()))


def _labels(rows: list[SidebarRow], section: str) -> list[str]:
    return [row.label for row in rows if row.section == section and row.is_choice]


def test_sections_stand_in_their_order_with_their_counts() -> None:
    """Views, topics, providers."""
    facets = [_facet("topic", AI=3, Chips=2), _facet("provider", Ledger=5)]
    rows = rows_of(VIEWS, facets, Query(), Unfolded(), 40)
    heads = [row.label for row in rows if row.kind == "head"]
    assert heads == ["VIEWS", "TOPICS", "PROVIDERS"]
    assert [(row.label, row.articles) for row in rows if row.section == "topic" and row.is_choice] == [
        ("AI", 3),
        ("Chips", 2),
    ]


def test_category_and_type_are_shown_only_where_there_is_a_choice() -> None:
    """One value is no choice, unless it was chosen."""
    facets = [_facet("category", news=9), _facet("type", article=8, video=1)]
    assert {row.section for row in rows_of(VIEWS, facets, Query(), Unfolded(), 40)} == {"view", "type"}
    chosen = rows_of(VIEWS, facets, parse("category:news"), Unfolded(), 40)
    assert "category" in {row.section for row in chosen}


def test_what_is_chosen_has_a_sign() -> None:
    """Included, excluded, neither; case does not matter; a value being typed is no choice yet."""
    facets = [_facet("topic", AI=3, Chips=2, Sports=1)]
    rows = rows_of(VIEWS, facets, parse("topic:ai -topic:sports"), Unfolded(), 40)
    states = {row.label: row.state for row in rows if row.kind == "value"}
    assert states == {"AI": "included", "Chips": "", "Sports": "excluded"}
    typed = rows_of(VIEWS, facets, parse("topic:Ch", typing=True), Unfolded(), 40)
    assert not any(row.state for row in typed if row.kind == "value")


def test_a_chosen_value_that_no_article_has_is_shown_with_none() -> None:
    """Otherwise it could not be taken back here."""
    rows = rows_of(VIEWS, [_facet("topic", AI=3)], parse("topic:Moon"), Unfolded(), 40)
    assert SidebarRow("value", "topic", "Moon", 0, "included") in rows


def test_a_long_facet_is_folded_and_opens() -> None:
    """The rest is one row that says how many; a chosen value is shown however rare it is."""
    facet = _facet("topic", **{f"T{place}": 100 - place for place in range(100)})
    rows = rows_of(VIEWS, [facet], parse("topic:T90"), Unfolded(), 20)
    labels = _labels(rows, "topic")
    assert labels[-2:] == ["T90", f"{100 - len(labels) + 1} more"]
    assert len(rows) <= 21
    opened = rows_of(VIEWS, [facet], Query(), Unfolded(open=frozenset(["topic"])), 20)
    assert len(_labels(opened, "topic")) == 101


def test_what_has_no_article_takes_no_room() -> None:
    """Neither values nor views nor a section without rows, unless they are chosen; empty views unfold."""
    views = (*VIEWS, ViewCount("Hot", parse("heat:>=1000"), 0), ViewCount("New", parse("since:1d")))
    facets = [_facet("topic", AI=0, Chips=0), _facet("provider", Ledger=5, Post=0)]
    rows = rows_of(views, facets, Query(), Unfolded(), 40)
    assert _labels(rows, "view") == ["All", "Unread", "New", "1 empty"]
    assert _labels(rows, "provider") == ["Ledger"] and not any(row.section == "topic" for row in rows)
    chosen = rows_of(views, facets, parse("heat:>=1000 topic:AI"), Unfolded(), 40)
    assert "Hot" in _labels(chosen, "view") and _labels(chosen, "topic") == ["AI"]
    opened = rows_of(views, facets, Query(), Unfolded(open=frozenset(["view"])), 40)
    assert _labels(opened, "view") == ["All", "Unread", "Hot", "New", "fewer"]


def test_unread_and_total_stand_in_columns() -> None:
    """Down the whole sidebar, with a space between a long name and its numbers; a folder shows its end."""
    topics = Facet("topic", (FacetValue("AI", 1200, 7), FacetValue("Chips", 3, 0)))
    folders = Facet("folder", (FacetValue("notes/content/2023", 18, 18), FacetValue("sea", 1, 1)))
    rows = rows_of(VIEWS, [topics, folders], Query(), Unfolded(), 40)
    texts = {row.label: "".join(piece.text for piece in choice(row, 24, "")) for row in rows if row.is_choice}
    assert texts["AI"] == " □ AI           7  1,200"
    assert texts["Chips"] == " □ Chips               3"
    assert texts["notes/content/2023"] == " □ …ntent/2023 18     18"
    assert all(len(text) == 24 for text in texts.values())


def test_the_box_narrows_the_values() -> None:
    """By any part of the name, whatever the case and accents."""
    facet = _facet("topic", Café=3, Chips=2, Decaf=1)
    rows = rows_of(VIEWS, [facet], Query(), Unfolded(finding={"topic": "CAF"}), 40)
    assert _labels(rows, "topic") == ["Café", "Decaf"]
    none = rows_of(VIEWS, [facet], Query(), Unfolded(finding={"topic": "zzz"}), 40)
    assert none[-1].kind == "nothing"


def test_the_box_has_first_what_begins_with_its_letters() -> None:
    """Then what has a word that does, then the rest; each in the order of the counts."""
    facet = _facet("topic", Transport=9, Sports=5, **{"Winter sports": 3, "Spoons": 1})
    rows = rows_of(VIEWS, [facet], Query(), Unfolded(finding={"topic": "spo"}), 40)
    assert _labels(rows, "topic") == ["Sports", "Spoons", "Winter sports", "Transport"]


def test_a_long_text_in_the_box_shows_its_end() -> None:
    """There is what is being typed."""
    shown = "".join(
        piece.text
        for piece in head(SidebarRow("head", "topic", "TOPICS"), 20, "abcdefghijkl", is_typing=True)
    )
    assert shown.endswith("…fghijkl▏") and len(shown) == 20


def test_the_active_view_is_the_question_or_what_it_grew_out_of() -> None:
    """An equal query first, else the one that shares the most with it."""
    assert active_view(VIEWS, Query()) == 0
    assert active_view(VIEWS, parse("is:unread")) == 1
    assert active_view(VIEWS, parse("is:unread topic:AI")) == 1
    assert active_view(VIEWS, parse("topic:AI")) == 0


def test_rows_keep_their_order_while_somebody_chooses() -> None:
    """New counts, old order; new values come last."""
    new = in_steady_order([_facet("topic", C=9, A=2, B=1)], [_facet("topic", A=5, B=4)])
    assert [one.value for one in new[0].values] == ["A", "B", "C"]


def test_rows_are_painted_in_columns() -> None:
    """The count ends the row, whatever the name."""
    for label in ("AI", "x" * 90, "漢字" * 30):
        pieces = choice(SidebarRow("value", "topic", label, 1_234_567, "included"), 28, "")
        text = "".join(piece.text for piece in pieces)
        assert text.endswith(" 1,234,567") and text.startswith(" ■ ")
    assert "".join(
        piece.text for piece in head(SidebarRow("head", "topic", "TOPICS"), 20, None, is_typing=False)
    ) == (" TOPICS            ⌕")
