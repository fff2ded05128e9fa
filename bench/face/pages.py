"""Which pages are measured, as whom, and how one reaches those whose address holds an id."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Page

from bench.face.shots import ready_person, sign_in

# The cookies a visitor arrives with: nobody's, somebody's who waits for a code, a signed-in person's.
ANYBODY, REGISTERING, PERSON = "anybody", "registering", "person"


@dataclass(frozen=True, slots=True)
class Place:
    """A page to measure; ``public`` ones may be found by search engines."""

    name: str
    path: str
    visitor: str = PERSON
    public: bool = False


PLACES = (
    Place("entrance", "/entrance/", ANYBODY, public=True),
    Place("sign-in", "/entrance/?tab=sign-in", ANYBODY, public=True),
    Place("recovery", "/entrance/recover/", ANYBODY),
    Place("code", "/entrance/code/", REGISTERING),
    Place("terms", "/agreement/terms/", ANYBODY, public=True),
    Place("help, stranger", "/help/", ANYBODY, public=True),
    Place("tariffs, stranger", "/tariffs/", ANYBODY, public=True),
    Place("404, stranger", "/nothing-here/", ANYBODY),
    Place("payment", "/payment/"),
    Place("readings", "/readings/"),
    Place("history", "/history/"),
    Place("help", "/help/"),
    Place("accounts", "/accounts/"),
    Place("add account", "/accounts/add/"),
    Place("bills", "/bills/"),
    Place("tariffs", "/tariffs/"),
    Place("bell", "/bell/"),
    Place("profile", "/profile/"),
    Place("e-mail", "/profile/email/"),
    Place("phone", "/profile/phone/"),
    Place("password", "/profile/password/"),
    Place("notifications", "/profile/notifications/"),
    Place("devices", "/profile/devices/"),
    Place("consents", "/profile/consents/"),
    Place("keys", "/profile/tokens/"),
    Place("404", "/nothing-here/"),
)
# Name, the page that leads there, and what the first link to it looks like.
FOUND = (
    ("account", "/accounts/", r"/accounts/(?!add/)[^/]+/"),
    ("charges", "/payment/", r"/accounts/[^/]+/charges/"),
    ("bill", "/bills/", r"/bills/[^/.]+/"),
    ("reading", "/history/", r"/readings/receipt/[^/]+/"),
    ("payment order", "/history/", r"/payment/orders/[^/]+/"),
)


def first_link(links: list[str], pattern: str) -> str:
    """The first address that is wholly of the wanted shape, or nothing."""
    return next((link for link in links if re.fullmatch(pattern, link)), "")


def _links(page: Page, address: str) -> list[str]:
    page.goto(address)
    return [
        str(link) for link in page.eval_on_selector_all("main a[href]", "all => all.map(a => a.pathname)")
    ]


def states(browser: Browser, *, base: str) -> dict[str, Any]:
    """The cookies of each kind of visitor."""
    found: dict[str, Any] = {ANYBODY: None}
    phone, password = ready_person(base)
    with browser.new_context(locale="ru-RU") as context:
        sign_in(context.new_page(), base=base, phone=phone, password=password)
        found[PERSON] = context.storage_state()
    with browser.new_context(locale="ru-RU") as context:
        page = context.new_page()
        page.goto(f"{base}/entrance/")
        page.locator('input[name="phone"]').fill("+7 999 765-43-21")
        page.locator('input[name="password"]').fill("Fonar-2701-bench")
        for name in ("agreed", "consented"):
            page.locator(f'input[name="{name}"]').check()
        page.locator('main form button[type="submit"]').last.click()
        page.wait_for_url("**/entrance/code/")
        found[REGISTERING] = context.storage_state()
    return found


def places(browser: Browser, *, base: str, person: Any) -> list[Place]:
    """All pages to measure, those with ids in their addresses among them."""
    reached: list[Place] = []
    with browser.new_context(locale="ru-RU", storage_state=person) as context:
        page = context.new_page()
        for name, source, pattern in FOUND:
            path = first_link(_links(page, base + source), pattern)
            if path:
                reached.append(Place(name, path))
    return [*PLACES, *reached]
