"""The made articles are what they claim to be, and the table judges rightly."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from benchmarks import corpus, made_index
from benchmarks.floors import Floor
from benchmarks.table import Figure, markdown
from benchmarks.terminal_emulator import TerminalEmulator
from benchmarks.timing import at_home
from reader.article.record import Place
from reader.library.sources import open_library
from reader.parsing.canonical import canonical_article
from reader.query import Query, parse


def test_a_corpus_is_the_same_every_time_and_as_long_as_real_articles() -> None:
    """Two makings give the same texts, of two to four kilobytes in the mean."""
    texts = [text for _, _, text in corpus.articles(200)]
    assert texts == [text for _, _, text in corpus.articles(200)]
    assert 2_000 < sum(map(len, texts)) / len(texts) < 4_000


def test_every_made_article_is_in_the_canonical_layout() -> None:
    """The fast lane takes each, so a load measures what machine-written collections cost."""
    place = Place("/news/a.md", "a.md", "news")
    assert all(canonical_article(text, place) is not None for _, _, text in corpus.articles(200))


def test_a_corpus_is_read_whole_and_begins_and_ends_with_its_titles(tmp_path: Path) -> None:
    """The reader finds every article, no problem, newest and oldest where the figures look for them."""
    made = corpus.make(60, tmp_path)
    library = open_library([made.folder])
    try:
        *_, last = library.refresh()
        newest_first = library.select(Query())
        assert last.report is not None
        assert (last.report.files, last.report.problems, len(newest_first)) == (60, 0, 60)
        assert newest_first.window(0, 1)[0].title == made.first_title
        assert newest_first.window(59, 60)[0].title == made.last_title
    finally:
        library.close()
    assert made.byte_count == sum(path.stat().st_size for path in made.folder.rglob("*.md"))
    assert corpus.make(60, tmp_path) == made


def test_a_corpus_without_bodies_is_the_same_front_matter(tmp_path: Path) -> None:
    """The same files, each up to the end of its front matter; they lie beside those with bodies."""
    whole, bare = corpus.make(20, tmp_path), corpus.make(20, tmp_path, has_bodies=False)
    assert bare.byte_count < whole.byte_count
    for path in bare.folder.rglob("*.md"):
        text = (whole.folder / path.relative_to(bare.folder)).read_text()
        assert text.startswith(path.read_text())
        assert path.read_text().count("\n---\n") == 1


def test_frequent_words_are_frequent() -> None:
    """Words follow a long-tailed law: the hundred commonest are a third of the text, most come up once."""
    words = re.findall(r"[a-z]+", " ".join(text.rpartition("---")[2] for _, _, text in corpus.articles(500)))
    counts = sorted(Counter(words).values(), reverse=True)
    assert sum(counts[:100]) > len(words) / 3
    assert counts[len(counts) // 2] <= 2


def test_texts_are_typed_letter_by_letter() -> None:
    """Each text is the one before it and a letter more, or begins again."""
    typed = corpus.queries(100)
    assert len(typed) == 100
    for before, after in zip(typed, typed[1:], strict=False):
        assert len(after) == 1 or after.rpartition(after[-1])[0].rstrip() == before


def test_a_figure_is_judged_by_its_ratio_and_its_limit() -> None:
    """Within the goal is ok, beyond it misses, without one there is no verdict; a peer is to be slower."""
    floor = Floor("floor", 2.0)
    assert Figure("a", 1, 2.2, floor, most=1.1).verdict == "ok"
    assert Figure("a", 1, 2.3, floor, most=1.1).verdict == "misses"
    assert Figure("a", 1, 0.4, floor, least=5).verdict == "ok"
    assert Figure("a", 1, 0.5, floor, least=5).verdict == "misses"
    assert Figure("a", 1, 2.0, floor, most=1.1, limit=1.0).verdict == "misses"
    assert Figure("a", 1, 2.0, floor).verdict == ""


def test_the_table_is_one_that_documents_can_hold() -> None:
    """Every line has as many cells as the head and the same length."""
    lines = markdown(
        [Figure("start", 1_000, 0.0123, Floor("bare", 0.01), most=1.5), Figure("size", 0, 3e6, unit="B")]
    )
    assert len({len(line) for line in lines.splitlines()}) == 1
    assert "| 12.3 ms |" in lines
    assert "| 1.23 x |" in lines
    assert "| 3.00 MB |" in lines


def test_an_index_made_directly_answers_as_one_of_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has the articles, newest first, found by their titles' words; a refresh finds nothing to do."""
    monkeypatch.setattr(made_index, "VOCABULARY", 3_000)
    monkeypatch.setattr(made_index, "REAL", 20)
    bench = made_index.make_bench(300, tmp_path, 1)
    assert made_index.make_bench(300, tmp_path, 1) == bench
    with at_home(bench.home):
        library = open_library([bench.corpus.folder])
        try:
            *_, last = library.refresh()
            assert last.report is not None and (last.report.added, last.report.removed) == (0, 0)
            listed = library.select(Query()).window(0, 400)
            assert len(listed) == 300
            assert listed[0].title == bench.corpus.first_title
            assert [one.date for one in listed] == sorted((one.date for one in listed), reverse=True)  # type: ignore[type-var]
            for one in listed[::50]:
                assert one.id in [
                    hit.id for hit in library.select(parse(f"title:{one.title.split()[0]}")).window(0, 300)
                ]
            assert library.article(listed[-1]).title
        finally:
            library.close()


def test_the_emulator_shows_what_was_written() -> None:
    """Walked over, wiped and repeated as terminals do, also where a sequence comes in parts."""
    emulator = TerminalEmulator(8, 3)
    emulator.feed(b"abcdefgh\x1b[2;3Hxyz\x1b[1;3H\x1b[K\x1b[3dq\x1b[2")
    assert emulator.lines == ["ab      ", "  xyz   ", "  q     "]
    emulator.feed(b"b\x1b[A\x1b[2D\x1b[X\x1b[H-")
    assert emulator.lines == ["-b      ", "  x z   ", "  qqq   "]
    emulator.feed(b"\x1b[2;4H\x1b[1K\x1b[Jn")
    assert emulator.lines == ["-b      ", "   n    ", "        "]
    emulator.feed(b"\x1b[H\x1b[2J")
    assert not emulator.text.strip()
