"""A certificate of no debt (справка об отсутствии задолженности): what can be said of an account on a day.

Money on its way does not count as paid: a certificate says what the books know.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from svet.bills.rules.arrears import OwedBill, arrears_of
from svet.kernel.money import ZERO, Money
from svet.kernel.refusals import NotFound, Refused

#: Five bits each: 140, where ASVS 11.5.1 asks for 128; seven groups of four.
CODE_LENGTH: Final = 28
# Typed from paper: without 0 and O, 1 and I. 32 letters divide 256 evenly: no letter is likelier.
_ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_LETTERS: Final = bytes(ord(_ALPHABET[byte & 31]) for byte in range(256))
_CODE: Final = re.compile(rf"[{_ALPHABET}]{{{CODE_LENGTH}}}", re.ASCII)
_BETWEEN: Final = re.compile(r"[\s\-–—]+")
#: Looked for in place of what cannot be a code, so that both answers cost the same; no code has a zero.
NO_CODE: Final = "0" * CODE_LENGTH


class CertificateKind(StrEnum):
    """What a certificate says."""

    NO_DEBT = "no_debt"
    NOT_DUE = "not_due"  # something is owed, nothing of it late


class CertificateReason(StrEnum):
    OVERDUE = "debt_overdue"
    NOT_FOUND = "certificate_not_found"
    CHARGED_ELSEWHERE = "certificate_charged_elsewhere"


class CertificateRefused(Refused):
    """The account owes what is late: ``details`` say how much, since when, and what is on its way."""


class CertificateNotFound(NotFound):
    """There is no such certificate, or it belongs to an account the actor cannot see."""

    def __init__(self) -> None:
        super().__init__(CertificateReason.NOT_FOUND)


@dataclass(frozen=True, slots=True)
class CertifiedDebt:
    """What is said: kopecks owed, those of them asked for by ``due_on``, and what is overpaid.

    ``penalty`` is what of the owed sum is penalties that were shown.
    """

    kind: CertificateKind
    owed: int
    due: int
    due_on: date | None
    overpaid: int
    penalty: int = 0


@dataclass(frozen=True, slots=True)
class CertificateView:
    """A certificate as it was given. ``holder`` and ``address`` are masked already where they must be."""

    public_id: str
    code: str
    on: date
    seq: int
    debt: CertifiedDebt
    supplier: str
    inn: str
    account_number: str
    holder: str
    address: str
    made_at: datetime
    masked: bool


def certified_debt(
    *,
    balance: Money,
    bills: Sequence[OwedBill],
    unbilled_charges: Money = ZERO,
    carried_since: date | None = None,
    transit: Money = ZERO,
    penalty: Money = ZERO,
    today: date,
) -> CertifiedDebt:
    """What a certificate of this day says; ``bills`` are the newest first.

    ``carried_since``: the day of a debt brought from the system before, where no bill stands on it yet: it
    is late by itself, but for ``unbilled_charges``, all that was charged since. ``penalty`` is what of the
    balance is penalties.

    :raises CertificateRefused: something is late; ``transit`` is only named
    """
    if balance <= ZERO:
        return CertifiedDebt(CertificateKind.NO_DEBT, 0, 0, None, -balance.kopecks)
    found = arrears_of(balance=balance, transit=ZERO, bills=bills, today=today)
    late, since = found.late, found.since
    if not bills and carried_since is not None:
        late, since = max(balance - unbilled_charges, ZERO), carried_since
    if late:
        raise CertificateRefused(
            CertificateReason.OVERDUE,
            details={
                "late": late.kopecks,
                "since": since,
                "transit": transit.kopecks,
                "penalty": min(penalty, late).kopecks,
            },
        )
    # What was charged after the newest bill waits for the next one.
    asked = max(min(balance.kopecks, bills[0].closing), 0) if bills and found.due_on else 0
    return CertifiedDebt(CertificateKind.NOT_DUE, balance.kopecks, asked, found.due_on, 0, penalty.kopecks)


def new_certificate_code() -> str:
    """A code of 140 random bits that can be typed from paper."""
    return secrets.token_bytes(CODE_LENGTH).translate(_LETTERS).decode("ascii")


def typed_code(text: str) -> str:
    """The code somebody typed, spaces and case aside; ``NO_CODE`` for what cannot be one."""
    code = _BETWEEN.sub("", text[:100]).upper()
    return code if _CODE.fullmatch(code) else NO_CODE


def printed_code(code: str) -> str:
    """«ABCD EFGH JKLM NPQR STUV WXYZ 2345»."""
    return " ".join(code[at : at + 4] for at in range(0, len(code), 4))


def masked_number(number: str) -> str:
    """The last four digits of an account's number, fewer of a short one: «••• 4567»."""
    return f"••• {number[len(number) - min(4, len(number) // 2) :]}"
