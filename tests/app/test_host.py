"""Work in threads that quitting does not wait for."""

from __future__ import annotations

import threading

import pytest
from textual.app import App

from reader.app.browsing.host import in_daemon_thread


class Working(App[None]):
    """An app whose work ends when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.may_end = threading.Event()
        self.has_ended = threading.Event()

    def on_mount(self) -> None:
        """Begin."""
        self.run_worker(in_daemon_thread(self._work), exit_on_error=False)

    def _work(self) -> None:
        self.may_end.wait()
        self.has_ended.set()


async def test_an_app_ends_while_work_continues() -> None:
    """The thread continues, and its result is dropped."""
    app = Working()
    async with app.run_test() as pilot:
        await pilot.pause(0)
    assert not app.has_ended.is_set()
    app.may_end.set()
    assert app.has_ended.wait(10)


async def test_work_is_waited_for_and_its_error_is_raised() -> None:
    """If it is awaited."""
    done: list[str] = []
    await in_daemon_thread(lambda: done.append("work"))
    assert done == ["work"]
    with pytest.raises(ZeroDivisionError):
        await in_daemon_thread(lambda: print(1 // 0))
