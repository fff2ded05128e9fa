"""Where the cabinet shows what rooms tell of: the one place where a named place becomes an address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.urls import reverse

from svet.kernel.places import Place

#: The name of a place → the name of its page and what the ids are called there, in the order of the place.
PAGES: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "account": ("account", ("account_id",)),
    "accounts": ("accounts", ()),
    "appeal": ("appeal", ("public_id",)),
    "bell": ("bell", ()),
    "bill": ("bill", ("public_id",)),
    "devices": ("devices", ()),
    "help": ("help", ()),
    "household": ("household", ("account_id",)),
    "invitation": ("invitation", ("invitation_id",)),
    "notification-settings": ("notification-settings", ()),
    "office-requests": ("office-requests", ()),
    "payment": ("payment", ()),
    "payment-order": ("payment-order", ("public_id",)),
    "profile": ("profile", ()),
    "reading-receipt": ("reading-receipt", ("set_id",)),
    "readings": ("readings", ()),
    "second-factor": ("second-factor", ()),
}
#: Places inside a page: the page, and the mark of the thing on it.
MARKS: Final[Mapping[str, tuple[str, str]]] = {"token": ("tokens", "key-{}")}


def path_of(place: Place) -> str:
    """The path of a place. :raises LookupError: there is none of this name with so many ids"""
    if place.name in MARKS and len(place.ids) == 1:
        page, mark = MARKS[place.name]
        return f"{reverse(page)}#{mark.format(*place.ids)}"
    page, names = PAGES.get(place.name, ("", ()))
    if not page or len(names) != len(place.ids):
        raise LookupError(f"the cabinet shows no {place}")
    return reverse(page, kwargs=dict(zip(names, place.ids, strict=True)))
