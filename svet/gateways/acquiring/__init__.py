"""Card acquiring: the port, one file per vendor, and the choice between them by a shop's address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import quote, urlsplit

from django.conf import settings

from svet.gateways.acquiring.hurried import Hurried
from svet.gateways.acquiring.port import Acquiring, Capabilities
from svet.gateways.acquiring.sber import Sber
from svet.gateways.acquiring.tbank import TBank
from svet.gateways.acquiring.yookassa import YooKassa

#: Every bank we speak with: the scheme of its address, and who reads such an address.
VENDORS: Final[Mapping[str, Callable[[str], Acquiring]]] = {
    "yookassa": YooKassa.from_url,
    "tbank": TBank.from_url,
    "sber": Sber.from_url,
}


def gateway() -> Acquiring:
    """The bank named in the settings. :raises ValueError: a scheme nobody serves."""
    return _gateway(settings.ACQUIRING_URL, settings.HURRIED_JOBS)


def gateway_at(address: str, *, secret: str) -> Acquiring:
    """A shop's bank: ``address`` as in the settings, but for the secret. :raises ValueError: as above"""
    scheme, mark, rest = address.partition("://")
    shop, at, place = rest.partition("@")
    url = f"{scheme}{mark}{shop}:{quote(secret, safe='')}{at}{place}"
    return _gateway(url, settings.HURRIED_JOBS)


def serves(address: str) -> bool:
    """Whether a vendor here speaks what an address asks for, and can be asked at it."""
    transport = urlsplit(address).scheme.partition("+")[2]
    if vendor_of(address) not in VENDORS or transport not in ("", "http", "https"):
        return False
    try:
        VENDORS[vendor_of(address)](address)
    except ValueError:
        return False
    return True


def capabilities_at(address: str) -> Capabilities:
    """What the bank of an address can do; its secret is not needed. :raises ValueError: nobody serves it"""
    return VENDORS[vendor_of(address)](address).capabilities


def vendor_of(address: str) -> str:
    """Whose API an address asks for."""
    return urlsplit(address).scheme.partition("+")[0]


@lru_cache(maxsize=64)
def _gateway(url: str, places: int) -> Acquiring:
    """One for each shop: its own places, its own silence."""
    scheme = vendor_of(url)
    if scheme in VENDORS:
        return Hurried(VENDORS[scheme](url), places=places)
    raise ValueError(f"SVET_ACQUIRING_URL: nobody serves {scheme!r}")
