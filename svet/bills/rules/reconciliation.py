"""A reconciliation statement (акт сверки): the balance before, each movement by its day, the balance after.

A movement counts for its day, whenever the books were told of it: a payment that came late changes the sums
of the days it was made in, and both days stand in its row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from svet.kernel.periods import Month
from svet.kernel.refusals import Refused
from svet.ledger.rules import TransactionKind

#: The longest period of a statement, in whole years.
YEARS_MOST: Final = 5
# The months we bill for begin here.
_EARLIEST: Final = date(2000, 1, 1)


class ReconciliationReason(StrEnum):
    DAY = "no_such_day"
    ORDER = "dates_reversed"
    TOO_LONG = "span_too_long"
    FUTURE = "day_to_come"


class ReconciliationRefused(Refused):
    """There is no statement of such a period."""


class BooksDisagree(Exception):
    """The movements do not add up to the balance of the ledger: such a paper is given to nobody."""


@dataclass(frozen=True, slots=True)
class ReconciliationPeriod:
    """The days of a statement; both ``since`` and ``until`` belong to it."""

    since: date
    until: date

    @property
    def end(self) -> date:
        """The first day after the period."""
        return self.until + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ReconciliationRow:
    """One movement: kopecks are positive where more is owed; ``balance`` is what is owed after it.

    ``on`` is the day it counts for, ``known_on`` the day the books were told of it, ``document`` the number
    of its bill, payment or act.
    """

    seq: int
    kind: TransactionKind
    on: date
    known_on: date
    kopecks: int
    document: str = ""
    balance: int = 0

    @property
    def debit(self) -> int:
        """What the account owes more by it."""
        return max(self.kopecks, 0)

    @property
    def credit(self) -> int:
        """What the account owes less by it."""
        return max(-self.kopecks, 0)


@dataclass(frozen=True, slots=True)
class ReconciliationParties:
    """Between whom it is, as this reader may see it: names and flat are masked already where they must be."""

    supplier: str
    inn: str
    account_number: str
    holder: str
    address: str


@dataclass(frozen=True, slots=True)
class ReconciliationStatement:
    """The whole statement. ``seq`` is the account's newest posting that it knows of; sums are kopecks."""

    parties: ReconciliationParties
    period: ReconciliationPeriod
    made_at: datetime
    seq: int
    opening: int
    rows: tuple[ReconciliationRow, ...]
    closing: int

    @property
    def debit(self) -> int:
        """All that was charged, given back or taken over."""
        return sum(row.debit for row in self.rows)

    @property
    def credit(self) -> int:
        """All that was paid, taken off or written off."""
        return sum(row.credit for row in self.rows)


def usual_period(today: date) -> tuple[date, date]:
    """The days that are offered first: this month and the eleven before it."""
    return Month.of(today).back(11).first, today


def statement_period(since: date, until: date, *, today: date) -> ReconciliationPeriod:
    """The period, if there can be a statement of it. :raises ReconciliationRefused: names the field"""
    for field, day in (("since", since), ("until", until)):
        if day < _EARLIEST:
            raise ReconciliationRefused(ReconciliationReason.DAY, field=field)
    if until > today:
        raise ReconciliationRefused(ReconciliationReason.FUTURE, field="until")
    if until < since:
        raise ReconciliationRefused(ReconciliationReason.ORDER, field="until")
    if until >= _years_later(since, YEARS_MOST):
        raise ReconciliationRefused(
            ReconciliationReason.TOO_LONG, field="since", details={"years": YEARS_MOST}
        )
    return ReconciliationPeriod(since, until)


def reconcile(
    *,
    parties: ReconciliationParties,
    period: ReconciliationPeriod,
    made_at: datetime,
    seq: int,
    opening: int,
    moved: Sequence[ReconciliationRow],
    later: int,
    balance: int,
) -> ReconciliationStatement:
    """Put the movements in the order of their days, each with the balance after it.

    ``later`` is what moved the account after the period, ``balance`` what the ledger says it owes after
    posting ``seq``.

    :raises BooksDisagree: opening, movements and ``later`` are not that balance, or a day is outside
    """
    rows = []
    running = opening
    for row in sorted(moved, key=lambda row: (row.on, row.seq)):
        if not period.since <= row.on <= period.until:
            raise BooksDisagree(f"posting {row.seq} counts for {row.on}")
        running += row.kopecks
        rows.append(replace(row, balance=running))
    if running + later != balance:
        raise BooksDisagree(f"{running} + {later} kopecks are not {balance} after posting {seq}")
    return ReconciliationStatement(
        parties=parties,
        period=period,
        made_at=made_at,
        seq=seq,
        opening=opening,
        rows=tuple(rows),
        closing=running,
    )


def _years_later(day: date, years: int) -> date:
    """The same day so many years on; the 29th of February becomes the 1st of March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
