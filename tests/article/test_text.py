"""Cleaning, folding and splitting of text."""

from __future__ import annotations

import re
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.article.text import (
    MAX_JOINED,
    MAX_MARKS,
    MAX_WORD,
    as_written,
    clean,
    clean_line,
    display_path,
    fold,
    words,
)
from tests.conftest import QUICK

FORBIDDEN = {
    *map(chr, range(32)),
    *map(chr, range(0x7F, 0xA0)),
    *"\u061c\u200b\u200e\u200f\u2028\u2029\u2060\ufeff",
    *map(chr, range(0x202A, 0x202F)),
    *map(chr, range(0x2066, 0x206A)),
    *map(chr, range(0xD800, 0xE000)),
    *map(chr, range(0xE0000, 0xE0080)),
} - {"\n", "\t"}
HOSTILE = st.text(
    st.one_of(
        st.sampled_from("\x1b\x9b\x9d\x90\x9c\x07[]P\\;0m1 \r\n\t\u200d\u200c\u0301\u0302\ufe0f👩🏽م क्a\xad"),
        st.characters(),
        st.sampled_from(sorted(FORBIDDEN)),
    )
)


@given(HOSTILE)
def test_nothing_forbidden_is_left_and_cleaning_twice_changes_nothing(text: str) -> None:
    """Clean text holds no forbidden character, at most 8 marks a letter, and is stable."""
    cleaned = clean(text)
    assert not FORBIDDEN.intersection(cleaned)
    assert clean(cleaned) == cleaned
    marks = 0
    for char in cleaned:
        category = unicodedata.category(char)
        marks = marks + 1 if category[0] == "M" else marks if category == "Cf" else 0
        assert marks <= MAX_MARKS


@given(HOSTILE)
def test_a_clean_line_is_one_line_and_stable(text: str) -> None:
    """One line has no line break, no outer spaces, no two spaces together."""
    line = clean_line(text)
    assert "\n" not in line and "\t" not in line and "  " not in line
    assert line == line.strip() == clean_line(line)


@pytest.mark.parametrize(
    ("hostile", "cleaned"),
    [
        ("a\x1b[31mred\x1b[0m b", "ared b"),
        ("a\x9b31mred", "ared"),
        ("\x1b]0;title\x07after", "after"),
        ("\x1b]52;c;aGk=\x1b\\after", "after"),
        ("\x9d0;title\x9cafter", "after"),
        ("\x1bPq#0\x1b\\x\x1b_apc\x1b\\y\x1b^pm\x1b\\z\x1bXsos\x1b\\.", "xyz."),
        ("\x1b]0;never ended", "0;never ended"),
        ("\x1bctext\x1b(Btext", "texttext"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("a\u202egpj.exe\u202c", "agpj.exe"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("a\u2028b", "a\nb"),
        ("\ud83d x", "\ufffd x"),
        ("flag\U000e0067\U000e007f", "flag"),
        ("x\x07\x08\x00y", "xy"),
        ("tab\tand\nnewline", "tab\tand\nnewline"),
    ],
)
def test_what_a_terminal_would_obey_is_removed(hostile: str, cleaned: str) -> None:
    """Whole sequences go, readable text stays."""
    assert clean(hostile) == cleaned


@pytest.mark.parametrize(
    "text",
    ["👩‍👩‍👧", "❤️‍🔥", "👩🏽‍⚕️", "🙂‍↔️", "می‌خواهم", "क्‍ष", "naïve café", "😀" * 30, "한국어"],
)
def test_joiners_stay_where_they_shape(text: str) -> None:
    """Emoji families, Persian and Indic words keep their joiners."""
    assert clean(text) == text


@pytest.mark.parametrize("text", ["pay\u200dpal", "a\u200c b", "\u200dx", "x\u200d", "م\u200d."])
def test_joiners_that_shape_nothing_are_removed(text: str) -> None:
    """Between Latin letters and beside spaces a joiner only hides."""
    assert clean(text) == text.replace("\u200d", "").replace("\u200c", "")


def test_marks_piled_up_are_cut() -> None:
    """Eight marks stay on a letter, also when joiners or soft hyphens are put between."""
    assert clean("a" + "\u0301" * 50 + "b") == "a" + "\u0301" * 8 + "b"
    assert clean("x" + "\u0301\xad" * 50) == "x" + "\u0301\xad" * 4


@pytest.mark.parametrize(
    "text",
    [
        "\U0001f468\u200d" * 34_000,
        "\u0644\u200d" * 34_000,
        "\u0915\u094d\u200d" * 34_000,
        "\U0001f44d" + "\U0001f3fb" * 34_000,
        "\uac00" + "\u1161" * 34_000,
        "\u1100" * 34_000,
        "\uff76" + "\uff9e" * 34_000,
        "x" + "\u2062" * 34_000,
        "x" + "\u0301\u2062\u200d" * 34_000,
    ],
)
def test_a_cluster_has_a_bounded_number_of_code_points(text: str) -> None:
    """No character on the screen is made of more than some dozen code points, however they are joined."""
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    # What takes no room of its own is never many in a row, and joiners end.
    joined = longest = 0
    for char in cleaned:
        category = unicodedata.category(char)
        is_part = category[0] == "M" or category == "Cf" or "\U0001f3fb" <= char <= "\U0001f3ff"
        joined = joined + 1 if is_part or "\u1160" <= char <= "\u11ff" or char == "\uff9e" else 0
        longest = max(longest, joined)
    assert longest <= MAX_MARKS + 2
    assert cleaned.count("\u200d") <= MAX_JOINED
    assert len(re.findall("\u1100{9}", cleaned)) == 0


def test_emoji_side_by_side_are_whole() -> None:
    """Joiners are counted within a cluster alone."""
    for text in ("\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466" * 20, "می‌خواهم " * 20 + "x"):
        assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Łódź", "lodz"),
        ("Ærø", "aero"),
        ("Þórður", "thordur"),
        ("Đặng", "dang"),
        ("ılık İzmir", "ilik izmir"),
        ("Ħal Għaxaq", "hal ghaxaq"),
        ("œuvre", "oeuvre"),
        ("Straße", "strasse"),
    ],
)
def test_letters_that_unicode_does_not_take_apart(text: str, folded: str) -> None:
    """They are compared as users type them who have not got them on their keyboard."""
    assert fold(text) == folded
    assert words(text) == folded.split()
    assert words(f"{text} 漢字")[: len(folded.split())] == folded.split()


def test_clean_text_is_given_back_itself() -> None:
    """Ordinary text is not copied."""
    for text in ("Plain, with a\nbreak", "Größe – “naïve” café", ""):
        assert clean(text) is text


@pytest.mark.parametrize(
    "piece",
    [
        "\x1b]", "\x9d", "\x1b[0", "\x1bP", "\x1b]a", "\u0301", "क\u200d", "\u200d", "\x1b ", "\x1b[;",
        "\x90a", "\r",
    ],
)  # fmt: skip
@QUICK
def test_cleaning_takes_linear_time(piece: str) -> None:
    """400 kB of hostile text take linear time; quadratic work would take minutes."""
    text = piece * (400_000 // len(piece))
    clean(text)
    clean("\x1b]" + text)


def test_a_path_shows_its_breaks() -> None:
    """Newlines, tabs, escapes and undecodable bytes in a file's name can be shown."""
    assert display_path("a\nb\tc\r\udcff\x1b[31m.md") == "a␊b␉c␍\ufffd.md"


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ÄÖÜ Straße", "aou strasse"),
        ("İstanbul", "istanbul"),
        ("ﬁne ½", "fine 1⁄2"),
        ("한국", "한국"),
        ("Ελλάς", "ελλασ"),
        ("ver\xadsion", "version"),
    ],
)
def test_folding_drops_case_and_marks(text: str, folded: str) -> None:
    """Letters are compared without case, accents, ligatures and soft hyphens; Hangul stays whole."""
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("word", "text", "written"),
    [
        ("energie", "L'Énergie monte", "énergie"),
        ("strasse", "Die Straße", "straße"),
        ("か開", "図書館が開館", "が開"),
        ("storm", "Storm watch", "storm"),
        ("storm", "Énergie", "storm"),
    ],
)
def test_a_folded_word_is_found_as_written(word: str, text: str, written: str) -> None:
    """With its accents; the folded word where the text does not have it."""
    assert as_written(word, text) == written


@pytest.mark.long
def test_folding_twice_changes_nothing_for_any_character() -> None:
    """Every code point of Unicode folds to something stable."""
    codes = [code for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000]
    for start in range(0, len(codes), 1024):
        folded = fold("\n".join(map(chr, codes[start : start + 1024])))
        assert fold(folded) == folded


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Don’t stop: café, CAFÉ, cafe\u0301!", ["don", "t", "stop", "cafe", "cafe", "cafe"]),
        ("_emphasis_ snake_case", ["emphasis", "snake", "case"]),
        ("北京市 x 京", ["北京", "京市", "x", "京"]),
        ("한국어", ["한국", "국어"]),
        ("iPhone12発売", ["iphone12", "発売"]),
        ("ภาษา", ["ภา", "าษ", "ษา"]),
        ("x" * 100 + " y", ["x" * MAX_WORD, "y"]),
        ("ə" * 100, ["ə" * MAX_WORD]),
        ("— … 😀", []),
        ("", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    """Words are folded, cut to 64 characters, and pairs where scripts have no spaces."""
    assert words(text) == expected


@given(st.text(st.one_of(st.characters(), st.sampled_from("aÉ é_’“ß½京한ガ\u0301 \n"))))
def test_words_do_not_depend_on_folding(text: str) -> None:
    """Folding first gives the same words, and each of them is its own word."""
    found = words(text)
    assert words(fold(text)) == found
    for word in found:
        assert 0 < len(word) <= MAX_WORD
        assert words(word) == [word]


@given(st.text(), st.text())
def test_words_of_a_part_are_words_of_the_whole(one: str, two: str) -> None:
    """Texts put side by side with a space have the words of both."""
    assert words(f"{one} . {two}") == words(one) + words(two)


@given(st.text(st.sampled_from("ab ."), max_size=400))
def test_long_words_are_cut_wherever_they_stand(text: str) -> None:
    """The quick look for long words misses none."""
    assert words(text) == [word[:MAX_WORD] for word in text.replace(".", " ").split()]


@pytest.mark.parametrize("blank", [" ", " \n ", "\u3000"])
def test_a_long_text_is_put_on_one_line_in_pieces(blank: str) -> None:
    """Wherever the pieces begin, runs of white space are one blank and none is at the ends."""
    text = blank + blank.join(["word"] * 40_000) + blank * 70_000 + "end" + blank
    assert clean_line(text) == " ".join(["word"] * 40_000 + ["end"])


def test_a_text_of_escapes_is_cleaned_in_little_memory() -> None:
    """However many sequences there are, what is between them stays."""
    assert clean("\x1b[31mred\x1b[0m " * 20_000) == "red " * 20_000
