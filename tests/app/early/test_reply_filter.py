"""The terminal's replies are never keys, and keys that Textual can't read never end the screen."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual._xterm_parser import XTermParser

from reader.app.early.early_screen import is_worth_asking
from reader.app.early.reply_filter import EXPECTED, IDLE, QUESTION, ReplyFilter, readable
from reader.app.keys import alt_character
from reader.terminal import TRUECOLOUR, Terminal
from tests.app.real_screen import RealScreen
from tests.conftest import rarely

ANSWERS = {
    "\x1b]11;rgb:ffff/ffff/ffff\x1b\\": "light",
    "\x1b]11;rgb:ff/f0/e0\x07": "light",
    "\x1b]11;rgba:1c1c/1c1c/1c1c/ffff\x1b\\": "dark",
}
REPLIES = [
    "\x1b[?62;22;52c",
    "\x1b[>41;388;0c",
    "\x1b[?1u",
    "\x1b[24;80R",
    "\x1b[8;24;80t",
    "\x1b[?2048;2$y",
    "\x1b[48;24;80;480;800t",
    "\x1b[?997;1n",
    "\x1b]4;1;rgb:0000/ffff/7777\x07",
    "\x1b]10;rgb:ffff/ffff/ffff\x1b\\",
    "\x1b]52;c;aGVsbG8=\x1b\\",
    "\x1bP1$r2 q\x1b\\",
    "\x1bP>|XTerm(388)\x1b\\",
    "\x1b_Gi=31;OK\x1b\\",
]
UNREADABLE = [
    "\x1b[106;1:3u",
    "\x1b[99999999999999999999u",
    "\x1b[1;99999999999999999999A",
    "\x1b[55296u",
    "\x1b[1114112u",
    "\x1b[97;;99999999999u",
    "\x1b[99~",
    "\x1b[<99999999999;1;1M",
    "\x1b[:::u",
    "\x1b[;;;;;;;;;;;;u",
    "\x1b[M !!",
    "\x1b[5;5;5;5z",
]
KEYS = [
    "j",
    "/",
    "é",
    "\x1b[A",
    "\x1bj",
    "\x1b[<0;1;1M",
    "1",
    ";",
    "\x1b[97;5u",
    "\x1bOP",
    "\x1b[200~it\x1b[201~",
]
TYPED = st.lists(st.sampled_from(KEYS), max_size=9).map("".join)
LIGHT_GROUND = "ground=48;2;252;251;248"


def passed(text: str, cuts: list[int]) -> tuple[str, ReplyFilter]:
    """What passes of a text that comes in parts, after the question was asked."""
    replies = ReplyFilter()
    replies.ask()
    return "".join(
        replies.feed(text[start:end]) for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)
    ), replies


@given(TYPED, st.sampled_from([*ANSWERS, *REPLIES, *UNREADABLE]), TYPED, st.data())
def test_only_keys_pass(before: str, reply: str, after: str, data: st.DataObject) -> None:
    """In however many parts a reply comes, and whatever was typed around it."""
    sent = before + reply + after
    cuts = sorted(data.draw(st.sets(st.integers(0, len(sent)), max_size=5)))
    got, replies = passed(sent, cuts)
    assert got == before + after
    assert replies.background == ANSWERS.get(reply, "")


@given(st.text(st.sampled_from("\x1b[]P_;:0199?<>$ uAM~R\\\x07\x9cjé"), max_size=40))
def test_whatever_passes_is_read_by_textual(sent: str) -> None:
    """No input makes the parser fail."""
    got, replies = passed(sent, [])
    parser = XTermParser()
    list(parser.feed(got)) if got else []
    replies._last_input -= 1
    rest = replies.overdue()
    list(parser.feed(rest)) if rest else []


@pytest.mark.parametrize(
    ("sent", "plain"),
    [
        ("\x1b[97:65;2u", "\x1b[97;2u"),
        ("\x1b[1;1:1A", "\x1b[1;1A"),
        ("\x1b[106;1:2u", "\x1b[106;1u"),
        ("\x1b[97;;97u", "\x1b[97;;97u"),
        ("\x1b[A", "\x1b[A"),
        ("\x1b[3~", "\x1b[3~"),
        ("\x1b[57399u", "\x1b[57399u"),
    ],
)
def test_a_pressed_key_is_read_without_its_details(sent: str, plain: str) -> None:
    """Alternates and the kind of event are omitted; Textual's parser fails on them."""
    assert readable(sent) == plain


def test_esc_passes_once_nothing_follows() -> None:
    """Esc, or Alt with a key that could begin a reply, waits a moment for the rest."""
    replies = ReplyFilter()
    for key in ("\x1b", "\x1b]", "\x1bP", "\x1b["):
        assert replies.feed(key) == "" and replies.overdue() == ""
        replies._last_input -= 0.2
        assert replies.overdue() == key
    assert replies.feed("\x1b") == "" and replies.feed("c") == "\x1bc"


@pytest.mark.parametrize("sign", ["/", ":", "5", "?"])
def test_alt_and_a_sign_is_a_key(sign: str) -> None:
    """Textual would read the sign alone, and another for a digit."""
    (key,) = XTermParser().feed(ReplyFilter().feed(f"\x1b{sign}"))
    assert isinstance(key, events.Key) and alt_character(key.key) == sign


def test_an_unfinished_reply_is_given_up() -> None:
    """After a second without input, or at a control key, keys are keys again."""
    replies = ReplyFilter()
    assert replies.feed("\x1b]11;rgb:ff") == ""
    replies._last_input -= IDLE + 0.1
    assert replies.overdue() == "" and replies.feed("j") == "j"
    assert replies.feed("\x1b]52;c;aGVs\x03") == "\x03"
    assert replies.feed("\x1b_Gi=1\x1b[A") == "\x1b[A"


def test_an_answer_that_nobody_asked_for_changes_nothing() -> None:
    """Another program may have asked."""
    replies = ReplyFilter()
    answer = next(iter(ANSWERS))
    assert replies.feed(answer) == "" and not replies.background
    replies.ask()
    replies._asked -= EXPECTED + 1
    assert replies.feed(answer) == "" and not replies.background


def test_who_is_asked() -> None:
    """Terminals with colours enough for a theme, and not those that may show the question."""
    seen = Terminal(True, False, False, "", TRUECOLOUR, is_unicode=True)
    assert is_worth_asking(seen) and is_worth_asking(seen._replace(colours=256, multiplexer="tmux"))
    assert not is_worth_asking(seen._replace(colours=16)) and not is_worth_asking(seen._replace(is_tty=False))
    assert not is_worth_asking(seen._replace(multiplexer="screen"))
    assert not is_worth_asking(seen._replace(emulator="Linux console"))


def grounds(screen: RealScreen) -> set[str]:
    """The grounds of all cells."""
    return {
        part for row in screen.emulator.looks for look in row for part in look.split() if "ground" in part
    }


needs_pty = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo terminal")


@needs_pty
def test_a_light_terminal_gets_the_light_theme(news: Path, tmp_path: Path) -> None:
    """As soon as it answers, though the answer comes in parts and late; the next visit begins so."""
    with RealScreen(news, tmp_path / "home") as screen:
        screen.wait_for(QUESTION)
        screen.press("", quiet=0.6)
        assert LIGHT_GROUND not in grounds(screen)
        screen.press("\x1b]11;rgb:ffff/f", quiet=0.01)
        screen.press("fff/ffff\x1b\\", quiet=0.01)
        assert screen.wait_until(lambda: grounds(screen) >= {LIGHT_GROUND})
        assert "9 of 9" in screen.emulator.text and "rgb" not in screen.emulator.text
        screen.press("q")
        assert screen.wait_for_end() == 0
    with RealScreen(news, tmp_path / "home") as screen:
        screen.wait_for("9 of 9")
        screen.wait_for(QUESTION)  # for it may be another terminal today
        assert LIGHT_GROUND in grounds(screen)
        screen.press("\x1b]11;rgb:0000/0000/0000\x1b\\", quiet=0.01)
        assert screen.wait_until(lambda: LIGHT_GROUND not in grounds(screen))
        screen.press("q")
        assert screen.wait_for_end() == 0


@needs_pty
@pytest.mark.parametrize(
    "variables", [{"COLORFGBG": "0;15"}, *rarely({"TERM": "linux"}, {"NO_COLOR": "1"}, {})]
)
def test_nobody_asks_in_vain(variables: dict[str, str], news: Path, tmp_path: Path) -> None:
    """Where the ground is known, can't be asked for, or means nothing since a theme was chosen."""
    config = tmp_path / "home" / "config"
    config.mkdir(parents=True)
    (config / "config.toml").write_text("" if variables else "theme = 'reader-night'\n")
    with RealScreen(news, tmp_path / "home", variables={"COLORTERM": "", **variables}) as screen:
        screen.wait_for("9 of 9")
        screen.press("q", quiet=0.5)
        assert screen.wait_for_end() == 0
    assert QUESTION.encode() not in screen.written


@needs_pty
def test_an_end_right_after_the_question_leaves_nothing_for_the_shell(news: Path, tmp_path: Path) -> None:
    """The answer is still taken in, and the terminal given back behind it."""
    with RealScreen(news, tmp_path / "home") as screen:
        screen.wait_for(QUESTION)
        screen.press("Q", quiet=0.01)
        screen.press("\x1b]11;rgb:ffff/ffff/ffff\x1b\\", quiet=0.01)
        assert screen.wait_for_end() == 0
        assert b"11;rgb" not in screen.written and screen.is_line_restored


@needs_pty
def test_replies_and_unreadable_keys_on_a_real_screen(news: Path, tmp_path: Path) -> None:
    """They change nothing, and the next key works."""
    config = tmp_path / "home" / "config"
    config.mkdir(parents=True)
    (config / "config.toml").write_text("mark_read_after = -1\n")
    with RealScreen(news, tmp_path / "home") as screen:
        screen.wait_for("9 of 9")
        screen.press("", quiet=0.6)
        before = screen.emulator.text
        for sent in (*REPLIES, *UNREADABLE):
            screen.press(sent, quiet=0.01)
        screen.press("", quiet=0.3)
        assert screen.emulator.text == before
        screen.press("q")
        assert screen.wait_for_end() == 0
