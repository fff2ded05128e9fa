"""From what was typed to an exact number."""

from __future__ import annotations

import re
from decimal import Decimal
from enum import StrEnum

from svet.kernel.refusals import Refused
from svet.kernel.services import Unit

LONGEST_RAW = 32
_BLANK = " \u00a0\u202f\t"
_SPACES = re.compile(r"[ \u00a0\u202f]")
_INTEGER = re.compile(r"[0-9](?:[ \u00a0\u202f]?[0-9])*", re.ASCII)
_FRACTION = re.compile(r"([0-9](?:[ \u00a0\u202f]?[0-9])*)[.,]([0-9]+)", re.ASCII)


class ValueReason(StrEnum):
    """Why a reading cannot be taken."""

    REQUIRED = "required"
    TOO_LONG = "too_long"
    CHARS = "chars"
    FRACTION = "fraction"
    CAPACITY = "capacity"
    LOWER = "lower"
    UNKNOWN_ZONE = "unknown_zone"
    FUTURE = "future_date"
    STALE = "entered_too_long_ago"
    BEFORE_LAST = "before_last_reading"
    SMART = "smart_meter"
    REMOVED = "meter_removed"
    CLOSED = "account_closed"


class ReplaceReason(StrEnum):
    """Why a meter cannot be replaced so."""

    BEFORE_INSTALLED = "before_installed"
    SAME_METER = "same_meter"
    RATIO = "ratio"


class ReadingRefused(Refused):
    """The reading cannot be taken; ``field`` names the zone, ``details`` help to say what to do."""


def parse_value(raw: str, *, digits: int, decimals: int, field: str = "", unit: Unit = Unit.KWH) -> Decimal:
    """Read one scale exactly.

    A fraction is taken only on a dial that has one, never guessed to be a separator of thousands.

    :raises ReadingRefused: empty, too long, not ASCII digits, a fraction, more than the dial holds
    """
    if len(raw) > LONGEST_RAW:
        raise ReadingRefused(ValueReason.TOO_LONG, field=field)
    text = raw.strip(_BLANK)
    if not text:
        raise ReadingRefused(ValueReason.REQUIRED, field=field)
    if _INTEGER.fullmatch(text):
        value = Decimal(_SPACES.sub("", text))
    elif found := _FRACTION.fullmatch(text):
        if len(found[2]) > decimals:
            raise ReadingRefused(
                ValueReason.FRACTION, field=field, details={"decimals": decimals, "unit": unit}
            )
        value = Decimal(f"{_SPACES.sub('', found[1])}.{found[2]}")
    else:
        raise ReadingRefused(ValueReason.CHARS, field=field)
    if value >= 10**digits:
        raise ReadingRefused(ValueReason.CAPACITY, field=field, details={"digits": digits})
    return value
