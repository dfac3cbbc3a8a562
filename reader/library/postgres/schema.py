"""The tables of a shared collection: creation, upgrades and grants.

They hold the same index as a folder's: the same articles and numbers, and the same sets in the same stored
form (`reader.index.packing`), one row per field, value and block. Rare words are not packed together here, as
rows are looked up by value first.
"""

from __future__ import annotations

from reader.index.schema import VERSION as INDEX_VERSION

VERSION = 2
"""Version of these tables, stored in `meta` under `version`; a higher one was made by a newer reader."""

CONTENT = f"{INDEX_VERSION}.1"
"""Version of the sets and records, stored in `meta` under `content`: it must be equal for reader and
publisher, or searches would differ. Derived from the versions of the index and of `records`."""

SCHEMA = "news"
"""The schema of all tables; the `search_path` of every connection."""
READERS = "news_readers"
"""The group role of readers: they may read and keep marks."""
CHANNEL = "news_published"
"""NOTIFY on this channel follows each publication; its payload is `generation` of `meta`."""

SHARDED = ("sets", "article")
"""Tables that are distributed over shards by block."""

_SETS = """
create table {schema}.sets(
  field smallint not null, value text collate "C" not null, block integer not null,
  data bytea not null{key})"""
_ARTICLE = """
create table {schema}.article(
  number bigint not null, block integer not null, key bigint not null, date bigint, is_day boolean not null,
  title text not null, provider text not null, domain text not null, topics text not null, quality integer,
  heat bigint, category text not null, type text not null, url text collate "C" not null,
  draft boolean not null,
  title_key bigint, text_key bigint, sort_title text collate "C" not null, path text collate "C" not null,
  stamp bigint not null, record json not null, words text not null, title_words text not null,
  body text not null{key})"""
_INDEXES = """
create unique index article_by_key on {schema}.article(key, block);
create index article_by_id on {schema}.article((key >> 15));
create index article_by_date on {schema}.article(date, number);
create index sets_by_block on {schema}.sets using brin(block) with (pages_per_range = 32, autosummarize = on);
alter table {schema}.sets alter column data set storage external;
"""
"""`sort_title` is the sort key of the title (`titles` of a folder's index); `title_key` and `text_key`
distinguish articles. `words` has a line per searched text, the title first, with spaces around all words, so
that a phrase is found as ` two words `; `title_words` is the first line. `path` is relative to the published
folder, prefixed with its name if there are several. `stamp` identifies the state of the file that a row was
made from. `block` is `number >> 16`, part of each key so that Citus can distribute by it; a publisher
compares the sets of a block, which are mostly stored together."""

_TITLES = """
create table {schema}.title_order(prefix text collate "C" primary key, numbers bytea not null)"""
"""The numbers of all articles by title, as 4 bytes each, in a row for each beginning of two characters:
sorting a million titles would take the server seconds."""
_BESIDE = """
create table {schema}.meta(key text primary key, value text not null);
create table {schema}.block(block integer primary key, digest bytea not null);
create table {schema}.choice(
  field smallint not null, folded text collate "C" not null, value text collate "C" not null,
  primary key(field, folded, value));
create table {schema}.problem(
  path text not null, line integer not null, field text not null, reason text not null);
create table {schema}.story(
  number bigint primary key, story bigint not null, first_key bigint not null, coverage integer not null);
create index story_by_story on {schema}.story(story);
create table {schema}.duplicate(path text not null, shown text not null);
create table {schema}.mark(
  role name not null default current_user, key bigint not null, identity text not null,
  read boolean not null default false, starred boolean not null default false, note text not null default '',
  tags text[] not null default '{{}}', title_key bigint, text_key bigint, date bigint,
  times json not null default '{{}}', turn bigint not null, changed timestamptz not null default now(),
  primary key(role, key));
create index mark_by_turn on {schema}.mark(role, turn);
create table {schema}.mark_turn(role name primary key default current_user, turn bigint not null);
create table {schema}.mark_change(
  role name not null default current_user, change bigint not null, words text not null,
  undone boolean not null default false, primary key(role, change));
create table {schema}.mark_step(
  role name not null default current_user, change bigint not null, key bigint not null, before json not null,
  after json not null, primary key(role, change, key));
"""
OWN = ("mark", "mark_turn", "mark_change", "mark_step")
"""Tables in which every role only sees its own rows."""
READ = ("meta", "block", "sets", "article", "choice", "problem", "duplicate", "story", "title_order")
"""Tables that readers can only read."""

MIGRATIONS = {
    1: f"{_TITLES}; grant select on {{schema}}.title_order to {READERS};"
    " drop index if exists {schema}.article_by_title"
}
"""Statements that upgrade from a version to the next, with `{schema}` for the schema's name."""


def tables_of_shard(schema: str = SCHEMA) -> str:
    """Returns the statements that create the tables of a shard, or of a server without shards."""
    return ";".join(
        (
            _SETS.format(schema=schema, key=", primary key(field, value, block)"),
            _ARTICLE.format(schema=schema, key=", primary key(number, block)"),
            _INDEXES.format(schema=schema),
        )
    )


def partitioned_tables(schema: str = SCHEMA) -> str:
    """Returns the statements that create the same tables partitioned over shards: unique indexes can't span
    those."""
    return ";".join(
        f"{table.format(schema=schema, key='')} partition by hash(block)" for table in (_SETS, _ARTICLE)
    )


def tables_beside(schema: str = SCHEMA) -> str:
    """Returns the statements that create the tables that are never on a shard, with their row-level
    security."""
    own = "".join(
        f"alter table {schema}.{table} enable row level security;"
        f"alter table {schema}.{table} force row level security;"
        f"create policy own on {schema}.{table} using (role = current_user) with check (role = current_user);"
        for table in OWN
    )
    version = f"insert into {schema}.meta values('version', '{VERSION}'), ('generation', '0');"
    return f"{_BESIDE}{_TITLES};".format(schema=schema) + own + version


def grants(schema: str = SCHEMA) -> str:
    """Returns the statements that grant the group of readers its rights, and nobody else any."""
    read = ", ".join(f"{schema}.{table}" for table in READ)
    own = ", ".join(f"{schema}.{table}" for table in OWN)
    return (
        f"revoke all on schema {schema} from public;"
        f"grant usage on schema {schema} to {READERS};"
        f"grant select on {read} to {READERS};"
        f"grant select, insert, update, delete on {own} to {READERS};"
    )
