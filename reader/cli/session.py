"""The start of a command: find the collection, open it, update its index.

The only place of the command line that opens a Library or reads the configuration for one. Progress is one
line on stderr, only on a terminal, and is erased.
"""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from reader import config
from reader.article.text import clean_line, display_path
from reader.cli.layout import columns, cut
from reader.config import Config, paths, private_files
from reader.config.sources import is_in_use, is_shared, news_folder
from reader.errors import QueryError, UsageError, closest, counted, reason_of
from reader.permissions import permissions, require
from reader.query import parse
from reader.query.results import Progress, Report
from reader.query.topic_rules import topic_rules

if TYPE_CHECKING:
    from reader.collection.folders import Source
    from reader.library import Library

PATIENCE = 0.5
"""Seconds before progress is shown, so that a short refresh does not flicker."""

_PAUSE = 0.1
"""Seconds between updates of the progress, for slow connections."""

_ID = re.compile(r"[0-9a-f]{4,12}", re.IGNORECASE)

T = TypeVar("T")


@contextmanager
def opened(words: Sequence[str], *, refresh: bool = True, shown: int | None = None) -> Iterator[Library]:
    """The Library of these SOURCEs, refreshed by default; prints notices on stderr. Raises UsageError.

    With `shown`, the command shows at most this many articles (see `Library.refresh_for`).
    """
    sources = sources_of(words, read_settings())
    from reader.library.sources import open_library

    library = open_library(sources)
    try:
        if refresh:
            follow(library.refresh_for(shown))
        warn(*library.notices)
        yield library
    finally:
        library.close()


def warn(*sentences: str) -> None:
    """Print sentences on stderr, each on a line."""
    for sentence in sentences:
        print(f"reader: {clean_line(sentence)}", file=sys.stderr)


def read_settings() -> Config:
    """The configuration; the first of its mistakes is printed on stderr."""
    found, mistakes = configuration()
    warn(*config.summary(mistakes))
    return found


def sources_of(words: Sequence[str], configured: Config, *, commands: Iterable[str] = ()) -> list[Source]:
    """The folders and files that a command reads; by default the configured ones, else the news folder if it
    is in use, else the sample. With `commands`, the error for an unknown word suggests one of them. Raises
    UsageError for a missing SOURCE.
    """
    for word in words:
        if not is_shared(word) and not os.path.exists(word):
            raise UsageError(_missing(word, commands))
    return list(words) or _configured(configured)


def split_ids(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """The ids and the SOURCEs of `ID... [SOURCE]...`: the first word is an id, and so is each further word
    that looks like one (4 to 12 hex digits) and names no file or folder. `-` as the first word reads the ids
    from stdin."""
    if not words:
        raise UsageError('no article given; "reader list" shows the ids')
    if words[0] == "-":
        return ids_in("-"), list(words[1:])
    ids, sources = [words[0].lower()], list[str]()
    for word in words[1:]:
        if _ID.fullmatch(word) and not sources and not os.path.exists(word):
            ids.append(word.lower())
        else:
            sources.append(word)
    return ids, sources


def ids_in(text: str) -> list[str]:
    """The ids in a text, each once; `-` reads them from stdin, as `list --format ids` writes them."""
    if text == "-":
        text = sys.stdin.buffer.read().decode("utf-8", "replace")
    return list(dict.fromkeys(text.lower().replace(",", " ").replace("\0", " ").split()))


def read_input(name: str, most: int, command: str) -> bytes:
    """The bytes of an imported file, or of stdin for `-`. Raises UsageError, OSError."""
    if name == "-":
        raw = sys.stdin.buffer.read(most + 1)
        if len(raw) > most:
            raise UsageError(f"stdin: it is longer than {most:,} bytes")
        return raw
    try:
        return private_files.read(name, most)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.EFBIG):
            raise
        hint = f'; pipe it: "reader {command} - < FILE"' if error.errno == errno.EINVAL else ""
        raise UsageError(f"{display_path(name)}: {reason_of(error)}{hint}") from None


def one_file(words: Sequence[str], example: str) -> str:
    """The only argument, a file name. Raises UsageError."""
    if len(words) != 1:
        raise UsageError(f'which file? Give one name or -, like "reader {example}"')
    return words[0]


def write_output(name: str, texts: Iterable[str]) -> None:
    """Write a file that a command exports, or stdout for `-`. Raises OSError."""
    if name == "-":
        sys.stdout.writelines(texts)
    elif os.path.exists(name) and not os.path.isfile(name):
        # A pipe or a device (`/dev/stdout`) can't be replaced by a new file.
        require("files")
        with open(name, "w", encoding="utf-8") as file:
            file.writelines(texts)
    else:
        with private_files.replacing(os.path.realpath(name), is_precious=True) as draft:
            draft.writelines(text.encode() for text in texts)


def follow(steps: Iterable[Progress], *, patience: float = PATIENCE) -> Report:
    """Run a refresh to its end, with its progress on a terminal."""
    report = Report()
    for step in with_progress(steps, progress_line, patience):
        report = step.report or report
    return report


def with_progress(
    steps: Iterable[T], line_of: Callable[[T, float], str], patience: float = PATIENCE
) -> Iterator[T]:
    """Yields the steps; on a terminal, shows the line of the current one after `patience` seconds.

    `line_of` gets the step and the seconds since the first one. The line is erased at the end.
    """
    is_shown, was_painted = sys.stderr.isatty(), False
    began = monotonic()
    due = began + patience
    try:
        for step in steps:
            now = monotonic()
            if is_shown and now >= due:
                sys.stderr.write("\r" + cut(line_of(step, now - began), columns(2) - 1) + "\x1b[K")
                sys.stderr.flush()
                due, was_painted = now + _PAUSE, True
            yield step
    finally:
        if was_painted:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def progress_line(step: Progress, seconds: float) -> str:
    """The progress of a refresh, with a bar and the time left once the amount of work is known."""
    if step.phase == "scan" or not step.to_read:
        return f"looking for articles: {counted(step.seen, 'file')}"
    if step.phase == "date":
        return f"looking for dates: {step.read:,} of {counted(step.to_read, 'file')}"
    if step.phase == "stories":
        return f"looking for stories: {step.read:,} of {counted(step.to_read, 'day')}"
    part = min(step.read / step.to_read, 1.0)
    bar = "━" * round(part * 20) + "─" * (20 - round(part * 20))
    left = f", {round(seconds * (1 - part) / part):,} s left" if 0.02 < part < 1 and seconds > 1 else ""
    return f"reading {bar} {step.read:,} of {counted(step.to_read, 'file')}{left}"


def changes_in_words(head: str, report: Mapping[str, Any]) -> str:
    """A sentence that begins with `head`: the numbers of added, changed and other files, and the time."""
    names = (name for name in ("added", "changed", "removed", "unchanged") if report[name])
    words = ", ".join(f"{report[name]:,} {name}" for name in names)
    return head + (f": {words}" if words else "") + f", in {report['seconds']:.1f} s"


def configuration() -> tuple[Config, list[str]]:
    """The configuration and a message for each mistake in it, in its queries too."""
    from reader.library.muting import muting_of

    settings, mistakes = config.load()
    queries = {"query": settings.query, "sort": settings.sort and f"sort:{settings.sort}"}
    queries |= {f'views: "{name}"': text for name, text in settings.views.items() if text}
    found = []
    for key, text in queries.items():
        try:
            parse(text)
        except QueryError as error:
            found.append(f"{key}: {error}")
    found += muting_of(settings.mute, settings.views)[1]
    found += topic_rules(settings.topics)[1]
    name = display_path(paths.config_name())
    return settings, [*mistakes, *(f"{name}: {mistake}" for mistake in found)]


def _missing(word: str, commands: Iterable[str]) -> str:
    """The message for a missing SOURCE; a plain word may be a mistyped command."""
    name = display_path(word)
    try:
        os.stat(word)
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as error:
        return f'"{name}" can\'t be opened ({reason_of(error)}); check the name and its permissions'
    if not commands or os.sep in word or "." in word:
        return f'"{name}" is not a folder or file; check the name'
    near = closest(word, commands)
    hint = f'did you mean "reader {near}"?' if near else '"reader --help" lists the commands'
    return f'"{name}" is not a folder, file or command; {hint}'


def _configured(settings: Config) -> list[Source]:
    """The configured collection, which must exist; else the news folder; else the sample."""
    chosen = settings.collection
    if not permissions().folders:
        if chosen:
            raise UsageError('a restricted reader opens only what it is given: "reader --restricted FOLDER"')
        return [paths.data_dir("sample_feed")]
    if not chosen:
        configured = settings.feeds.folder
        if is_in_use(configured):
            return [paths.ensure(news_folder(configured))]
        return [paths.data_dir("sample_feed")]
    for path in chosen:
        if not is_shared(path) and not os.path.exists(path):
            shown, where = display_path(os.fspath(path)), display_path(paths.config_name())
            raise UsageError(
                f"{where}: the collection {shown} does not exist; correct it, or name a folder: "
                '"reader FOLDER"'
            )
    return list(chosen)
