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


def test_without_a_file_there_are_no_subscriptions() -> None:
    """The news folder is not in use then."""
    assert subscriptions.load() == ([], [])
    assert not is_in_use()


def test_added_subscriptions_are_read_again() -> None:
    """Every setting is kept."""
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


def test_changes_keep_comments(file: Path) -> None:
    """Everything but the changed feed stays byte for byte."""
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
def test_a_removed_feed_is_restored_in_place(number: int, file: Path) -> None:
    """With its comments; once, and at the end if the file has become shorter."""
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


def test_inline_tables_can_be_changed(file: Path) -> None:
    """Other forms of TOML are changed too."""
    file.write_text('feed = [{url = "https://a.example/"}, {url = "https://b.example/"}]\n')
    subscriptions.remove("https://a.example/")
    assert [one.url for one in subscriptions.load()[0]] == ["https://b.example/"]


def test_crlf_line_ends_are_kept(file: Path) -> None:
    """A file with CRLF is written with CRLF."""
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
def test_a_mistake_is_reported_once(file: Path, line: str, says: str) -> None:
    """The feed is used without that setting."""
    file.write_text(f'[[feed]]\nurl = "https://a.example/"\n{line}\n')
    feeds, notices = subscriptions.load()
    assert len(feeds) == 1
    (notice,) = notices
    assert says in notice and "feed 1" in notice


@pytest.mark.parametrize("text", ["[[feed]\n", "feed = 3\n", "\x00"])
def test_an_invalid_file_is_not_changed(file: Path, text: str) -> None:
    """Reading and changing it raise an error."""
    file.write_text(text)
    with pytest.raises(ReaderError, match="feeds.toml"):
        subscriptions.add([Subscription("https://c.example/")])
    assert file.read_text() == text


def test_a_feed_is_found_by_address_name_or_prefix(file: Path) -> None:
    """A prefix must be unique; users and passwords are ignored."""
    feeds, _ = subscriptions.load()
    for word in ("https://a.example/feed", "alpha", "Al", "a.ex"):
        assert subscriptions.find(feeds, word).name == "Alpha"
    assert subscriptions.find(feeds, "https://b.example/feed") is feeds[1]
    with pytest.raises(UsageError, match="2 feeds"):
        subscriptions.find(feeds, "https")
    with pytest.raises(NoSuchFeed, match="Alpha"):
        subscriptions.find(feeds, "alhpa")


def test_displayed_names_contain_no_password(file: Path) -> None:
    """Neither the address nor the label has user or password."""
    one = subscriptions.load()[0][1]
    assert "secret" not in one.label + one.address
