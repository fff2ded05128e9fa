"""VAT by dates: what a receipt says of it, and until when that is known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from svet.fiscal.rules.refusals import ReceiptReason
from svet.fiscal.rules.states import ReceiptLineKind
from svet.kernel.money import ZERO, Money
from svet.kernel.periods import Month
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

    Articles 164 (items 3 and 4) and 168 of the Tax Code: of an advance it is rate/(100 + rate). A penalty for
    late payment has none: it is not connected with the payment of what was supplied (Ministry of Finance,
    2013-03-04, 03-07-15/6333; presidium of the Supreme Arbitration Court, 2008-02-05, 11144/07).

    :raises VatUnknown: as :func:`rate_on`
    """
    if taxation is not Taxation.GENERAL or kind is ReceiptLineKind.PENALTY:
        return same_vat(money, NO_VAT)
    percent = rate_on(day).percent
    return same_vat(money, f"vat{100 + percent if kind is ReceiptLineKind.ADVANCE else percent}")


def same_vat(money: Money, word: str) -> LineVat:
    """The VAT within a line that says the word of another: what goes back has the VAT with which it came."""
    if word == NO_VAT:
        return LineVat(NO_VAT, ZERO)
    percent = int(word.removeprefix("vat")) % 100
    within = (2 * money.kopecks * percent + 100 + percent) // (2 * (100 + percent))
    return LineVat(word, Money(within))


@dataclass(frozen=True, slots=True)
class Supplied:
    """Money for what was supplied by a local day: the last one of the period that was charged."""

    day: date
    money: Money


def by_rates(
    settled: Money, *, debt: Iterable[Supplied], otherwise: date, named: Month | None = None
) -> list[Supplied]:
    """What settles a part of a debt, the oldest supply first, gathered where the rate is one.

    The month that a payer ``named`` comes before all others, as in the supplier's order of payment.

    ``debt`` is all of it, in any order; what of ``settled`` is in no charge counts for the day ``otherwise``.
    The day of each is one that has its rate, or that no rate is known for.
    """
    parts: list[Supplied] = []
    rest = settled
    for one in [*_in_order(debt, named), Supplied(otherwise, settled)]:
        part = min(rest, one.money)
        if not part:
            continue
        rest -= part
        if parts and _percent(parts[-1].day) == _percent(one.day):
            parts[-1] = Supplied(one.day, parts[-1].money + part)
        else:
            parts.append(Supplied(one.day, part))
    return parts


def debt_left(debt: Iterable[Supplied], *, settled: Money, named: Month | None = None) -> list[Supplied]:
    """What of a debt is left when so much of it is settled, in the order of :func:`by_rates`."""
    left: list[Supplied] = []
    for one in _in_order(debt, named):
        gone = min(one.money, settled)
        settled -= gone
        if one.money > gone:
            left.append(Supplied(one.day, one.money - gone))
    return left


def _in_order(debt: Iterable[Supplied], named: Month | None) -> list[Supplied]:
    month = None if named is None else (named.year, named.month)
    return sorted(debt, key=lambda part: ((part.day.year, part.day.month) != month, part.day))


def _percent(day: date) -> int | None:
    return next((rate.percent for rate in RATES if rate.since <= day < rate.until), None)
