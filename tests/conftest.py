"""What every test begins with: places of its own, one time zone, and examples that come again."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hypothesis import settings

# No deadline: how long an example takes says more about the machine than about the code.
settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")


def pytest_configure() -> None:
    """Every process of the tests, and every program they start, lives in UTC."""
    os.environ["TZ"] = "UTC"
    time.tzset()


@pytest.fixture(autouse=True)
def _own_places(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test reads or writes the index, the marks or the configuration of the person who runs it."""
    base = tmp_path_factory.mktemp("places")
    for kind in ("cache", "data", "config", "state"):
        monkeypatch.setenv(f"READER_{kind.upper()}_DIR", str(base / kind))
    return base
