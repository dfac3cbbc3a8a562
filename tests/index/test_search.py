"""What a query finds in the text of articles, and in which order titles are."""

from pathlib import Path

import pytest

from tests.index.files import opened, text_of, titles, write


def _found(tmp_path: Path, query: str, **bodies: str) -> list[str]:
    for title, body in bodies.items():
        write(tmp_path / f"{title}.md", text_of(title, body=body))
    library = opened(tmp_path)
    found = sorted(titles(library, query))
    library.close()
    return found


@pytest.mark.parametrize(
    "query",
    ["bold", '"some bold words"', "café", "fantastic", "foos", "tag", "2 3", "shown", '"lantern light"'],
)
def test_text_is_found_as_it_is_read(tmp_path: Path, query: str) -> None:
    """Markup inside a word does not part it, entities are decoded, code stays as it is written."""
    body = (
        "Some <b>bo</b>ld words and a caf&eacute;. Fan**tas**tic `Foo`s, 2*3. <!-- hidden -->\n"
        '<script>secret()</script><p class="inner">Lantern</p><p>light</p>\n\n```\n<tag shown="1">\n```\n'
    )
    assert _found(tmp_path, query, a=body, b="Other.") == ["a"]


@pytest.mark.parametrize("query", ["inner", "class", "hidden", "secret", "script", "eacute"])
def test_markup_is_not_searched(tmp_path: Path, query: str) -> None:
    """Names of elements and attributes, comments, scripts and entities are no words of the text."""
    body = '<!-- hidden --><script>secret()</script><p class="inner">A caf&eacute;</p>'
    assert _found(tmp_path, query, a=body) == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("🦀", ["crab"]),
        ("🦀 sails", []),
        ("€", ["price"]),
        ("🇫🇮", ["finland"]),
        ("-🦀", ["finland", "price"]),
    ],
)
def test_symbols_can_be_searched(tmp_path: Path, query: str, found: list[str]) -> None:
    """An emoji or a currency finds what has it; a flag is more than its two letters."""
    bodies = {"crab": "A crab 🦀 here", "price": "Costs 5 € in 🇫🇷 or 🇮🇹", "finland": "North 🇫🇮"}
    assert _found(tmp_path, query, **bodies) == found


def test_titles_stand_in_natural_order(tmp_path: Path) -> None:
    """Numbers in titles count by their size, also far behind the beginning."""
    start = "The Lantern Keeper and the Long Winter, Chapter"
    names = [f"{start} 2", f"{start} 10", f"{start} 010b", f"{start} 100"]
    for place, title in enumerate(reversed(names)):
        write(tmp_path / f"{place}.md", text_of(title))
    library = opened(tmp_path)
    assert titles(library, "sort:title") == names
    assert titles(library, "sort:-title") == names[::-1]
    library.close()
