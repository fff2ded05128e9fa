"""Fiscal receipts (54-ФЗ): the port, one file per vendor of tills, and the choice by a till's address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import quote, urlsplit

from svet.gateways.fiscal.atol import Atol
from svet.gateways.fiscal.port import Till

#: Every vendor of tills we speak with: the scheme of its address, and who reads such an address.
TILLS: Final[Mapping[str, Callable[[str], Till]]] = {"atol": Atol.from_url}


@lru_cache(maxsize=64)
def till_at(address: str, *, secret: str) -> Till:
    """The till at ``address``, which names everything but the secret. :raises ValueError: nobody serves it"""
    scheme, mark, rest = address.partition("://")
    login, at, place = rest.partition("@")
    url = f"{scheme}{mark}{login}:{quote(secret, safe='')}{at}{place}"
    return TILLS[_vendor(address)](url)


def serves(address: str) -> bool:
    """Whether a vendor here speaks what an address asks for, and can be asked at it."""
    transport = urlsplit(address).scheme.partition("+")[2]
    if _vendor(address) not in TILLS or transport not in ("", "http", "https"):
        return False
    try:
        TILLS[_vendor(address)](address)
    except ValueError:
        return False
    return True


def _vendor(address: str) -> str:
    return urlsplit(address).scheme.partition("+")[0]
