"""Pages as the test client got them, opened in Chromium from a server that knows nothing else.

A page is asked from Django once and then shown at every width and in both themes. Its files come straight
from the folders of static files, once: the browser keeps them for the pages after it, with what it made of
the scripts. Everything else is answered with nothing.
"""

from __future__ import annotations

import asyncio
import mimetypes
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import axe_playwright_python
from django.conf import settings
from django.contrib.staticfiles import finders
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from bench.face.browser import FLAGS
from tests.authorisation.test_matrix import _plain
from tests.browser import for_pages

HOST = "http://testserver"
#: Where pages find axe: a file of their own site, which their policy lets them run and the browser keeps.
AXE = "/axe.js"
#: How much of a page is seen to begin with.
ROOM: ViewportSize = {"width": 1280, "height": 720}
# Each page runs axe but once: making its script quick takes longer than running it slowly.
UNHURRIED = "--js-flags=--no-opt --no-maglev --always-sparkplug"
# Nobody sees still pages: they are drawn when told to, which is never. All that is asked of them is laid out
# just the same, but what waits for the next picture waits for ever: clicks of Playwright, frames of scripts.
STILL = "--enable-begin-frame-control"
AXE_FILE = Path(str(axe_playwright_python.__file__)).with_name("axe.min.js")


@dataclass(frozen=True)
class Sheet:
    """One page in one state."""

    name: str
    path: str
    html: str
    route: str
    policy: str = ""


def sheet_of(name: str, path: str, answer: Any) -> Sheet | None:
    """The answer as a page, or nothing when it is a redirect, a file or data."""
    if answer.status_code in (301, 302, 303) or answer.streaming:
        return None
    if not answer.headers.get("Content-Type", "").startswith("text/html"):
        return None
    html = answer.content.decode("utf-8")
    if "<html" not in html:
        return None  # a part of a page, for htmx
    route = _plain(answer.resolver_match.route) if answer.resolver_match else ""
    return Sheet(name, path, html, route, answer.headers.get("Content-Security-Policy", ""))


def static_file(path: str) -> Path | None:
    """The file behind an address of static files."""
    if path == AXE:
        return AXE_FILE
    if not path.startswith(settings.STATIC_URL):
        return None
    found = finders.find(path.removeprefix(settings.STATIC_URL))
    return Path(found) if isinstance(found, str) else None


@contextmanager
def _running(loop: asyncio.AbstractEventLoop | None) -> Iterator[None]:
    before = asyncio._get_running_loop()
    asyncio._set_running_loop(loop)
    try:
        yield
    finally:
        asyncio._set_running_loop(before)


class Stage:
    """One browser page on which every sheet is shown in turn."""

    def __init__(self, browser: Browser, house: House) -> None:
        self._house = house
        self._loop = asyncio.get_running_loop()
        self.said: list[str] = []
        self.page = self._opened(browser)
        self._devtools = self.page.context.new_cdp_session(self.page)

    def anew(self) -> None:
        """Go on as somebody else, whose browser has kept nothing but files, and who points at nothing.

        A page of his own took twice as long as what is shown on it: a process begins with each.
        """
        page = self.page
        page.evaluate("location.protocol === 'about:' || sessionStorage.clear()")
        page.goto("about:blank")
        page.unroute_all()
        page.mouse.move(0, 0)
        if page.viewport_size != ROOM:
            page.set_viewport_size(ROOM)
        page.context.clear_cookies()
        self._devtools.send("Storage.clearDataForOrigin", {"origin": HOST, "storageTypes": "all"})

    def _opened(self, browser: Browser) -> Page:
        page = browser.new_page(locale="ru-RU", reduced_motion="reduce", viewport=ROOM)
        page.on("pageerror", lambda error: self.said.append(f"error in the page: {error}"))
        page.on("console", lambda line: self.said.append(line.text) if line.type == "error" else None)
        return page

    def interval(self) -> AbstractContextManager[None]:
        """Nobody looks, and tests may use the database.

        Playwright's loop runs in this thread even while it is asked for nothing, and Django lets nobody use a
        database beside one.
        """
        return _running(None)

    def act(self) -> AbstractContextManager[None]:
        """What is shown within an interval."""
        return _running(self._loop)

    def show(self, sheet: Sheet) -> Page:
        """Put the sheet on the stage; what its scripts complain of is in ``said``."""
        self._house.sheet, self.said = sheet, []
        self.page.goto(HOST + sheet.path, wait_until="load")
        return self.page


class House(ThreadingHTTPServer):
    """Answers whatever the browser goes to with the sheet that is on."""

    sheet: Sheet | None = None

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Usher)


class Usher(BaseHTTPRequestHandler):
    """One connection of the browser."""

    protocol_version = "HTTP/1.1"
    server: House

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        sheet = self.server.sheet
        if self.headers.get("Upgrade-Insecure-Requests") and sheet is not None:  # only to open a page
            policy = {"Content-Security-Policy": sheet.policy} if sheet.policy else {}
            headers = {"Cache-Control": "no-store"} | policy
            self._send(sheet.html.encode(), "text/html; charset=utf-8", headers)
        elif file := static_file(path):
            kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            self._send(file.read_bytes(), kind, {"Cache-Control": "max-age=3600, immutable"})
        else:
            self.send_response(204)
            self.end_headers()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.do_GET()

    def _send(self, body: bytes, kind: str, headers: dict[str, str]) -> None:
        self.send_response(200)
        for name, value in ({"Content-Type": kind, "Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nobody reads it."""


@contextmanager
def _house() -> Iterator[House]:
    with House() as house:
        Thread(target=house.serve_forever, daemon=True).start()
        try:
            yield house
        finally:
            house.shutdown()


@contextmanager
def stage(*, still: bool = False) -> Iterator[Stage]:
    """A browser for the length of a test; a ``still`` one draws nothing, and so nobody clicks in it."""
    with _house() as house, sync_playwright() as playwright:
        here = f"--host-resolver-rules=MAP testserver:80 127.0.0.1:{house.server_port}"
        flags = [*FLAGS, "--no-proxy-server", UNHURRIED, here, *([STILL] if still else [])]
        browser = playwright.chromium.launch(executable_path=for_pages(), args=flags)
        try:
            yield Stage(browser, house)
        finally:
            browser.close()
