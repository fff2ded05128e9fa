"""The twelve main pages, reached without walking the whole town: ``make lighthouse``."""

from __future__ import annotations

import time
from typing import Final

from bench.face.pages import ANYBODY, PERSON, Place, Survey, first_link, pattern_of
from bench.face.visitor import Visitor
from bench.face.ways import as_person

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


def main_survey(*, base: str) -> Survey:
    """The main pages of somebody who is signed in, and the entrance."""
    found = Survey(states={ANYBODY: None})
    found.places += [Place(name, f"/{route}", ANYBODY, public=True) for name, route in PUBLIC]
    visitor = Visitor(base)
    as_person(visitor)
    found.states[PERSON] = visitor.state()
    found.entered[PERSON] = time.monotonic()
    links: list[str] = []
    for name, route in OWN:
        path = f"/{route}" if "<" not in route else first_link(links, pattern_of(route))
        if not path:
            found.unreached.append(route)
            continue
        if name:
            found.places.append(Place(name, path, PERSON))
        visitor.go(path)
        links += visitor.links()
    visitor.close()
    return found
