"""One phone, one spelling: Russian mobile numbers as E.164."""

from __future__ import annotations

import re
from enum import StrEnum

import phonenumbers

from svet.kernel.refusals import Refused

LONGEST_PHONE = 64
# Spaces, hyphens, dashes, brackets and dots as people and sites write them; the plus only in front.
_SPELLING = re.compile(
    "[ \u00a0\u2007\u2009\u202f]*(\\+?)([0-9 \u00a0\u2007\u2009\u202f()./\u2010-\u2015\u2212-]*)", re.ASCII
)
_BLANK = " \u00a0\u2007\u2009\u202f"


class PhoneReason(StrEnum):
    TYPE = "type"
    REQUIRED = "required"
    TOO_LONG = "too_long"
    CHARS = "chars"
    LENGTH = "length"
    COUNTRY = "country"
    NOT_MOBILE = "not_mobile"


class PhoneRefused(Refused):
    """The text is not a Russian mobile number."""

    def __init__(self, reason: PhoneReason, *, field: str = "phone") -> None:
        super().__init__(reason, field=field)


def normalise_phone(raw: object) -> str:
    """Turn any usual spelling of a Russian mobile number into ``+79XXXXXXXXX``.

    Ranges are the numbering plan's: ``9XX`` are the mobile codes of +7 (order 205 of the Ministry of
    Digital Development), ``7XX`` belongs to Kazakhstan. :raises PhoneRefused: with the first thing wrong.
    """
    if not isinstance(raw, str):
        raise PhoneRefused(PhoneReason.TYPE)
    if len(raw) > LONGEST_PHONE:
        raise PhoneRefused(PhoneReason.TOO_LONG)
    if not raw.strip(_BLANK):
        raise PhoneRefused(PhoneReason.REQUIRED)
    match = _SPELLING.fullmatch(raw)
    if match is None:
        raise PhoneRefused(PhoneReason.CHARS)
    national = _national(international=bool(match[1]), digits=re.sub("[^0-9]", "", match[2]))
    number = phonenumbers.PhoneNumber(country_code=7, national_number=int(national))
    if not national.startswith("9") or not phonenumbers.is_valid_number_for_region(number, "RU"):
        raise PhoneRefused(PhoneReason.NOT_MOBILE)
    return f"+7{national}"


def _national(*, international: bool, digits: str) -> str:
    """The ten digits after +7 or 8."""
    if international and digits and not digits.startswith("7"):
        raise PhoneRefused(PhoneReason.COUNTRY)
    if len(digits) == 11 and digits[0] in "78":
        return digits[1:]
    if len(digits) == 10 and not international:
        return digits
    raise PhoneRefused(PhoneReason.LENGTH)


def mask_phone(phone: str) -> str:
    """``+7 911 ***-**-12``: enough for its owner to recognise, too little to call."""
    return f"{phone[:2]}\u00a0{phone[2:5]}\u00a0***-**-{phone[-2:]}"
