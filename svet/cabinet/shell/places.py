"""Where the cabinet shows what rooms tell of: the one place where a named place becomes an address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.urls import reverse

from svet.kernel.places import Place

#: The name of a place → the name of its page, and how many ids stand in its address.
PAGES: Final[Mapping[str, tuple[str, int]]] = {
    "account": ("account", 1),
    "account-readings": ("account-readings", 1),
    "account-same": ("account-same", 1),
    "accounts": ("accounts", 0),
    "appeal": ("appeal", 1),
    "autopay": ("autopay", 0),
    "autopay-skip": ("autopay-skip", 1),
    "bell": ("bell", 0),
    "bill": ("bill", 1),
    "bills": ("bills", 0),
    "check-code": ("check-code", 1),
    "devices": ("devices", 0),
    "help": ("help", 0),
    "household": ("household", 1),
    "invitation": ("invitation", 1),
    "notification-settings": ("notification-settings", 0),
    "outages": ("outages", 0),
    "office-requests": ("office-requests", 0),
    "own-data": ("own-data", 0),
    "payment": ("payment", 0),
    "payment-binding": ("payment-binding", 1),
    "payment-order": ("payment-order", 1),
    "profile": ("profile", 0),
    "reading-receipt": ("reading-receipt", 1),
    "readings": ("readings", 0),
    "simple": ("simple", 0),
    "second-factor": ("second-factor", 0),
    "usage": ("usage", 1),
    "webhook": ("webhook", 1),
}
#: Places inside a page: the page, and the mark of the thing on it.
MARKS: Final[Mapping[str, tuple[str, str]]] = {"token": ("tokens", "key-{}")}


def path_of(place: Place) -> str:
    """The path of a place. :raises LookupError: there is none of this name with so many ids"""
    if place.name in MARKS and len(place.ids) == 1:
        page, mark = MARKS[place.name]
        return f"{reverse(page)}#{mark.format(*place.ids)}"
    page, ids = PAGES.get(place.name, ("", 0))
    if not page or ids != len(place.ids):
        raise LookupError(f"the cabinet shows no {place}")
    return reverse(page, args=place.ids)
