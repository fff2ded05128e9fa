"""The twelve main pages, reached without walking the whole town: ``make lighthouse``."""

from __future__ import annotations

import time
from typing import Final

from playwright.sync_api import Browser

from bench.face.pages import ANYBODY, PERSON, Place, Survey, first_link, pattern_of
from bench.face.ways import as_person, links_of

#: Name and address; what has an id is the first link of that shape among the pages before it.
PUBLIC: Final = (
    ("entrance", "entrance/"),
    ("sign-in", "entrance/?tab=sign-in"),
    ("tariffs", "tariffs/"),
)
#: Without a name: only gone through.
OWN: Final = (
    ("today", "today/"),
    ("payment", "payment/"),
    ("readings", "readings/"),
    ("history", "history/"),
    ("accounts", "accounts/"),
    ("", "accounts/<account_id>/"),
    ("usage", "accounts/<account_id>/usage/"),
    ("", "accounts/<account_id>/charges/"),
    ("bill", "bills/<bill_id>/"),
    ("help", "help/"),
    ("profile", "profile/"),
)


def main_survey(browser: Browser, *, base: str) -> Survey:
    """The main pages of somebody who is signed in, and the entrance."""
    found = Survey(states={ANYBODY: None})
    found.places += [Place(name, f"/{route}", ANYBODY, public=True) for name, route in PUBLIC]
    with browser.new_context(locale="ru-RU") as context:
        page = context.new_page()
        as_person(page, base)
        found.states[PERSON] = context.storage_state()
        found.entered[PERSON] = time.monotonic()
        links: list[str] = []
        for name, route in OWN:
            path = f"/{route}" if "<" not in route else first_link(links, pattern_of(route))
            if not path:
                found.unreached.append(route)
                continue
            if name:
                found.places.append(Place(name, path, PERSON))
            links += links_of(page, base + path)
    return found
