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

_SETS = f"""
create table {SCHEMA}.sets(
  field smallint not null, value text collate "C" not null, block integer not null,
  data bytea not null"""
_ARTICLE = f"""
create table {SCHEMA}.article(
  number bigint not null, block integer not null, key bigint not null, date bigint, is_day boolean not null,
  title text not null, provider text not null, domain text not null, topics text not null, quality integer,
  heat bigint, category text not null, type text not null, url text collate "C" not null,
  draft boolean not null,
  title_key bigint, text_key bigint, sort_title text collate "C" not null, path text collate "C" not null,
  stamp bigint not null, record json not null, words text not null, title_words text not null,
  body text not null"""
"""`sort_title` is the sort key of the title (`titles` of a folder's index); `title_key` and `text_key`
distinguish articles. `words` has a line per searched text, the title first, with spaces around all words, so
that a phrase is found as ` two words `; `title_words` is the first line. `path` is relative to the published
folder, prefixed with its name if there are several. `stamp` identifies the state of the file that a row was
made from. `block` is `number >> 16`, part of each key so that Citus can distribute by it; a publisher
compares the sets of a block, which are mostly stored together."""

SHARD_TABLES = f"""{_SETS}, primary key(field, value, block));{_ARTICLE}, primary key(number, block));
create unique index article_by_key on {SCHEMA}.article(key, block);
create index article_by_id on {SCHEMA}.article((key >> 15));
create index article_by_date on {SCHEMA}.article(date, number);
create index sets_by_block on {SCHEMA}.sets using brin(block) with (pages_per_range = 32, autosummarize = on);
alter table {SCHEMA}.sets alter column data set storage external;
"""
"""Statements that create the tables of a shard, or of a server without shards."""
PARTITIONED_TABLES = f"{_SETS}) partition by hash(block);{_ARTICLE}) partition by hash(block)"
"""The same tables partitioned over shards: unique indexes can't span those."""

_TITLES = f"""
create table {SCHEMA}.title_order(prefix text collate "C" primary key, numbers bytea not null)"""
"""The numbers of all articles by title, as 4 bytes each, in a row for each beginning of two characters:
sorting a million titles would take the server seconds."""
_BESIDE = f"""
create table {SCHEMA}.meta(key text primary key, value text not null);
create table {SCHEMA}.block(block integer primary key, digest bytea not null);
create table {SCHEMA}.choice(
  field smallint not null, folded text collate "C" not null, value text collate "C" not null,
  primary key(field, folded, value));
create table {SCHEMA}.problem(
  path text not null, line integer not null, field text not null, reason text not null);
create table {SCHEMA}.story(
  number bigint primary key, story bigint not null, first_key bigint not null, coverage integer not null);
create index story_by_story on {SCHEMA}.story(story);
create table {SCHEMA}.duplicate(path text not null, shown text not null);
create table {SCHEMA}.mark(
  role name not null default current_user, key bigint not null, identity text not null,
  read boolean not null default false, starred boolean not null default false, note text not null default '',
  tags text[] not null default '{{}}', title_key bigint, text_key bigint, date bigint,
  times json not null default '{{}}', turn bigint not null, changed timestamptz not null default now(),
  primary key(role, key));
create index mark_by_turn on {SCHEMA}.mark(role, turn);
create table {SCHEMA}.mark_turn(role name primary key default current_user, turn bigint not null);
create table {SCHEMA}.mark_change(
  role name not null default current_user, change bigint not null, words text not null,
  undone boolean not null default false, primary key(role, change));
create table {SCHEMA}.mark_step(
  role name not null default current_user, change bigint not null, key bigint not null, before json not null,
  after json not null, primary key(role, change, key));
"""
OWN = ("mark", "mark_turn", "mark_change", "mark_step")
"""Tables in which every role only sees its own rows."""
READ = ("meta", "block", "sets", "article", "choice", "problem", "duplicate", "story", "title_order")
"""Tables that readers can only read."""

MIGRATIONS = {
    1: f"{_TITLES}; grant select on {SCHEMA}.title_order to {READERS};"
    f" drop index if exists {SCHEMA}.article_by_title"
}
"""Statements that upgrade from a version to the next."""

TABLES_BESIDE = (
    f"{_BESIDE}{_TITLES};"
    + "".join(
        f"alter table {SCHEMA}.{table} enable row level security;"
        f"alter table {SCHEMA}.{table} force row level security;"
        f"create policy own on {SCHEMA}.{table} using (role = current_user) with check (role = current_user);"
        for table in OWN
    )
    + f"insert into {SCHEMA}.meta values('version', '{VERSION}'), ('generation', '0');"
)
"""Statements that create the tables that are never on a shard, with their row-level security."""

_READ, _OWN = (", ".join(f"{SCHEMA}.{table}" for table in tables) for tables in (READ, OWN))
GRANTS = (
    f"revoke all on schema {SCHEMA} from public;"
    f"grant usage on schema {SCHEMA} to {READERS};"
    f"grant select on {_READ} to {READERS};"
    f"grant select, insert, update, delete on {_OWN} to {READERS};"
)
"""Statements that grant the group of readers its rights, and nobody else any."""
