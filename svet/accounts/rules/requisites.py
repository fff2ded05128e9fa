"""Whether a supplier's requisites can be what they claim: lengths and control digits. Pure.

Sources: the control digits of ИНН are those of the tax service's order ММВ-7-6/435@ of 29.06.2012 and its
forerunners; the key of an account is the Bank of Russia's procedure of 08.09.1997 № 515; a БИК has the form
of Bank of Russia regulation 762-П, annex «04» for Russia.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_TEN: Final = (2, 4, 10, 3, 5, 9, 4, 6, 8)
_ELEVENTH: Final = (7, *_TEN)
_TWELFTH: Final = (3, *_ELEVENTH)
_KEY: Final = (7, 1, 3)
_DIGITS = re.compile(r"[0-9]+", re.ASCII)
_KPP = re.compile(r"[0-9]{4}[0-9A-Z]{2}[0-9]{3}", re.ASCII)


def is_inn(text: str) -> bool:
    """Ten digits of a company or twelve of a person, with the right control digits."""
    if not _DIGITS.fullmatch(text) or text.strip("0") == "":
        return False
    if len(text) == 10:
        return _control(text, _TEN) == int(text[9])
    if len(text) == 12:
        return _control(text, _ELEVENTH) == int(text[10]) and _control(text, _TWELFTH) == int(text[11])
    return False


def is_kpp(text: str) -> bool:
    """Nine signs, of which the fifth and the sixth may be Latin capitals."""
    return _KPP.fullmatch(text) is not None


def is_bic(text: str) -> bool:
    """Nine digits that begin with Russia's 04."""
    return len(text) == 9 and _DIGITS.fullmatch(text) is not None and text.startswith("04")


def is_account(text: str) -> bool:
    """Twenty digits."""
    return len(text) == 20 and _DIGITS.fullmatch(text) is not None


def is_settlement_account(text: str, *, bic: str) -> bool:
    """Whether the account's key fits the bank."""
    return is_account(text) and is_bic(bic) and _key(bic[6:9] + text) == 0


def is_correspondent_account(text: str, *, bic: str) -> bool:
    """Whether the bank's account with the Bank of Russia has that bank's number and a fitting key."""
    fits = is_account(text) and is_bic(bic) and text.startswith("301") and text[17:] == bic[6:9]
    return fits and _key("0" + bic[4:6] + text) == 0


def _control(text: str, weights: Sequence[int]) -> int:
    return sum(int(sign) * weight for sign, weight in zip(text, weights, strict=False)) % 11 % 10


def _key(text: str) -> int:
    return sum(int(sign) * _KEY[place % 3] for place, sign in enumerate(text)) % 10
