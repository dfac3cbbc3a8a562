"""The C library's memory."""

from __future__ import annotations

import ctypes
import sys

import pytest

from reader.app.process import heap


def test_another_c_library_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the functions of glibc are missing, nothing is done and nothing said."""
    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())
    heap.share()
    heap.give_back()


def test_a_refresh_gives_memory_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """The C library is asked for it by name, on Linux alone."""
    asked = []

    class Library:
        def malloc_trim(self, kept: int) -> None:
            asked.append(kept)

    monkeypatch.setattr(ctypes, "CDLL", lambda name: Library())
    monkeypatch.setattr(sys, "platform", "linux")
    heap.give_back()
    monkeypatch.setattr(sys, "platform", "darwin")
    heap.give_back()
    assert asked == [0]
