"""Pictures come from the collection, and from the network only where that is wished."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reader.pictures import PictureError, file_of, read
from tests.pictures.images import a_picture


@pytest.fixture
def news(tmp_path: Path) -> Path:
    """A collection with a picture, and one outside of it."""
    folder = tmp_path / "news"
    (folder / "images").mkdir(parents=True)
    (folder / "images" / "a b.png").write_bytes(a_picture())
    (tmp_path / "secret.png").write_bytes(a_picture())
    os.symlink(tmp_path / "secret.png", folder / "link.png")
    os.mkfifo(folder / "pipe.png")
    return folder


@pytest.mark.parametrize("url", ["images/a%20b.png", "./images/a b.png?w=3#top", "/images/a b.png"])
def test_a_file_beside_the_article(news: Path, url: str) -> None:
    """Relative to the article, or from the collection's own top."""
    source = file_of(str(news / "one.md"), url, [str(news)])
    assert read(source, cache="", may_fetch=False) == a_picture()


@pytest.mark.parametrize(
    "url",
    [
        "../secret.png",
        "link.png",
        "pipe.png",
        "images",
        "nowhere.png",
        "/etc/passwd",
        "",
        "file:///etc/passwd",
    ]
    + ["javascript:alert(1)", "data:image/png;base64,AAAA", "images/\0.png", "ftp://a.example/x.png"],
)
def test_nothing_outside_of_the_collection_is_read(news: Path, url: str) -> None:
    """No way up, no link out, no pipe, no other kind of address."""
    with pytest.raises(PictureError):
        read(file_of(str(news / "one.md"), url, [str(news)]), cache="", may_fetch=True)


def test_the_network_is_left_alone_unless_it_is_wished(tmp_path: Path) -> None:
    """And what was fetched once is read from the cache."""
    source = file_of("/news/one.md", "https://a.example/x.png", ["/news"])
    with pytest.raises(PictureError, match="fetch_pictures"):
        read(source, cache=str(tmp_path), may_fetch=False)
    from reader.pictures.finding import _keep, _name_of

    _keep(str(tmp_path / _name_of(source.url)), b"picture")
    assert read(source, cache=str(tmp_path), may_fetch=False) == b"picture"
