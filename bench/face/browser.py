"""The machine's Chromium, and a person who signs in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium of the machine."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def sign_in(page: Page, *, base: str, phone: str, password: str) -> None:
    """Sign in as a person would."""
    page.goto(f"{base}/entrance/?tab=sign-in")
    page.locator('input[name="phone"]:visible').fill(phone)
    page.locator('input[name="password"]:visible').fill(password)
    page.locator('main form button[type="submit"]:visible').last.click()
    page.wait_for_load_state("networkidle")
