"""The one shape of a statement, whatever it was written in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from svet.exchange.rules.refusals import FileReason, FileRefused, RowReason

_ACCOUNT: Final = re.compile(r"[0-9]{20}", re.ASCII)
_SUM: Final = re.compile(r"[0-9]{1,13}(?:[.,][0-9]{1,2})?", re.ASCII)
#: Nothing of a statement is longer than this.
LONGEST: Final = 1_000


@dataclass(frozen=True, slots=True)
class StatementLine:
    """Money in (positive) or out of an account of ours; the other side is ``payer`` for money in."""

    line_no: int
    number: str
    booked_on: date
    kopecks: int
    name: str
    inn: str
    account: str
    bic: str
    purpose: str


@dataclass(frozen=True, slots=True)
class BadLine:
    """A document that cannot be used: where it begins, which field, why; its sum where that can be read."""

    line_no: int
    column: str
    reason: RowReason
    kopecks: int | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """What happened on one settlement account of ours in a span of days; balances in kopecks."""

    form: str
    account: str
    begins_on: date
    ends_on: date
    opening: int
    closing: int
    lines: tuple[StatementLine, ...]
    faults: tuple[BadLine, ...]

    @property
    def missing(self) -> int:
        """Kopecks by which the balances differ from the lines, bad ones with a readable sum among them."""
        known = sum(fault.kopecks or 0 for fault in self.faults)
        return self.closing - self.opening - sum(line.kopecks for line in self.lines) - known

    def check(self) -> None:
        """The balances must fit the lines, unless a line could not be read. :raises FileRefused:"""
        unread = any(fault.kopecks is None for fault in self.faults)
        if self.missing and not unread:
            raise FileRefused(
                FileReason.BALANCE,
                field="file",
                details={"account": self.account, "difference": Decimal(self.missing) / 100},
            )


class FieldFault(Exception):
    """One field of one document cannot be used."""

    def __init__(self, column: str, reason: RowReason) -> None:
        super().__init__(column)
        self.column = column
        self.reason = reason


def kopecks_of(text: str, *, column: str) -> int:
    """A sum of roubles with a dot or a comma, never negative. :raises FieldFault:"""
    cleaned = text.strip()
    if not _SUM.fullmatch(cleaned):
        raise FieldFault(column, RowReason.MONEY)
    try:
        return int(Decimal(cleaned.replace(",", ".")) * 100)
    except InvalidOperation:
        raise FieldFault(column, RowReason.MONEY) from None


def is_account(text: str) -> bool:
    """Twenty digits, as a settlement account has."""
    return _ACCOUNT.fullmatch(text) is not None


def short(text: str, *, column: str, most: int = LONGEST) -> str:
    """A text in one line and no longer than it may be. :raises FieldFault:"""
    shown = " ".join(text.split())
    if len(shown) > most:
        raise FieldFault(column, RowReason.TOO_LONG)
    return shown
