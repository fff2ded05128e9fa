"""What scripts do to fields helps and never gets in the way."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from bench.face.browser import FLAGS
from tests.browser import for_pages

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Playwright runs a loop in this thread; Django would refuse every query beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=for_pages(), args=FLAGS)
        yield launched
        launched.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def test_the_odometer_types_on_and_the_phone_mask_leaves_the_cursor_alone(
    browser: Browser, live_server: Any
) -> None:
    page = browser.new_page()
    page.goto(f"{live_server.url}/look/", wait_until="load")
    dial = page.locator("#good_reading")
    dial.focus()
    page.keyboard.press("Home")
    page.keyboard.type("03726")
    assert dial.input_value() == "03726"
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    assert dial.input_value() == "04726"
    page.keyboard.press("End")
    page.keyboard.press("Backspace")
    assert dial.input_value() == "04720"
    phone = page.locator("#good_phone")
    phone.fill("")
    phone.press_sequentially("89117178512")
    assert phone.input_value() == "+7 (911) 717-85-12"
    phone.evaluate("input => input.setSelectionRange(6, 6)")
    page.keyboard.press("Backspace")
    assert phone.evaluate("input => input.selectionStart") == 5
    page.close()
