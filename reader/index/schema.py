"""The tables of an index's file, its field numbers, and how it is opened.

Article rows hold the file they were read from; every filter is a set of article numbers, stored by field,
value and block of 65,536 numbers (see docs/architecture.md).
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any
from urllib.parse import quote
from zlib import crc32

from reader.article.dates import DAY_PLACE
from reader.permissions import permissions, require
from reader.query.fields import FIELDS

VERSION = 16 << 16 | crc32(repr([(one.name, one.stored) for one in FIELDS if one.stored]).encode()) & 0xFFFF
"""Stored as `user_version`; an index of another version is rebuilt. Depends on the stored fields as well."""

BLOCK_BITS = 16
"""A block is as large as a container of a roaring bitmap."""

FIRST_DATED = 1 << 31
"""Dated articles are numbered in both directions from here: newer upwards, older downwards."""

LAST_UNDATED = 1 << 30
"""Undated articles are numbered downwards from here, so that they come last, newest first."""

UNDATED = -(1 << 62)
"""The date of articles without one; before all others."""


class SetKind:
    """Kinds of sets besides the stored fields of `reader.query.fields`. The numbers are stored in the file,
    so never reuse one.

    Plain integers: hashing an enumeration's members runs Python code and is slow.
    """

    WORD = 1
    PREFIX = 2
    TITLE_WORD = 3
    FLAG = 30
    STATE = 40
    MARK = 50


STORED = {field.name: field.stored for field in FIELDS if field.stored}
"""Numbers of the stored fields whose values are also listed in the table `choices`."""
VALUE_FIELDS = frozenset(STORED.values())
ALL_SETS: tuple[int, ...] = (
    *(number for name, number in vars(SetKind).items() if name.isupper()),
    *STORED.values(),
)

WORD_FIELDS = frozenset((SetKind.WORD, SetKind.TITLE_WORD))
"""Sets of words, most of which are rare."""

PREFIX_LENGTHS = (1, 2, 3, 4)
"""Prefixes of these lengths have a stored set in blocks where many words begin with them (`packing.CROWD`);
others are read as a range of words."""

DAY = "day"
"""FLAG: the numbers of articles whose date is a calendar day."""
LIVE = "live"
"""STATE: the numbers of all articles that are shown."""
LATE = "late"
"""STATE: the numbers of late articles, which are not in date order; a page merges them in by date."""

_TABLES = """
create table meta(key text primary key, value) without rowid;
create table articles(
  number integer primary key, key integer not null, date integer,
  is_day integer not null, title text not null, provider text not null, domain text not null,
  topics text not null, quality integer, heat integer, category text not null,
  type text not null, url text not null, draft integer not null,
  folder integer not null, name text not null, mtime_ns integer not null, size integer not null,
  inode integer not null, ctime_ns integer not null, title_key integer, text_key integer,
  sketch blob, story_words blob not null);
create unique index articles_by_key on articles(key);
create index articles_by_folder on articles(folder desc);
create index articles_by_date on articles(date);
create table titles(title_key text not null, number integer not null, primary key(title_key, number))
  without rowid;
create table folders(
  folder integer primary key, root integer not null, path text not null, signature blob,
  listed_ns integer not null default 0);
create table others(
  folder integer not null, name text not null, mtime_ns integer not null, size integer not null,
  inode integer not null, ctime_ns integer not null, key integer, primary key(folder, name)) without rowid;
create table problems(
  folder integer not null, name text not null, line integer not null, field text not null,
  reason text not null);
create index problems_by_file on problems(folder, name);
create table unlisted(path text not null, reason text not null);
create table racy(
  folder integer not null, name text not null, digest blob not null, primary key(folder, name)) without rowid;
create table inherited(key integer primary key, own integer not null);
create index inherited_by_own on inherited(own);
create table departed(
  key integer primary key, title_key integer, text_key integer, url text not null, path text not null,
  date integer, sketch blob);
create table arrived(number integer primary key);
create table stories(number integer primary key, story integer not null, coverage integer not null);
create index stories_by_story on stories(story);
create table story_links(
  day integer not null, later integer not null, earlier integer not null, score real not null,
  primary key(day, later, earlier)) without rowid;
create index story_links_by_later on story_links(later);
create index story_links_by_earlier on story_links(earlier);
create table story_days_due(day integer primary key);
create trigger story_arrived after insert on articles when new.date is not null
  begin insert or ignore into story_days_due values({day}); end;
create trigger story_gone after delete on articles when old.date is not null
  begin insert or ignore into story_days_due values({day_before}); end;
create trigger story_rekeyed after update of key on articles when new.date is not null
  begin insert or ignore into story_days_due values({day}); end;
create table blocks(block integer primary key);
create table sets(
  block integer not null, field integer not null, value text not null, part integer not null,
  data blob not null, primary key(block desc, field, value, part)) without rowid;
create table rare(
  block integer not null, field integer not null, start text not null, data blob not null,
  primary key(block desc, field, start)) without rowid;
create table choices(
  field integer not null, folded text not null, value text not null, primary key(field, folded, value))
  without rowid;
"""

_DAY = "(({0} - (({0} % 86400) + 86400) % 86400) / 86400)"
"""SQL for the day of a date in seconds, rounded down."""

STATED_DATE = f"case when is_day then date - {DAY_PLACE} else date end"
"""SQL (of SQLite and PostgreSQL) for the date as stated, a day at its midnight UTC: the column `date` has the
seconds that an article is sorted by."""

MOST_ASKED = 500
"""Values in one statement, well below SQLite's limit for parameters."""


def select_in(connection: sqlite3.Connection, query: str, values: Sequence[object]) -> Iterator[Any]:
    """Yields a query's rows for all these values, which `??` in the query stands for."""
    for start in range(0, len(values), MOST_ASKED):
        part = values[start : start + MOST_ASKED]
        yield from connection.execute(query.replace("??", ",".join("?" * len(part))), part)


ROUTED = "instr(url, '#/') + instr(url, '#!')"
"""SQL condition: the URL has a fragment that names a page."""

CACHE_KIB = 512
"""Pages cached per connection, enough for the inner nodes: sets have their own cache, and the system caches
the file anyway. Eight times as many save 0.1 ms per search in a million articles."""

_memory_names = count()


def memory_uri() -> str:
    """Returns a name for an index in this process's memory that can be opened several times."""
    return f"file:/reader-index-{next(_memory_names)}?vfs=memdb"


def connect(
    location: str, *, cache_kib: int = CACHE_KIB, is_new: bool = False, timeout: float = 10
) -> sqlite3.Connection:
    """Opens an index file (or memory URI) for use by one thread at a time; creates it only if `is_new`.

    Raises sqlite3.Error, also if the file doesn't exist.
    """
    is_file = not location.startswith("file:")
    if is_file:
        if is_new:
            require("files")
        mode = "rwc" if is_new else "rw"
        if not permissions().files and is_still(location):
            mode = "ro&immutable=1"
        location = f"{_address(location)}?mode={mode}"
    connection = sqlite3.connect(
        location, uri=True, isolation_level=None, check_same_thread=False, timeout=timeout
    )
    try:
        connection.execute(f"pragma cache_size = -{cache_kib}")
        if is_file and not permissions().files:
            connection.execute("pragma query_only = on")
            connection.execute("pragma temp_store = memory")
    except sqlite3.Error:
        connection.close()
        raise
    except UnicodeDecodeError as error:  # SQLite's message quotes a damaged schema
        connection.close()
        raise sqlite3.DatabaseError("the index is damaged") from error
    return connection


def is_still(path: str) -> bool:
    """Returns whether nobody is writing an index, in a folder where SQLite can't create lock files."""
    if os.access(os.path.dirname(path), os.W_OK):
        return False
    try:
        return os.path.getsize(f"{path}-wal") == 0
    except OSError:
        return True


def _address(path: str) -> str:
    """Returns an absolute path as an SQLite URI."""
    if os.name == "nt":
        from pathlib import Path

        return Path(path).as_uri()
    # Importing pathlib and its dependencies takes 5 ms.
    return f"file://{quote(os.fsencode(path))}"


def create(connection: sqlite3.Connection) -> None:
    """Creates the empty tables."""
    tables = _TABLES.format(day=_DAY.format("new.date"), day_before=_DAY.format("old.date"))
    connection.execute("pragma page_size = 16384")
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = normal")
    connection.executescript(f"begin; {tables} pragma user_version = {VERSION}; commit;")


def check(connection: sqlite3.Connection) -> None:
    """Raises sqlite3.DatabaseError if the file is not a database or was made by another version."""
    if connection.execute("pragma user_version").fetchone()[0] != VERSION:
        raise sqlite3.DatabaseError("the index was made by another version")
    connection.execute("select count(*) from folders").fetchone()


def pack_name(name: str) -> str | bytes:
    """Returns a file name as stored in the database: names that are not UTF-8 are stored as bytes."""
    return name if name.isascii() or name.isprintable() else os.fsencode(name)


def unpack_name(stored: str | bytes) -> str:
    """Returns the file name from the result of `pack_name`."""
    return stored if isinstance(stored, str) else os.fsdecode(stored)
