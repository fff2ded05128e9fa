"""Payments that a payer disputes at the bank: told, then won or lost. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from svet.kernel.money import Money
from svet.kernel.refusals import Conflict, NotFound, Refused
from svet.kernel.states import Moves


class ChargebackState(StrEnum):
    """Where a dispute stands."""

    TOLD = "told"  # the bank has withheld the money, we may object
    WON = "won"  # the bank has given it to us again
    LOST = "lost"  # the payer has it


class ChargebackWay(StrEnum):
    """How a dispute became known."""

    LETTER = "letter"  # a member of staff wrote it down
    REGISTER = "register"
    STATEMENT = "statement"


#: What of disputes stands before a person: above what was left, of no payment of ours, another body.
ABOVE: Final = "svet.chargeback_above_payment"
UNKNOWN: Final = "svet.chargeback_of_unknown_payment"
CHANGED: Final = "svet.chargeback_changed"

CHARGEBACK_MOVES = Moves(
    {
        ChargebackState.TOLD: frozenset({ChargebackState.WON, ChargebackState.LOST}),
        ChargebackState.WON: frozenset(),
        ChargebackState.LOST: frozenset(),
    }
)


class ChargebackReason(StrEnum):
    NOT_FOUND = "chargeback_not_found"
    NOT_STAFF = "chargeback_not_staff"
    NOT_CREDITED = "chargeback_not_credited"
    REFERENCE = "chargeback_reference"
    KNOWN = "chargeback_known"
    OTHER_BODY = "chargeback_other_body"
    SUM = "chargeback_sum"
    ABOVE_PAYMENT = "chargeback_above_payment"
    DAY = "chargeback_day"
    DUE = "chargeback_due"
    DECIDED = "chargeback_decided"


class ChargebackRefused(Refused):
    """It cannot be as it is written; nothing changed."""


class ChargebackConflict(Conflict):
    """It is known already, or has been decided."""


class ChargebackNotFound(NotFound):
    """No such payment or dispute."""


LONGEST_REFERENCE = 64


@dataclass(frozen=True, slots=True)
class NewChargeback:
    """A dispute as the bank tells it: ``no`` counts rounds, ``due_on`` is our last day, where it is told."""

    reference: str
    kopecks: int
    told_on: date
    due_on: date | None
    no: int = 1


def check_chargeback(new: NewChargeback, *, whole: Money, paid_on: date, today: date) -> None:
    """Whether it can be, of a payment of which ``whole`` was credited. :raises ChargebackRefused:"""
    if not new.reference.strip() or len(new.reference) > LONGEST_REFERENCE or new.no < 1:
        raise ChargebackRefused(ChargebackReason.REFERENCE, field="reference")
    if new.kopecks <= 0:
        raise ChargebackRefused(ChargebackReason.SUM, field="roubles")
    if new.kopecks > whole.kopecks:
        raise ChargebackRefused(ChargebackReason.ABOVE_PAYMENT, field="roubles", details={"whole": whole})
    if not paid_on <= new.told_on <= today:
        raise ChargebackRefused(ChargebackReason.DAY, field="told_on")
    if new.due_on is not None and new.due_on < new.told_on:
        raise ChargebackRefused(ChargebackReason.DUE, field="due_on")


#: How purposes of payment orders speak of disputes, and name one. Where the first word is of a fee, the
#: money is the fee: «Комиссия за рассмотрение спора»; «Чарджбэк, комиссия не удержана» is none. What goes on
#: like a sum or a day is no name: «Спор 300.00 руб.».
_SPEAKS: Final = re.compile(
    r"(?:(?!комисс|вознагражд|\bfee\b).)*?"
    r"(?:ч[аеэ]рджб[еэ]к|charge[- ]?back|\bdispute|\b[оО]?спор|опротест)",
    re.IGNORECASE | re.DOTALL,
)
_NAMED: Final = re.compile(
    r"(?:ч[аеэ]рджб[еэ]к\w*|charge[- ]?back|\bdispute|\bспор\w*)[\s:,№#]*(?:no\.?|n|id|номер)?[\s:№#]*"
    r"((?=[\w-]*[0-9])[\w-]{2,64})(?![\w-]|[.,/][0-9]|\s*(?:руб|₽|р\.))",
    re.IGNORECASE,
)


def speaks_of_dispute(purpose: str) -> bool:
    """Whether the purpose of a payment order is about a disputed payment, and not about a fee."""
    return _SPEAKS.match(purpose) is not None


def dispute_named(purpose: str, *, payment: Collection[str] = ()) -> str:
    """The bank's name of the dispute as a purpose tells it; empty where it names none.

    «Спор № CB-77 по платежу 2f1…», «Chargeback ID 12345»: what stands right after the word and has a digit.
    ``payment`` are the numbers of the payment itself: «Чарджбэк 2f1…» names no dispute.
    """
    match = _NAMED.search(purpose)
    name = match[1] if match else ""
    return "" if name.upper() in {number.upper() for number in payment} else name
