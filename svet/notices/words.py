"""The shape of what is said of one event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

Params = Mapping[str, str]
#: Signs of a message in Cyrillic that is paid for once.
ONE_PART = 70


def code_act(act: str) -> str:
    """What a code opens, as it stands in its message: somebody asked for it by telephone sees what it is."""
    return {
        "registration": _("регистрация"),
        "recovery": _("новый пароль"),
        "phone": _("смена телефона"),
    }.get(act, _("вход"))


def web_host() -> str:
    """The portal's own name in the web (``SVET_BASE_URL``), or nothing where it is only a number."""
    address = urlsplit(settings.BASE_URL)
    host = address.hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return host if address.scheme == "https" and "." in host else ""
    return ""


@dataclass(frozen=True, slots=True)
class Words:
    """What is said of one event.

    ``sms`` aims at 70 characters: one part of a Cyrillic message. ``paragraphs`` make the letter,
    ``code`` is printed large in it, ``action`` is the label of its button.
    """

    title: str
    text: str
    sms: str = ""
    paragraphs: tuple[str, ...] = ()
    code: str = ""
    action: str = ""

    @property
    def letter(self) -> tuple[str, ...]:
        return self.paragraphs or (self.text,)
