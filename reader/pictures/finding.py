"""Reads a picture from a file beside the article, or from the network if that is allowed."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Sequence
from contextlib import aclosing
from hashlib import blake2b
from typing import NamedTuple
from urllib.parse import unquote

from reader.article.text import clean_line
from reader.article.urls import checked_url
from reader.config import paths, private_files
from reader.errors import ReaderError, StorageError, reason_of
from reader.permissions import require
from reader.pictures.decoding import PictureError

MOST_BYTES = 24 << 20
"""Of a picture's file."""
PATIENCE = 10.0
"""Maximum seconds from the request to the last byte."""
KINDS = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/tiff")
KEPT = 200
"""Maximum number of fetched pictures in the cache."""


class PictureSource(NamedTuple):
    """The location of a picture."""

    path: str = ""
    """The path of a file of the collection; empty = none."""
    url: str = ""
    """The URL of a picture on the network."""


def file_of(article: str, url: str, roots: Sequence[str]) -> PictureSource:
    """Returns the location of a picture of the article whose file is `article`. Raises PictureError.

    With all links resolved, a file must be below one of the collection's folders.
    """
    if url.lower().startswith(("http://", "https://")):
        try:
            return PictureSource(url=checked_url(url))
        except ReaderError as error:
            raise PictureError(str(error)) from None
    if ":" in url.partition("/")[0] or "\0" in url or not url:
        raise PictureError("only http, https and files are opened")
    folder = os.path.dirname(article)
    wanted = unquote(url.partition("?")[0].partition("#")[0])
    # Sites write paths from their root, which corresponds to the collection's folder.
    tops = [folder] if not wanted.startswith("/") else list(roots)
    for top in tops:
        path = os.path.realpath(os.path.join(top, wanted.lstrip("/")))
        if any(_is_below(path, os.path.realpath(root)) for root in roots) and os.path.isfile(path):
            return PictureSource(path=path)
    raise PictureError("its file is not in the collection")


def read(source: PictureSource, *, cache: str, may_fetch: bool) -> bytes:
    """Returns the bytes, from the disk, from the folder `cache`, or fetched. Blocks. Raises PictureError."""
    if source.path:
        return _read_file(source.path)
    kept = os.path.join(cache, _name_of(source.url))
    if os.path.exists(kept):
        return _read_file(kept)
    if not may_fetch:
        raise PictureError("it is on the network, and fetch_pictures is off")
    raw = fetch(source.url)
    _keep(kept, raw)
    return raw


def fetch(url: str) -> bytes:
    """The picture at a URL, which must be public: an article must not reach the reader's private network.
    Blocks. Raises PictureError."""
    from reader.feeds.network import Limits, Network  # takes 150 ms and 7 MB, only needed to fetch

    limits = Limits(MOST_BYTES, PATIENCE, connect=PATIENCE / 2, silence=PATIENCE, redirects=4)
    # The contact address in the configuration is for feeds.
    headers = {"User-Agent": "news-reader-tui", "Accept": ", ".join(KINDS)}

    async def fetched() -> tuple[str, bytes]:
        async with aclosing(Network(limits)) as network:
            answer = await network.get(url, headers, is_trusted=False)
        answer.require_success()
        return answer.content_type.partition(";")[0].strip().lower(), answer.body

    try:
        kind, raw = asyncio.run(fetched())
    except ReaderError as error:
        raise PictureError(f"download failed: {str(error).partition(';')[0]}") from None
    if kind not in KINDS:
        raise PictureError(f"the server sent {clean_line(kind) or 'no media type'}")
    return raw


def _read_file(path: str) -> bytes:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
        with os.fdopen(handle, "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise PictureError("it is not a regular file")
            if found.st_size > MOST_BYTES:
                raise PictureError(f"its file has {found.st_size >> 20} MB")
            return file.read(MOST_BYTES)
    except OSError as error:
        raise PictureError(f"its file can't be read: {reason_of(error)}") from None


def _keep(path: str, raw: bytes) -> None:
    """Store a fetched picture in the cache; if that fails, it is fetched again next time."""
    folder = os.path.dirname(path)
    try:
        require("files")
        paths.ensure(folder)
        with private_files.replacing(path) as file:
            file.write(raw)
        kept = sorted(os.scandir(folder), key=lambda entry: entry.stat().st_mtime)
        for entry in kept[:-KEPT]:
            os.unlink(entry.path)
    except (OSError, StorageError):
        return


def _name_of(url: str) -> str:
    return blake2b(url.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


def _is_below(path: str, root: str) -> bool:
    folder = root if os.path.isdir(root) else os.path.dirname(root)
    return os.path.commonpath((path, folder)) == folder
