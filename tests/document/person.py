"""A person in Chromium before the site of the document: registers, attaches, sends a reading, pays."""

from __future__ import annotations

import json
import re
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

from playwright.sync_api import Page, expect, sync_playwright

from tests.browser import BROWSER
from tests.document.machines import OUTSIDE
from tests.journeys.conftest import CHROMIUM_FLAGS
from tests.journeys.steps import PASSWORD, add_account, type_code
from tests.journeys.test_main_journey import pay_with_a_test_card, send_reading, wait_until_credited

PAIR = {"account": "0123456785", "meter": "40912345"}
PHONE = "+79990000101"
HOST = "lk.retailer.example"


@contextmanager
def browser() -> Iterator[Page]:
    """A page that finds the names of the document, and takes its certificate, which nobody signed."""
    rules = f"--host-resolver-rules=MAP {HOST} 10.0.0.10, MAP bank.example {OUTSIDE}"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=BROWSER, args=[*CHROMIUM_FLAGS, rules])
        context = chromium.new_context(base_url=f"https://{HOST}", ignore_https_errors=True, locale="ru-RU")
        context.set_default_timeout(60_000)
        expect.set_options(timeout=60_000)
        yield context.new_page()
        chromium.close()


def register_and_read(page: Page) -> None:
    page.goto("/")
    page.get_by_label("Телефон").first.fill(PHONE)
    page.get_by_label("Пароль", exact=True).first.fill(PASSWORD)
    page.get_by_label(re.compile("Я принимаю")).first.check()
    page.get_by_label(re.compile("персональных данных")).first.check()
    page.get_by_role("button", name="Зарегистрироваться").click()
    type_code(page, _code())
    expect(page.get_by_role("link", name="Показания").first).to_be_visible()
    add_account(page, PAIR)
    send_reading(page, PAIR)


def pay(page: Page) -> str:
    """Pay what the bill asks; says the sum."""
    page.goto("/payment/")
    row = page.locator("[data-pay-row]")
    expect(row).to_have_count(1)
    row.locator("input[type=checkbox]").check()
    asked = row.get_by_label("К оплате").input_value()
    page.get_by_label("Куда прислать чек").fill("anna@town.example")
    page.get_by_role("button", name=re.compile("^Оплатить")).click()
    page.wait_for_url(re.compile("/card/"))
    pay_with_a_test_card(page)
    page.wait_for_url(re.compile("/payment/orders/"))
    wait_until_credited(page)
    return asked


def _code() -> str:
    url = f"http://{OUTSIDE}:8780/control/sms.json?to={quote(PHONE)}"
    for _ in range(240):
        with urllib.request.urlopen(url, timeout=5) as answer:
            messages = json.load(answer)["messages"]
        found = re.search(r"\b[0-9]{6}\b", messages[-1]["text"]) if messages else None
        if found:
            return found[0]
        time.sleep(0.5)
    raise AssertionError("no SMS came")
