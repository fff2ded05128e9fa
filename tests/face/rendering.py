"""Pages as the test client got them, opened in Chromium without a server.

A page is asked from Django once and then shown at every width and in both themes; its files come straight
from the folders of static files. Everything else is answered with nothing.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from playwright.sync_api import Browser, Page, Route, sync_playwright

from bench.face.browser import CHROMIUM, FLAGS
from tests.authorisation.test_matrix import _plain

HOST = "http://testserver"


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
    found = finders.find(path.removeprefix(settings.STATIC_URL))
    return Path(found) if isinstance(found, str) else None


class Stage:
    """One browser page on which every sheet is shown in turn."""

    def __init__(self, browser: Browser) -> None:
        self.page: Page = browser.new_page(locale="ru-RU", reduced_motion="reduce")
        self.said: list[str] = []
        self._sheet: Sheet | None = None
        self.page.route("**/*", self._answer)
        self.page.on("pageerror", lambda error: self.said.append(f"error in the page: {error}"))
        self.page.on(
            "console",
            lambda line: self.said.append(line.text) if line.type == "error" else None,
        )

    def show(self, sheet: Sheet) -> Page:
        """Put the sheet on the stage; what its scripts complain of is in ``said``."""
        self._sheet, self.said = sheet, []
        self.page.goto(HOST + sheet.path, wait_until="load")
        return self.page

    def _answer(self, route: Route) -> None:
        parts = urlsplit(route.request.url)
        if route.request.is_navigation_request() and self._sheet is not None:
            headers = {"Content-Security-Policy": self._sheet.policy} if self._sheet.policy else {}
            route.fulfill(body=self._sheet.html, content_type="text/html; charset=utf-8", headers=headers)
        elif parts.path.startswith(settings.STATIC_URL) and (file := static_file(parts.path)):
            kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            route.fulfill(body=file.read_bytes(), content_type=kind)
        else:
            route.fulfill(status=204)


@contextmanager
def stage() -> Iterator[Stage]:
    """A browser for the length of a test."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield Stage(browser)
        finally:
            browser.close()
