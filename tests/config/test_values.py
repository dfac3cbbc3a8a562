"""Tests of the colours of tags."""

from __future__ import annotations

from reader.config.values import TAG_COLOURS, colour_of


def test_a_name_always_has_the_same_colour() -> None:
    """The colour depends on the name alone, whatever its case, today and tomorrow."""
    assert [colour_of(name, {}) for name in ("later", "LATER", "wörk")] == ["orange", "orange", "teal"]


def test_names_spread_over_all_colours() -> None:
    """Of some tags each colour is used."""
    assert {colour_of(f"tag {number}", {}) for number in range(64)} == set(TAG_COLOURS)


def test_the_chosen_colour_wins() -> None:
    """What the configuration says is taken, whatever the case of the tag."""
    assert colour_of("Later", {"later": "red"}) == "red"
