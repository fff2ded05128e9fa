"""VAT by dates: what a receipt says of it, and until when that is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from svet.fiscal.rules.refusals import ReceiptReason
from svet.fiscal.rules.states import ReceiptLineKind
from svet.kernel.money import ZERO, Money
from svet.kernel.refusals import Refused


class Taxation(StrEnum):
    """«Система налогообложения», in words of the wire; only the general one pays the rate of the table."""

    GENERAL = "osn"
    INCOME = "usn_income"
    INCOME_LESS_COSTS = "usn_income_outcome"


class VatUnknown(Refused):
    """No law is known for the day."""


@dataclass(frozen=True, slots=True)
class VatRate:
    """The rate of article 164 item 3 of the Tax Code from ``since`` (included) to ``until`` (excluded)."""

    since: date
    until: date
    percent: int


#: 20 % by 303-ФЗ, 22 % by 425-ФЗ of 2025-11-28. The end is not the law's: by then somebody has looked again.
RATES: Final = (
    VatRate(date(2019, 1, 1), date(2026, 1, 1), 20),
    VatRate(date(2026, 1, 1), date(2028, 1, 1), 22),
)
NO_VAT: Final = "none"


@dataclass(frozen=True, slots=True)
class LineVat:
    """What a line says: a word of the wire (``vat22``, ``vat122``, ``none``) and the sum within the line."""

    word: str
    money: Money


def rate_on(day: date) -> VatRate:
    """The rate of a local day. :raises VatUnknown: the table does not reach that day"""
    found = next((rate for rate in RATES if rate.since <= day < rate.until), None)
    if found is None:
        raise VatUnknown(ReceiptReason.VAT, details={"day": day.isoformat()})
    return found


def vat_of(money: Money, kind: ReceiptLineKind, *, taxation: Taxation, day: date) -> LineVat:
    """The VAT within a line, in whole kopecks, half a kopeck up; of an advance by the computed rate.

    Articles 164 (items 3 and 4) and 168 of the Tax Code: of an advance it is rate/(100 + rate).

    :raises VatUnknown: as :func:`rate_on`
    """
    if taxation is not Taxation.GENERAL:
        return LineVat(NO_VAT, ZERO)
    percent = rate_on(day).percent
    within = (2 * money.kopecks * percent + 100 + percent) // (2 * (100 + percent))
    word = f"vat{percent}" if kind is ReceiptLineKind.SETTLEMENT else f"vat{100 + percent}"
    return LineVat(word, Money(within))
