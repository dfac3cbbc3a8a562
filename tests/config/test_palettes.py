"""The user's own themes: what is good in them is used, what is not is reported."""

from __future__ import annotations

import os
from pathlib import Path

from reader.config.palettes import Palette, load


def test_a_file_is_a_palette(tmp_path: Path) -> None:
    """Its name is the file's; a folder that is not there has none."""
    (tmp_path / "dusk.toml").write_text('background = "#101018"\naccent = "#AABBCC"\ndark = true\n')
    (tmp_path / "readme.txt").write_text("not a theme")
    assert load(str(tmp_path)) == (
        [Palette("dusk", {"background": "#101018", "accent": "#AABBCC"}, True)],
        [],
    )
    assert load(str(tmp_path / "nowhere")) == ([], [])


def test_each_mistake_is_one_warning(tmp_path: Path) -> None:
    """The nearest name, the form of a colour; the rest of the file is used."""
    (tmp_path / "a.toml").write_text('acent = "#101018"\nstar = "red"\ndark = "yes"\ndim = "#999999"\n')
    (tmp_path / "b.toml").write_text("this is no TOML")
    (tmp_path / "no\x1b[2J.toml").write_text("")
    (tmp_path / "huge.toml").write_text(f"dim = 0x{'f' * 3600}\ndark = [0x{'f' * 3600}]\n")
    os.mkfifo(tmp_path / "pipe.toml")
    palettes, warnings = load(str(tmp_path))
    assert palettes == [Palette("a", {"dim": "#999999"}, None), Palette("huge", {}, None)]
    assert len(warnings) == 8
    assert sum("huge number" in warning for warning in warnings) == 2
    assert sum("not a regular file" in warning for warning in warnings) == 1
    assert 'did you mean "accent"?' in warnings[1] or 'did you mean "accent"?' in warnings[0]
    assert all("\x1b" not in warning for warning in warnings)
