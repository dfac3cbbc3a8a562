"""QR codes as a camera sees them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from textual.content import Content
from textual.style import Style

from reader.app.screens.addresses import QUIET, Squares, painted, size_of, squares

URLS = [
    "https://a.example/",
    "https://harbourpost.example/2021/06/18/a-lab-revives-plans?ref=x&y=1#top",
    "https://e.example/" + "a" * 700,
]
SIZES = ("short", "usual", "long")


def seen(content: Content, *, is_unicode: bool) -> list[list[bool]]:
    """The dark squares that the cells of a painted code show; every cell must say both of its colours."""
    rows: list[list[bool]] = []
    for line in content.split("\n", allow_blank=True):
        upper, lower = [], []
        for text, style in line.render(Style(), end=""):
            for char in text:
                assert style.foreground and style.background
                foreground, background = style.foreground.rgb, style.background.rgb
                assert {foreground, background} == {(0, 0, 0), (255, 255, 255)}
                is_dark = {"fore": foreground == (0, 0, 0), "back": background == (0, 0, 0)}
                upper.append(is_dark["fore" if char in "▀█" else "back"])
                lower.append(is_dark["fore" if char in "▄█" else "back"])
        rows += [upper, lower] if is_unicode else [upper[::2]]
    return rows


@pytest.mark.parametrize("url", URLS, ids=SIZES)
@pytest.mark.parametrize("is_unicode", [True, False])
def test_what_is_painted_is_the_code(url: str, is_unicode: bool) -> None:
    """Each square is black or white in its place, whatever the terminal's own colours are."""
    code = squares(url)
    shown = seen(painted(code, is_unicode=is_unicode), is_unicode=is_unicode)
    assert [list(row) for row in code] == shown[: len(code)]
    assert not any(map(any, shown[len(code) :]))
    assert size_of(code, is_unicode=is_unicode).height == len(shown) // (2 if is_unicode else 1)


def test_the_quiet_zone_is_four_squares_wide() -> None:
    """All round the code."""
    code = squares(URLS[0])
    assert QUIET == 4
    for rows in (code, list(zip(*code, strict=True))):
        assert not any(map(any, rows[:4])) and any(rows[4])
        assert not any(map(any, rows[-4:])) and any(rows[-5])


def test_an_address_that_no_code_holds_has_none() -> None:
    """2,953 bytes are the most."""
    assert squares("https://a.example/" + "a" * 3000) == ()


def bitmap(code: Squares, path: Path) -> None:
    """The squares as a picture of ten dots a square."""
    lines = [
        " ".join("1" if dark else "0" for dark in row for _ in range(10)) for row in code for _ in range(10)
    ]
    path.write_text(f"P1\n{len(code) * 10} {len(code) * 10}\n" + "\n".join(lines) + "\n")


@pytest.mark.skipif(not shutil.which("zbarimg"), reason="zbarimg (zbar-tools) is not installed")
@pytest.mark.parametrize("url", URLS, ids=SIZES)
def test_a_camera_reads_it(url: str, tmp_path: Path) -> None:
    """A reader of codes that is not ours finds the address in what is painted."""
    shown = seen(painted(squares(url), is_unicode=True), is_unicode=True)
    bitmap(shown[: len(shown[0])], tmp_path / "code.pbm")
    read = subprocess.run(
        ["zbarimg", "-q", "--raw", tmp_path / "code.pbm"], capture_output=True, text=True, check=True
    )
    assert read.stdout.strip() == url
