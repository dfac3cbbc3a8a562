"""Whether files are still as the index says."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from reader.library.folder import change_detector
from reader.library.folder.change_detector import POLL_SECONDS, POLL_SHARE, ChangeDetector


@pytest.mark.parametrize(("takes", "pause"), [(0.01, POLL_SECONDS), (4.0, 4.0 / POLL_SHARE)])
def test_looks_without_notices_take_a_small_share_of_the_time(
    monkeypatch: pytest.MonkeyPatch, takes: float, pause: float
) -> None:
    """Every few seconds; where a look at all files takes long, less often."""
    now, looks = [100.0], []
    monkeypatch.setattr(change_detector, "time", SimpleNamespace(monotonic=lambda: now[0]))
    detector = ChangeDetector(cast("Any", None), cast("Any", None))
    detector._watch = cast("Any", SimpleNamespace(wait=lambda timeout: False, is_blind=True))

    def look(*, every_file: bool) -> bool:
        now[0] += takes
        looks.append(now[0])
        return False

    monkeypatch.setattr(detector, "sees_change", look)
    while len(looks) < 3:
        detector.wait(0)
        now[0] += 0.5
    assert all(
        pause <= later - before - takes <= pause + 1 for before, later in zip(looks, looks[1:], strict=False)
    )
