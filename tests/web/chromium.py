"""A real Chromium without a window, driven by its DevTools protocol, and what its pages show."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse

from benchmarks.terminal_emulator import TerminalEmulator

PATIENCE = 40.0
"""Seconds after which what does not come will not come."""
SIZE = (1280, 720)
NAMED = {
    "Enter": (13, "\r"),
    "Escape": (27, ""),
    "Tab": (9, ""),
    "ArrowDown": (40, ""),
}
"""Keys with names: their codes, and what they type."""
_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP *.example 127.0.0.1:1", "--remote-debugging-port=0",
)  # fmt: skip


class Page:
    """A page, with the screen that its terminal shows."""

    def __init__(self, browser: Chromium, session: str, target: str) -> None:
        self._browser, self._session, self.target = browser, session, target
        self.emulator = TerminalEmulator(80, 24)
        """What the terminal in the page was sent."""
        self.written = bytearray()
        self.requested: list[str] = []
        """Every URL that the page requested."""
        self.size = (0, 0)
        self.is_closed = False
        """Whether its WebSocket was closed."""

    async def call(self, method: str, **parameters: Any) -> Any:
        """Ask the page for something of DevTools."""
        return await self._browser.call(method, parameters, self._session)

    def happened(self, method: str, about: dict[str, Any]) -> None:
        """Take in an event of the page."""
        if method == "Network.webSocketFrameReceived" and about["response"]["opcode"] == 2:
            data = base64.b64decode(about["response"]["payloadData"])
            self.written += data
            self.emulator.feed(data)
        elif method == "Network.webSocketFrameSent":
            with suppress(ValueError):
                kind, *rest = json.loads(about["response"]["payloadData"])
                if kind == "resize":
                    self._resized(rest[0]["width"], rest[0]["height"])
        elif method == "Network.webSocketClosed":
            self.is_closed = True
        elif method in ("Network.requestWillBeSent", "Network.webSocketCreated"):
            self.requested.append(about["request"]["url"] if "request" in about else about["url"])

    def _resized(self, columns: int, rows: int) -> None:
        if self.size != (columns, rows):
            self.size = columns, rows
            self.emulator = TerminalEmulator(columns, rows)
            self.emulator.feed(bytes(self.written))

    async def evaluate(self, expression: str) -> Any:
        """The value of an expression of JavaScript in the page."""
        reply = await self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in reply, reply
        return reply["result"].get("value")

    async def wait(self, is_so: Callable[[], object], about: str = "", patience: float = PATIENCE) -> None:
        """Wait until something is so. Raises AssertionError, with what is to be seen."""
        end = monotonic() + patience
        while not is_so():
            assert monotonic() < end, f"{about or is_so} did not come; to be seen is\n{self.emulator.text}"
            await asyncio.sleep(0.05)

    async def see(self, text: str, patience: float = PATIENCE) -> None:
        """Wait until a text is to be seen."""
        await self.wait(lambda: text in self.emulator.text, repr(text), patience)

    async def press(self, *keys: str) -> None:
        """Press keys as a keyboard does."""
        for key in keys:
            code, text = NAMED.get(key, (0, key))
            about = {"key": key, "windowsVirtualKeyCode": code or ord(key.upper())}
            await self.call(
                "Input.dispatchKeyEvent", type="keyDown", **about, **({"text": text} if text else {})
            )
            await self.call("Input.dispatchKeyEvent", type="keyUp", **about)

    async def click(self, column: int, row: int) -> None:
        """Click on a cell of the screen, counted from 0."""
        box = await self.evaluate(
            "(({x, y, width, height}) => [x, y, width, height])"
            "(document.querySelector('.xterm-screen').getBoundingClientRect())"
        )
        columns, rows = self.size
        x, y = box[0] + (column + 0.5) * box[2] / columns, box[1] + (row + 0.5) * box[3] / rows
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            button = {} if kind == "mouseMoved" else {"button": "left", "clickCount": 1}
            await self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **button)

    def place_of(self, text: str) -> tuple[int, int]:
        """(column, row) of a text that is to be seen."""
        for row, line in enumerate(self.emulator.text.split("\n")):
            if text in line:
                return line.index(text), row
        raise AssertionError(f"{text!r} is not to be seen in\n{self.emulator.text}")

    async def resize(self, width: int, height: int) -> None:
        """Give the window another size."""
        await self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    async def picture(self, file: Path) -> None:
        """Keep a picture of the page."""
        reply = await self.call("Page.captureScreenshot", format="png")
        file.write_bytes(base64.b64decode(reply["data"]))

    async def close(self) -> None:
        """Close the page."""
        await self._browser.call("Target.closeTarget", {"targetId": self.target})


class Chromium:
    """A running browser."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self._socket = socket
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._pages: dict[str, Page] = {}
        self.opened: dict[str, dict[str, Any]] = {}
        """The tabs, with what DevTools says of each."""

    async def call(self, method: str, parameters: dict[str, Any] | None = None, session: str = "") -> Any:
        """Ask for something. Raises AssertionError where it is refused."""
        number = len(self._answers) + 1
        self._answers[number] = answer = asyncio.get_running_loop().create_future()
        request: dict[str, Any] = {"id": number, "method": method, "params": parameters or {}}
        await self._socket.send_json(request | ({"sessionId": session} if session else {}))
        reply = await asyncio.wait_for(answer, PATIENCE)
        assert "error" not in reply, (method, reply)
        return reply["result"]

    async def listen(self) -> None:
        """Take in answers and events until the browser ends."""
        async for message in self._socket:
            reply = json.loads(message.data)
            if "id" in reply:
                self._answers[reply["id"]].set_result(reply)
            elif reply["method"] in ("Target.targetCreated", "Target.targetInfoChanged"):
                info = reply["params"]["targetInfo"]
                self.opened[info["targetId"]] = self.opened.get(info["targetId"], {}) | info
            elif page := self._pages.get(reply.get("sessionId", "")):
                page.happened(reply["method"], reply["params"])

    async def page(self, url: str, size: tuple[int, int] = SIZE) -> Page:
        """Open a page as a separate visitor: no cookies are shared."""
        context = (await self.call("Target.createBrowserContext"))["browserContextId"]
        target = (
            await self.call("Target.createTarget", {"url": "about:blank", "browserContextId": context})
        )["targetId"]
        attached = await self.call("Target.attachToTarget", {"targetId": target, "flatten": True})
        page = self._pages[attached["sessionId"]] = Page(self, attached["sessionId"], target)
        for domain in ("Network", "Page", "Runtime"):
            await page.call(f"{domain}.enable")
        await page.resize(*size)
        origin = "/".join(url.split("/")[:3])
        await self.call(
            "Browser.grantPermissions",
            {
                "origin": origin,
                "browserContextId": context,
                "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"],
            },
        )
        await page.call("Page.bringToFront")
        await page.call("Emulation.setFocusEmulationEnabled", enabled=True)
        await page.call("Page.navigate", url=url)
        return page


@asynccontextmanager
async def chromium() -> AsyncIterator[Chromium]:
    """Start a browser with a separate profile; skip if none is installed."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("chromium is not installed")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        running = await asyncio.create_subprocess_exec(
            program, *_FLAGS, f"--user-data-dir={profile}", "about:blank",
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, "HOME": profile},
        )  # fmt: skip
        try:
            port = await _port_in(Path(profile, "DevToolsActivePort"))
            async with ClientSession() as session, session.ws_connect(port, max_msg_size=0) as socket:
                browser = Chromium(socket)
                listening = asyncio.create_task(browser.listen())
                await browser.call("Target.setDiscoverTargets", {"discover": True})
                try:
                    yield browser
                finally:
                    with suppress(AssertionError, TimeoutError, ConnectionError):
                        await browser.call("Browser.close")
                    listening.cancel()
        finally:
            with suppress(TimeoutError):
                await asyncio.wait_for(running.wait(), 10)
            if running.returncode is None:
                running.kill()
                await running.wait()


async def _port_in(file: Path) -> str:
    end = monotonic() + PATIENCE
    while monotonic() < end:
        with suppress(FileNotFoundError, ValueError):
            port, path = file.read_text().split()
            return f"ws://127.0.0.1:{port}{path}"
        await asyncio.sleep(0.05)
    raise AssertionError("chromium did not start")
