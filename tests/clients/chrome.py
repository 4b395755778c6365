"""A headless Chromium that is spoken to over a pipe (DevTools protocol): no driver, no port, no network."""

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--disable-lcd-text",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
    "about:blank",
)
_PATIENCE = 60.0
"""Seconds to wait for a word of the browser."""


class Trouble(RuntimeError):
    """The browser did not do what it was told."""


def executable() -> str | None:
    """Return where a Chromium is, or None."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if (found := shutil.which(name))), None)


class Page:
    """One page of the browser: shown at a width, in a colour scheme, measured and pictured."""

    def __init__(self, reader: int, writer: int) -> None:
        """Talk to a browser that reads `writer` and writes `reader`; the page is there after `open`."""
        self._reader, self._writer = reader, writer
        self._ids = count(1)
        self._buffer = b""
        self._session = ""
        self.asked: list[str] = []
        """Every address that the pages shown so far asked for."""

    def open(self) -> None:
        """Attach to the one page there is."""
        pages = self._call("Target.getTargets")["targetInfos"]
        target = next(page["targetId"] for page in pages if page["type"] == "page")
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network"):
            self._call(f"{domain}.enable")
        self._frame: str = self._call("Page.getFrameTree")["frameTree"]["frame"]["id"]

    def show(self, page: str, *, width: int, dark: bool = False, forced: bool = False) -> None:
        """Show HTML at a width in CSS px, light or dark as the reader prefers, or recoloured by force."""
        self._call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=900,
            deviceScaleFactor=1,
            mobile=False,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._call("Emulation.setEmulatedMedia", features=[scheme])
        self._call("Emulation.setAutoDarkModeOverride", enabled=forced)
        self._call("Page.setDocumentContent", frameId=self._frame, html=page)
        seen = self.run("innerWidth")
        if seen != width:
            raise Trouble(f"the page is {seen} px wide and not {width}")

    def run(self, script: str) -> Any:
        """Return the value of an expression of JavaScript, awaited where it is a promise."""
        done = self._call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in done:
            raise Trouble(json.dumps(done["exceptionDetails"])[:500])
        return done["result"].get("value")

    def picture(self, height: int | None = None) -> bytes:
        """Return the page as PNG, the whole of it or its first `height` px."""
        width, full = self.run("[innerWidth, document.documentElement.scrollHeight]")
        shown = min(full, height or full)
        self._call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=shown,
            deviceScaleFactor=1,
            mobile=False,
        )
        done = self._call("Page.captureScreenshot", format="png")
        return base64.b64decode(done["data"])

    def block_pictures(self, *, blocked: bool) -> None:
        """Fetch no pictures, as mail programs do before they are allowed to; or fetch them again."""
        patterns = ["*.gif*", "*.jpg*", "*.png*", "*.svg*", "*.webp*", "data:image*"] if blocked else []
        self._call("Network.setBlockedURLs", urls=patterns)

    def _call(self, method: str, **params: object) -> dict[str, Any]:
        number = next(self._ids)
        said: dict[str, object] = {"id": number, "method": method, "params": params}
        if self._session:
            said["sessionId"] = self._session
        os.write(self._writer, json.dumps(said).encode() + b"\0")
        while True:
            heard = self._hear()
            if heard.get("method") == "Network.requestWillBeSent":
                self.asked.append(heard["params"]["request"]["url"])
            if heard.get("id") == number:
                break
        if "error" in heard:
            raise Trouble(f"{method}: {heard['error']}")
        result: dict[str, Any] = heard["result"]
        return result

    def _hear(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            ready = select.select([self._reader], [], [], _PATIENCE)[0]
            piece = os.read(self._reader, 1 << 20) if ready else b""
            if not piece:
                raise Trouble("the browser went away")
            self._buffer += piece
        said, _, self._buffer = self._buffer.partition(b"\0")
        heard: dict[str, Any] = json.loads(said)
        return heard


@contextmanager
def browser() -> Iterator[Page]:
    """Start the browser in a folder of its own, and end it and its children afterwards."""
    program = executable()
    if program is None:
        raise Trouble("no Chromium here")
    reader, given = os.pipe()
    taken, writer = os.pipe()
    # High numbers of their own: the shell could not give 3 and 4 to what has them already.
    ends = tuple(fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (taken, given))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        told = [f"--user-data-dir={Path(folder) / 'profile'}", *_FLAGS]
        running = subprocess.Popen(
            # The protocol is spoken on descriptors 3 and 4, which a shell can name before the start.
            ["/bin/sh", "-c", 'exec "$0" "$@" 3</dev/fd/{} 4>/dev/fd/{}'.format(*ends), program, *told],
            pass_fds=ends,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for end in (taken, given, *ends):
            os.close(end)
        page = Page(reader, writer)
        try:
            page.open()
            yield page
        finally:
            os.close(writer)
            try:
                running.wait(10)
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait()
            os.close(reader)
