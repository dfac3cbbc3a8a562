"""A million articles, or ten, made directly in the index: for what a question costs, no file need be there.

Everything goes through the real writer into the real format. The folder holds a few real files; every made
article says that it came from one of them, so that the screen can open it, and a refresh finds nothing new.
Words are as frequent as in the other corpora, drawn word by word and not article by article, which is a
hundred times as fast. Some blocks are drawn; where more are wanted, these are used in turn.
"""

from __future__ import annotations

import marshal
import random
from array import array
from collections.abc import Iterator, Sequence
from math import log
from pathlib import Path
from shutil import rmtree
from typing import Any, NamedTuple

from benchmarks import corpus, figures_load
from benchmarks.bench import Bench
from benchmarks.corpus import COMMON, DAYS, FIRST_DAY, PROVIDERS, TOPICS, VOCABULARY
from reader.index.entry import Batch, IndexEntry, IndexRow, Origin, Packed
from reader.index.packing import StoredSets, lows_of, make, numbers_in, runs_of
from reader.index.schema import STORED, VERSION, SetKind, connect
from reader.index.writer import BlockLoad, Numbering, Writer

REAL = 200
"""Files that are there."""
DRAWN = 2
"""Different blocks."""
LENGTH = 260
"""Words in an article, its title aside: the mean of the other corpora."""
BLOCK = 1 << 16

_OF_FILE = "select folder, name, mtime_ns, size, inode, ctime_ns from articles limit ?"


class Drawn(NamedTuple):
    """A block of articles without their numbers, keys and dates."""

    made: StoredSets
    titles: list[str]
    """Their keys in the order of titles."""
    rows: list[tuple[Any, ...]]
    """What follows the date."""
    low: int
    """The number in the block that they begin with."""


def make_bench(count: int, base: Path, rounds: int) -> Bench:
    """A bench with an index of this many articles, made unless it is there."""
    real = corpus.make(REAL, base)
    bench = Bench(real._replace(size=count), base / f"home-made-{VERSION}-{count}", rounds)
    record = bench.home / "made"
    if not record.exists():
        rmtree(bench.home, ignore_errors=True)
        figures_load.fill(bench)
        (location,) = (bench.home / "cache").rglob("*.db")
        _fill(str(location), count)
        record.touch()
    return bench


def _fill(location: str, count: int) -> None:
    """Add made articles until the index has so many."""
    connection = connect(location, cache_kib=256 * 1024)
    try:
        (present,) = connection.execute("select count(*) from articles").fetchone()
        files = [Origin._make(row) for row in connection.execute(_OF_FILE, (REAL,))]
        shares = list(_shares())
        low = max(BLOCK - count, 0)
        drawn = [
            _draw(random.Random(f"block {number}"), files, shares, low) for number in range(_blocks(count))
        ]
        numbering = Numbering(connection)
        writer = Writer(connection)
        for block, start in enumerate(range(0, count - present, BLOCK)):
            size = min(BLOCK, count - present - start)
            load = _load(drawn[block % DRAWN], numbering, start, size, count)
            with writer.transaction():
                writer.add_block(load)
        # Titles of drawn words tell no stories; to find that out would take minutes.
        connection.execute("delete from story_days_due")
    finally:
        connection.close()


def _blocks(count: int) -> int:
    return min(DRAWN, -(-count // BLOCK))


def _load(drawn: Drawn, numbering: Numbering, start: int, size: int, count: int) -> BlockLoad:
    """The newest `size` articles of a block, as they are written."""
    last = numbering.next_down(is_dated=True)
    first = last - size + 1
    end = int(FIRST_DAY.timestamp()) - 1 - start * DAYS * 86_400 // count
    step = DAYS * 86_400 / count
    rows = [
        (number, _key(number), end - int((last - number) * step), *drawn.rows[number % BLOCK - drawn.low])
        for number in range(first, last + 1)
    ]
    low = first % BLOCK
    load = BlockLoad(first // BLOCK, numbering)
    live = lows_of(range(low, low + size))
    load.chunks.append(Packed(marshal.dumps(rows), drawn.titles[low - drawn.low :][:size], live, [], {}, []))
    load.made = [drawn.made]
    numbering.take_down(first - 1, rows[-1][2], rows[0][2], is_dated=True)
    return load


def _key(number: int) -> int:
    """As far from its neighbours as a digest is: an odd factor makes each number another one of 63 bits."""
    return number * 0x9E37_79B9_7F4A_7C15 % (1 << 63)


def _shares() -> Iterator[tuple[str, float]]:
    """Each word with the share of all articles that have it (see `corpus._rank`)."""
    share = 0.861
    for rank in range(VOCABULARY):
        if rank < COMMON - 1:
            one = share * log((rank + 2) / (rank + 1)) / log(COMMON)
        else:
            one = (1 - share) * ((COMMON / (rank + 1)) ** 0.7 - (COMMON / (rank + 2)) ** 0.7)
        yield corpus.word(rank), 1 - (1 - one) ** LENGTH


def _draw(
    chance: random.Random, files: Sequence[Origin], shares: Sequence[tuple[str, float]], low: int
) -> Drawn:
    batch = Batch()
    for number in range(low, BLOCK):
        batch.add(number, _entry(chance, number, files[number % len(files)]))
    words = batch.members[SetKind.WORD]
    for word, share in shares:
        found = [number for number in _some(chance, share) if number >= low] if low else _some(chance, share)
        if found or word in words:
            words[word] = sorted({*found, *words.get(word, ())})
    tasks = [[(field, [run])] for (field, _), run in runs_of(batch.members).items()]
    parts = [make(task) for task in tasks]
    made = StoredSets(
        [row for part in parts for row in part.sets], [row for part in parts for row in part.rare]
    )
    return Drawn(made, [key for key, _ in batch.titles], [tuple(row)[3:] for row in batch.rows], low)


def _some(chance: random.Random, share: float) -> Sequence[int]:
    """Numbers of a block, each drawn with this chance."""
    if share > 1 / 16:
        bits = 0
        for place in range(8):
            more = chance.getrandbits(BLOCK)
            bits = bits | more if int(share * 256) >> place & 1 else bits & more
        spelled = f"{bits:0{BLOCK}b}"
        return [number for number, bit in enumerate(spelled) if bit == "1"]
    count = int(BLOCK * share + chance.random())
    return numbers_in(chance.randbytes(2 * count)) if count else array("H")


def _entry(chance: random.Random, number: int, origin: Origin) -> IndexEntry:
    """An article without a text; its number, key and date are given when it is written."""
    name, domain = corpus.provider(int(PROVIDERS ** chance.random()) - 1)
    topics = sorted(
        {corpus.topic(int(TOPICS ** chance.random()) - 1) for _ in range(chance.choice((1, 1, 2, 3)))}
    )
    quality, heat = chance.randrange(101), chance.choice((-1, -1, -1, chance.randrange(40)))
    is_draft = not number % 3
    values = [(STORED["topic"], one) for one in topics]
    values += [(STORED["provider"], name), (STORED["domain"], domain), (STORED["category"], "news")]
    values += [(STORED["type"], "article"), (STORED["quality"], str(quality)), (STORED["heat"], str(heat))]
    values += [(SetKind.FLAG, "body")] + ([(SetKind.FLAG, "draft")] if is_draft else [])
    title = corpus.text(chance, 9).capitalize()
    row = IndexRow(
        0, 0, 0, False, title, name, domain, "\n".join(topics), quality, heat, "news", "article",
        f"https://{domain}/{number:x}", is_draft, *origin, chance.getrandbits(63),
        chance.getrandbits(63), None,
    )  # fmt: skip
    return IndexEntry(row, tuple(values), "", 0)
