"""How numbers are read, what a stranger may see of a name, and who may do what. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from enum import StrEnum

from svet.kernel.refusals import Refused

LONGEST_RAW = 64
METER_LENGTHS = range(4, 21)
# One separator may stand only between digits; ASCII digits only, so no other script slips through.
_DIGITS = re.compile(r"[0-9](?:[ \u00a0\u202f-]?[0-9])*", re.ASCII)
#: The sign that stands before a number on a bill, once.
_SIGN = re.compile(r"\A№[ \u00a0\u202f]*")
_SEPARATORS = re.compile(r"[ \u00a0\u202f-]")
_BLANK = " \u00a0\u202f\t"


class Right(StrEnum):
    """What the holder of a link may do with the account."""

    VIEW = "view"
    SUBMIT = "submit"
    PAY = "pay"
    MANAGE = "manage"


class BillDelivery(StrEnum):
    """How the holder wants the bill delivered."""

    EMAIL = "email"
    BOTH = "both"
    PAPER = "paper"


class Ground(StrEnum):
    """Why an account goes to another holder."""

    SALE = "sale"
    INHERITANCE = "inheritance"
    OTHER = "other"


class NumberReason(StrEnum):
    """Why a typed number cannot be one."""

    REQUIRED = "required"
    TOO_LONG = "too_long"
    CHARS = "chars"
    LENGTH = "length"
    ZEROS = "zeros"


class NumberRefused(Refused):
    """A typed account or meter number is not of the right form."""


def _digits(raw: str, *, field: str) -> str:
    if len(raw) > LONGEST_RAW:
        raise NumberRefused(NumberReason.TOO_LONG, field=field)
    text = _SIGN.sub("", raw.strip(_BLANK))
    if not text:
        raise NumberRefused(NumberReason.REQUIRED, field=field)
    if _DIGITS.fullmatch(text) is None:
        letters = any(sign.isalpha() for sign in text)
        raise NumberRefused(NumberReason.CHARS, field=field, details={"letters": letters})
    return _SEPARATORS.sub("", text)


def normalise_account_number(raw: str, lengths: Collection[int] = (10,)) -> str:
    """The bare digits of an account number. :raises NumberRefused: not a number of an allowed length"""
    digits = _digits(raw, field="account_number")
    if len(digits) not in lengths:
        raise NumberRefused(
            NumberReason.LENGTH, field="account_number", details={"lengths": tuple(sorted(lengths))}
        )
    return digits


def normalise_meter_number(raw: str) -> str:
    """The bare digits of a meter number. :raises NumberRefused: not a number of 4–20 digits, or only zeros"""
    digits = _digits(raw, field="meter_number")
    if len(digits) > METER_LENGTHS[-1]:
        raise NumberRefused(NumberReason.TOO_LONG, field="meter_number")
    if len(digits) not in METER_LENGTHS:
        raise NumberRefused(NumberReason.LENGTH, field="meter_number")
    if not digits.strip("0"):
        # What registers write where no meter stands: it would only cost the person a try.
        raise NumberRefused(NumberReason.ZEROS, field="meter_number")
    return digits


def bare_number(raw: str) -> str:
    """A number that is looked for, as it is kept; a text that is no number stays as it is."""
    try:
        return _digits(raw, field="")
    except NumberRefused:
        return raw.strip(_BLANK)


def mask_name(name: str) -> str:
    """What a stranger sees: «Иванов Иван Викторович» is «И*** В. И*****».

    Names of the registry are «Фамилия Имя Отчество»; anything else keeps its order and first letters.
    """
    words = name.split()
    match words:
        case [surname, first, patronymic]:
            return f"{_stars(first)} {patronymic[0]}. {_stars(surname)}"
        case [surname, first]:
            return f"{_stars(first)} {_stars(surname)}"
        case _:
            return " ".join(map(_stars, words))


def _stars(word: str) -> str:
    return word[0] + "*" * (len(word) - 1)


def mask_flat(flat: str) -> str:
    """A flat's number as a stranger sees it."""
    return "*" if flat else ""


def address(*, city: str, street: str, house: str, flat: str, shown: bool) -> str:
    """One line of an address; the flat is hidden unless ``shown``."""
    number = flat if shown else mask_flat(flat)
    parts = [city, street, f"д.\u00a0{house}" if house else "", f"кв.\u00a0{number}" if number else ""]
    return ", ".join([part for part in parts if part])
