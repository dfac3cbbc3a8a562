"""Which entries are new, changed, or the same under another guid."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from reader.article.text import fold
from reader.feeds.entries import Entry, FeedDocument
from reader.feeds.matching import Reading, address_of, believable, compared, digest_of, key_of
from reader.feeds.state import EntryState, Stage


def an_entry(number: int, **fields: object) -> Entry:
    """An entry with its number in everything."""
    made = Entry(
        guid=f"g{number}",
        link=f"https://paper.example/{number}",
        title=f"Title {number}",
        published=f"2026-06-{number % 28 + 1:02}T10:00:00Z",
        content=f"<p>{number}</p>",
    )
    return made._replace(**fields)  # type: ignore[arg-type]


def known(*entries: Entry) -> list[EntryState]:
    """What is remembered of entries whose files were written."""
    with_link = compared(FeedDocument(entries=entries), [], repeats=False, prepare=prepare).repeats
    return [
        EntryState(
            key_of(one, with_link=with_link), address_of(one.link), f"x/{one.title}.md", digest_of(one), "d",
            Stage.WRITTEN, 0.0, fold(one.title), one.published,
        )
        for one in entries
    ]  # fmt: skip


def prepare(entry: Entry) -> tuple[str, str, Entry]:
    """No texts."""
    return "", "", entry


def ask(entries: Sequence[Entry], before: Sequence[EntryState], *, repeats: bool = False) -> Reading:
    """Compare."""
    return compared(FeedDocument(entries=tuple(entries)), before, repeats=repeats, prepare=prepare)


def new(reading: Reading) -> list[str]:
    """The titles of what is new."""
    return [one.entry.title for one in reading.news if not one.known_as]


def test_known_entries_are_not_new() -> None:
    """The same document again yields no news."""
    entries = [an_entry(1), an_entry(2)]
    assert ask(entries, known(*entries)).news == ()


def test_a_changed_entry_is_not_a_new_one() -> None:
    """Another text under the same guid is a change."""
    (one,) = ask([an_entry(1, content="<p>other</p>")], known(an_entry(1))).news
    assert one.known_as == "g1"


def test_an_entry_is_recognised_after_its_guid_changed() -> None:
    """The same link and date identify it."""
    reading = ask([an_entry(1, guid="g1-new-headline", title="New headline")], known(an_entry(1)))
    assert new(reading) == []


def test_entries_are_recognised_after_all_guids_changed() -> None:
    """With the same texts only the new keys are stored."""
    entries = [an_entry(number, guid=f"tag:{number}") for number in (1, 2)]
    reading = ask(entries, known(an_entry(1), an_entry(2)))
    assert reading.news == ()
    assert sorted(reading.renamed) == [("g1", "tag:1"), ("g2", "tag:2")]


def test_entries_that_share_a_guid_are_all_kept() -> None:
    """If a document repeats a guid, guid and link together are the key."""
    entries = [an_entry(number, guid="same") for number in (1, 2, 3)]
    reading = ask(entries, [])
    assert len(new(reading)) == 3
    assert reading.repeats
    assert new(ask([an_entry(4, guid="same")], known(*entries), repeats=True)) == ["Title 4"]


def test_entries_that_share_guid_and_link_are_all_kept() -> None:
    """Their titles tell them apart, and the next document only brings new ones."""
    for link in ("", "https://paper.example/"):
        entries = [an_entry(number, guid="same", link=link) for number in range(4)]
        reading = ask(entries[:3], [])
        assert (len(new(reading)), reading.repeats) == (3, True)
        assert new(ask(entries[1:], known(*entries[:3]), repeats=True)) == ["Title 3"]


def test_guids_may_differ_only_in_their_fragment() -> None:
    """With one link for all, guids with different fragments are different entries."""
    entries = [an_entry(n, guid=f"https://paper.example/#{n}", link="https://paper.example/") for n in (1, 2)]
    assert len(new(ask(entries, []))) == 2
    later = an_entry(3, guid="https://paper.example/#3", link="https://paper.example/")
    assert new(ask([later], known(*entries))) == ["Title 3"]
    assert new(ask([later], known(entries[0]))) == ["Title 3"]


def test_http_and_https_are_the_same() -> None:
    """A feed that moves to https yields no news."""
    before = an_entry(1, guid="http://paper.example/1", link="http://paper.example/1")
    after = an_entry(1, guid="https://paper.example/1", link="https://paper.example/1")
    assert ask([after], known(before)).news == ()


def test_the_link_identifies_an_entry_without_a_guid() -> None:
    """An edit of its text is a change."""
    before = an_entry(1, guid="")
    (one,) = ask([before._replace(content="<p>edited</p>")], known(before)).news
    assert one.known_as
    bare = an_entry(1, guid="", link="")
    assert new(ask([bare._replace(content="<p>edited</p>")], known(bare))) == []


def test_an_entry_listed_twice_is_one() -> None:
    """The same guid and link are used once."""
    assert len(new(ask([an_entry(1), an_entry(1)], []))) == 1


def test_only_the_newest_entries_are_taken() -> None:
    """The others are stored as seen, so they are not new next time."""
    entries = [an_entry(n, published=f"2026-01-01T00:{n // 60:02}:{n % 60:02}Z") for n in range(600)]
    reading = ask(entries, [])
    written = [one for one in reading.news if one.is_written]
    assert len(written) == 500
    assert written[0].entry.title == "Title 599"
    assert len(reading.news) == 600


def test_a_date_in_the_future_is_ignored() -> None:
    """Otherwise the article would be on top for weeks."""
    now = datetime(2026, 6, 1, 12, tzinfo=UTC)
    assert believable("2026-06-01T20:00:00Z", now) == "2026-06-01T20:00:00Z"
    assert believable("2026-07-01T00:00:00Z", now) == ""
    assert believable("2026-06-02", now) == "2026-06-02"
