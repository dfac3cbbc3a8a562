"""feeds.toml: read, changed, and the user's comments kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from reader.config.sources import feeds_file, has_subscriptions, is_in_use
from reader.errors import ReaderError, UsageError
from reader.feeds import subscriptions
from reader.feeds.subscriptions import NoSuchFeed, Subscription

WRITTEN = """# My feeds

# The best one.
[[feed]]
url = "https://a.example/feed"  # by heart
name = 'Alpha'
keep = "90d"

# Mornings only.
[[feed]]
url = "https://u:secret@b.example/feed"
every = "30m"
# the end
"""


@pytest.fixture
def file(_own_places: Path) -> Path:
    """The file with two feeds."""
    path = Path(feeds_file())
    path.parent.mkdir(parents=True)
    path.write_text(WRITTEN)
    return path


def test_without_a_file_there_are_none() -> None:
    """And nothing in use."""
    assert subscriptions.load() == ([], [])
    assert not is_in_use()


def test_what_is_added_is_read_again() -> None:
    """Every setting comes back as it was."""
    one = Subscription(
        "https://a.example/f?x=1&y",
        'A "b" #c',
        "Sea",
        True,
        1800,
        90 * 86400,
        ("X", "Y"),
        False,
        "ana",
        ("pass", "x"),
    )
    assert subscriptions.add([one, one]) == [one]
    assert subscriptions.load() == ([one], [])
    assert has_subscriptions()
    assert Path(feeds_file()).stat().st_mode & 0o777 == 0o600


def test_comments_stay_when_something_is_added_changed_or_removed(file: Path) -> None:
    """All but what is meant stays byte for byte."""
    subscriptions.add([Subscription("https://c.example/")])
    assert file.read_text().startswith(WRITTEN)
    subscriptions.change("https://a.example/feed", {"url": "https://new.example/feed", "keep": None})
    text = file.read_text()
    assert (
        "# The best one.\n[[feed]]\nurl = \"https://new.example/feed\"  # by heart\nname = 'Alpha'\n" in text
    )
    assert "keep" not in text
    removed = subscriptions.remove("https://new.example/feed")
    assert removed.subscription.name == "Alpha"
    assert "best" not in file.read_text()
    assert "# My feeds" in file.read_text() and "# Mornings only." in file.read_text()


@pytest.mark.parametrize("number", [0, 1])
def test_what_was_ended_is_brought_back_in_its_place(number: int, file: Path) -> None:
    """With its comments; once, and at the end where the file has become shorter."""
    feeds = subscriptions.load()[0]
    removed = subscriptions.remove(feeds[number].address)
    subscriptions.restore(removed)
    assert file.read_text() == WRITTEN
    subscriptions.restore(removed)
    assert file.read_text() == WRITTEN
    subscriptions.remove(feeds[number].address)
    subscriptions.remove(feeds[1 - number].address)
    subscriptions.restore(removed)
    assert [one.address for one in subscriptions.load()[0]] == [feeds[number].address]


def test_tables_written_in_one_line_can_be_changed(file: Path) -> None:
    """Other ways of writing the same are TOML too."""
    file.write_text('feed = [{url = "https://a.example/"}, {url = "https://b.example/"}]\n')
    subscriptions.remove("https://a.example/")
    assert [one.url for one in subscriptions.load()[0]] == ["https://b.example/"]


def test_windows_line_ends_stay(file: Path) -> None:
    """A file with CRLF keeps it."""
    file.write_bytes(WRITTEN.replace("\n", "\r\n").encode())
    subscriptions.add([Subscription("https://c.example/")])
    raw = file.read_bytes()
    assert raw.count(b"\n") == raw.count(b"\r\n")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('every = "often"', "not a duration"),
        ("full_text = 1", "true or false"),
        ('colour = "red"', 'unknown key "colour"'),
        ("topics = [1]", "list of strings"),
    ],
)
def test_a_mistake_is_one_notice(file: Path, line: str, says: str) -> None:
    """The feed is there anyway."""
    file.write_text(f'[[feed]]\nurl = "https://a.example/"\n{line}\n')
    feeds, notices = subscriptions.load()
    assert len(feeds) == 1
    (notice,) = notices
    assert says in notice and "feed 1" in notice


@pytest.mark.parametrize("text", ["[[feed]\n", "feed = 3\n", "\x00"])
def test_a_file_that_can_t_be_read_stays_as_it_is(file: Path, text: str) -> None:
    """A sentence, and nothing is written."""
    file.write_text(text)
    with pytest.raises(ReaderError, match="feeds.toml"):
        subscriptions.add([Subscription("https://c.example/")])
    assert file.read_text() == text


def test_a_feed_is_found_by_address_name_or_beginning(file: Path) -> None:
    """Only where it is the only one; users and passwords do not count."""
    feeds, _ = subscriptions.load()
    for word in ("https://a.example/feed", "alpha", "Al", "a.ex"):
        assert subscriptions.find(feeds, word).name == "Alpha"
    assert subscriptions.find(feeds, "https://b.example/feed") is feeds[1]
    with pytest.raises(UsageError, match="2 feeds"):
        subscriptions.find(feeds, "https")
    with pytest.raises(NoSuchFeed, match="Alpha"):
        subscriptions.find(feeds, "alhpa")


def test_a_password_is_in_no_name(file: Path) -> None:
    """What is shown has no user and no password."""
    one = subscriptions.load()[0][1]
    assert "secret" not in one.label + one.address
