"""What may be paid: how a typed sum is read, and how big an order may be."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from svet.kernel.money import Money
from svet.kernel.refusals import Refused
from svet.kernel.services import Service


class AmountReason(StrEnum):
    REQUIRED = "required"
    TOO_LONG = "too_long"
    CHARS = "chars"
    NEGATIVE = "negative"
    AMBIGUOUS = "ambiguous"
    FRACTION = "fraction"
    MIN = "min"
    MAX = "max"


class AmountRefused(Refused):
    """A sum that cannot be paid."""


@dataclass(frozen=True, slots=True)
class OrderLimits:
    """How much one order may hold; the total is what the bank takes at once."""

    line_min: Money
    line_max: Money
    total_max: Money
    lines_max: int


LIMITS = OrderLimits(
    line_min=Money(1_00), line_max=Money(250_000_00), total_max=Money(250_000_00), lines_max=50
)

CARD_NAME_LONGEST = 40
#: The most that a payer may let be charged from a bound card without being asked once more.
UNASKED_MOST = Money(5_000_00)

_LONGEST = 32
_SPACES = str.maketrans(dict.fromkeys("\u00a0\u202f\u2009", " "))
_MINUS = "-\u2212\u2013"
_CHARS = re.compile(r"[0-9 .,]+", re.ASCII)
_WHOLE = re.compile(r"[0-9]+|[0-9]{1,3}(?: [0-9]{3})+", re.ASCII)


def parse_amount(raw: str, *, limits: OrderLimits = LIMITS, field: str = "amount") -> Money:
    """Read a sum in roubles as a person types it: ``300``, ``300,5``, ``1 234,56``.

    Guessing is worse than asking: a sum that can be read in two ways is refused.

    :raises AmountRefused: with the reason and the bounds in ``details``
    """
    if len(raw) > _LONGEST:
        raise AmountRefused(AmountReason.TOO_LONG, field=field)
    text = raw.translate(_SPACES).strip(" ")
    if not text:
        raise AmountRefused(AmountReason.REQUIRED, field=field)
    negative = text[0] in _MINUS
    text = text.lstrip(_MINUS).lstrip(" ")
    if not _CHARS.fullmatch(text):
        raise AmountRefused(AmountReason.CHARS, field=field)
    money = _read(text, field=field)
    if negative:
        raise AmountRefused(AmountReason.NEGATIVE, field=field)
    check_line(money, limits=limits, field=field)
    return money


def _read(text: str, *, field: str) -> Money:
    whole, mark, fraction = text.replace(".", ",").partition(",")
    if "," in fraction or not _WHOLE.fullmatch(whole):
        raise AmountRefused(AmountReason.AMBIGUOUS, field=field)
    if mark and not (fraction.isdigit() and len(fraction) <= 2):
        raise AmountRefused(AmountReason.FRACTION, field=field)
    return Money(int(whole.replace(" ", "")) * 100 + int(fraction.ljust(2, "0") if fraction else "0"))


def check_line(money: Money, *, limits: OrderLimits = LIMITS, field: str = "amount") -> None:
    """Refuse a sum outside the bounds of one line. :raises AmountRefused:"""
    if money.kopecks < 0:
        raise AmountRefused(AmountReason.NEGATIVE, field=field)
    if money < limits.line_min:
        raise AmountRefused(AmountReason.MIN, field=field, details={"min": limits.line_min})
    if money > limits.line_max:
        raise AmountRefused(AmountReason.MAX, field=field, details={"max": limits.line_max})


def body_hash(
    lines: Iterable[tuple[str, Money]], *, card: str = "", keeps_card: bool = False, in_row: bool = False
) -> str:
    """A fingerprint of what an order pays and with what: same lines in any order, same fingerprint (hex)."""
    text = ";".join(f"{account}={money.kopecks}" for account, money in sorted(lines))
    if card or keeps_card:
        text += f"|{card}|{keeps_card}"
    if in_row:
        text += "|row"
    return hashlib.sha256(text.encode()).hexdigest()


_PAID_FOR: Final = {
    Service.ELECTRICITY: "электроэнергии",
    Service.COLD_WATER: "холодной воды",
    Service.HOT_WATER: "горячей воды",
    Service.HEAT: "отопления",
    Service.GAS: "газа",
    Service.WASTE: "вывоза мусора",
}


def purpose(account_number: str, service: Service) -> str:
    """The purpose of a payment in the bank's papers (Russian by law, whatever the person's language)."""
    return f"Оплата {_PAID_FOR[service]}, лицевой счёт {account_number}"


def fill(taken: Money, wanted: Sequence[Money]) -> list[Money]:
    """Lay a sum that was taken on the lines of an order, in their order; what is over comes to the last one.

    For the sum that was ordered this is the order itself.
    """
    rest, filled = taken.kopecks, []
    for money in wanted:
        part = min(rest, money.kopecks)
        filled.append(part)
        rest -= part
    if rest and filled:
        filled[-1] += rest
    return [Money(part) for part in filled]


def share_refund(refund: Money, left: Sequence[Money]) -> list[Money]:
    """Lay a refund on the lines of an order, of which ``left`` has not been given back yet.

    The bank does not say which account it gave back for. So: all that is left is taken off every line; a
    refund of exactly what is left on one line, and of no other, is of that line; any other is shared in
    proportion to what is left, the odd kopecks going to the largest fractions, then to the earlier lines.
    Never more than is left on a line: for a refund above all of it the result adds up to less (ADR 73).
    """
    whole = sum(money.kopecks for money in left)
    if refund.kopecks >= whole:
        return list(left)
    fitting = [index for index, money in enumerate(left) if money == refund]
    if len(fitting) == 1:
        return [refund if index == fitting[0] else Money(0) for index in range(len(left))]
    parts = [money.kopecks * refund.kopecks // whole for money in left]
    fractions = [money.kopecks * refund.kopecks % whole for money in left]
    odd = refund.kopecks - sum(parts)
    for index in sorted(range(len(left)), key=lambda index: (-fractions[index], index))[:odd]:
        parts[index] += 1
    return [Money(part) for part in parts]
