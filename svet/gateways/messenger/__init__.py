"""Messengers: the port, one file per vendor, and the choice by the address in ``SVET_MESSENGER_URL``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

from django.conf import settings

from svet.gateways.failures import Permanent
from svet.gateways.messenger.address import MessengerAddress
from svet.gateways.messenger.max_bot import MaxBot
from svet.gateways.messenger.port import Messenger

#: Every messenger we speak with, by the scheme of its address.
MESSENGERS: Final[Mapping[str, Callable[[MessengerAddress], Messenger]]] = {"max": MaxBot}


def gateway() -> Messenger:
    """The bot of this installation. :raises Permanent: it has none"""
    if not settings.MESSENGER_URL:
        raise Permanent("no messenger: SVET_MESSENGER_URL is not set")
    return _gateway(settings.MESSENGER_URL)


@lru_cache(maxsize=8)
def _gateway(url: str) -> Messenger:
    address = MessengerAddress.parse(url)
    if address.vendor not in MESSENGERS:
        raise ValueError(f"no such messenger: {address.vendor}")
    return MESSENGERS[address.vendor](address)
