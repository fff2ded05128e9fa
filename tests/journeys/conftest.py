"""Journeys walk the demo itself: the command, its database, worker, outer world and a small town.

One demo serves all of them; every journey registers people of its own and takes accounts nobody holds.
"""

from __future__ import annotations

import itertools
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from tests.browser import for_pages
from tests.leftovers import gone, leftovers
from tests.prepared import copy_installation
from tests.push_of_npm import Service, service

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("SVET_CHROMIUM", "") or for_pages()
CHROMIUM_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
# The demo lives by the real clock, so its town must end in the month that runs.
ANCHOR = datetime.now(ZoneInfo("Asia/Yekaterinburg")).strftime("%Y-%m")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Demo:
    """A running demo: its address, its folder and what the town gives away."""

    url: str
    data: Path
    town: dict[str, Any]
    environment: dict[str, str]
    _pairs: Iterator[dict[str, str]] = field(init=False)

    def __post_init__(self) -> None:
        self._pairs = iter(self.town["free_pairs"])

    def free_pair(self) -> dict[str, str]:
        """An account and a meter number nobody has attached."""
        return next(self._pairs)

    def svet(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the ``svet`` command beside the demo."""
        return subprocess.run(
            [sys.executable, "-m", "svet", *arguments],
            env=self.environment, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    def sms_code(self, phone: str, *, after: int = 0) -> str:
        """Wait for the newest SMS on the phone (beyond the first ``after``) and read its code."""
        return str(self.wait_for(lambda: self._code(phone, after), "an SMS with a code"))

    def sms_count(self, phone: str) -> int:
        return len(self._messages("phone", phone))

    def sms_with(self, phone: str, words: str) -> str | None:
        """The newest SMS on the phone that holds these words."""
        found = (message["text"] for message in reversed(self._messages("phone", phone)))
        return next((text for text in found if words in text), None)

    def sms_link(self, phone: str) -> str | None:
        """The address in the newest SMS that holds one."""
        for message in reversed(self._messages("phone", phone)):
            found = re.search(r"https?://\S+", message["text"])
            if found:
                return found[0].rstrip(".")
        return None

    def mail(self, address: str, subject: str) -> dict[str, Any]:
        """Wait for a letter whose subject holds ``subject``."""

        def found() -> dict[str, Any] | None:
            letters = self._messages("mail", address)
            return next((letter for letter in reversed(letters) if subject in letter["subject"]), None)

        return dict(self.wait_for(found, f"a letter about {subject!r}"))

    def _messages(self, kind: str, to: str) -> list[dict[str, Any]]:
        answer = httpx.get(f"{self.url}/sandbox/{kind}.json", params={"to": to}, timeout=10)
        answer.raise_for_status()
        return list(answer.json()["messages"])

    def _code(self, phone: str, after: int) -> str | None:
        messages = self._messages("phone", phone)
        if len(messages) <= after:
            return None
        match = re.search(r"\b([0-9]{6})\b", messages[-1]["text"])
        return match[1] if match else None

    @staticmethod
    def wait_for(look: Callable[[], Any], what: str, seconds: float = 30) -> Any:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = look()
            if found:
                return found
            time.sleep(0.1)
        raise AssertionError(f"waited {seconds} s for {what}")


_PHONES = itertools.count(int(time.time()) % 100_000 * 10 + 9_000_000)


@pytest.fixture
def new_phone() -> Callable[[], str]:
    """Phones that nobody in this run has used."""
    return lambda: f"+7999{next(_PHONES) % 10**7:07d}"


@pytest.fixture(scope="package")
def push_service() -> Iterator[Service]:
    """The one push service this demo may call."""
    with service() as running:
        yield running


@pytest.fixture(scope="package")
def demo(django_db_setup: None, push_service: Service) -> Iterator[Demo]:
    """Start ``svet demo`` on free ports over a folder without data and have a town of sixty accounts.

    Its end is a test of its own: it is killed, and nothing of it outlives it for long.
    ``SVET_JOURNEY_URL`` names a demo that already stands, for trying one journey again and again.
    """
    hidden = ("SVET_TEST_DATABASE_URL", "SVET_DATABASE_URL", "SVET_ENV", "DJANGO_SETTINGS_MODULE")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    standing = os.environ.get("SVET_JOURNEY_URL", "")
    if standing:
        yield Demo(standing, Path(environment["SVET_DATA"]), _wait_for_town(standing, []), environment)
        return
    data = Path(tempfile.mkdtemp(prefix="svet journey дом "))
    copy_installation(data)
    port = free_port()
    environment |= {
        "SVET_DATA": str(data),
        "SVET_TOWN_ACCOUNTS": "60",
        "SVET_TOWN_ANCHOR": ANCHOR,
        "SVET_LIMITS_FACTOR": "100",
        "SVET_PUSH_HOSTS": push_service.origin,
        "PYTHONUNBUFFERED": "1",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "svet", "demo", "--port", str(port), "--data", str(data)],
        env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    lines: list[str] = []
    output = process.stdout
    assert output is not None
    reader = threading.Thread(target=lambda: lines.extend(iter(output.readline, "")), daemon=True)
    reader.start()
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_ready(process, lines)
        town = _wait_for_town(url, lines)
        yield Demo(url, data, town, environment)
    finally:
        process.kill()
        process.wait(15)
        outlived = not gone(data, within=5) and leftovers(data)
        reader.join(5)
        output.close()
        shutil.rmtree(data, ignore_errors=True)
    assert not outlived, f"a killed demo left behind: {outlived}"


def _wait_until_ready(process: subprocess.Popen[str], lines: list[str]) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        if any("Svet is ready" in line for line in lines):
            return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise AssertionError("the demo did not start:\n" + "".join(lines[-40:]))


def _wait_for_town(url: str, lines: list[str]) -> dict[str, Any]:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        answer = httpx.get(f"{url}/sandbox/town.json", timeout=10)
        if answer.status_code == 200 and answer.json().get("complete"):
            return dict(answer.json())
        time.sleep(0.5)
    raise AssertionError("the town did not come to stand:\n" + "".join(lines[-40:]))


# Playwright keeps an event loop running in this thread, beside which Django lets nobody use the database: it
# must end with the last journey, whatever the worker tests after it.
@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="package")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
    yield browser
    browser.close()


@pytest.fixture
def open_page(chromium: Browser, demo: Demo) -> Iterator[Callable[..., Page]]:
    """Open a page as a new visitor; ``javascript`` and ``width`` say in what kind of browser."""
    contexts: list[BrowserContext] = []

    def opened(*, javascript: bool = True, width: int = 1280, height: int = 900) -> Page:
        context = chromium.new_context(
            base_url=demo.url,
            java_script_enabled=javascript,
            viewport={"width": width, "height": height},
            locale="ru-RU",
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: pytest.fail(f"an error in the page: {error}"))
        return page

    yield opened
    for context in contexts:
        context.close()
