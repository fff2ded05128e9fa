"""Pumping: codes asked for by the thousand for numbers nobody reads, to earn on the traffic.

People type the code they asked for. Where many codes of one range of numbers, or of one network, come to
nothing, the next one costs computing. It is never refused: somebody in that range may be a person.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.conf import settings

from svet.limits.operations import count
from svet.limits.queries import spent
from svet.limits.rules import LimitName, network_of

_FEWEST_TO_JUDGE: Final = 20
_USUAL_SHARE: Final = 0.1
_PREFIX: Final = len("+79001234")


def suspected(*, phone: str, address: str, now: datetime) -> bool:
    """Whether the codes of this range, or of this network, come to nothing."""
    return any(_comes_to_nothing(key, now=now) for key in _keys(phone=phone, address=address))


def note_sent(*, phone: str, address: str, now: datetime) -> None:
    """A code was promised."""
    for key in _keys(phone=phone, address=address):
        count(limit=LimitName.CODES_ASKED, key=key, now=now)


def note_confirmed(*, phone: str, address: str, now: datetime) -> None:
    """A code came back."""
    for key in _keys(phone=phone, address=address):
        count(limit=LimitName.CODES_CONFIRMED, key=key, now=now)


def _keys(*, phone: str, address: str) -> tuple[str, str]:
    return f"range:{phone[:_PREFIX]}", f"network:{network_of(address)}"


def _comes_to_nothing(key: str, *, now: datetime) -> bool:
    sent = spent(limit=LimitName.CODES_ASKED, key=key, now=now)
    if sent < _FEWEST_TO_JUDGE * int(settings.LIMITS_FACTOR):
        return False
    return spent(limit=LimitName.CODES_CONFIRMED, key=key, now=now) < sent * _USUAL_SHARE
