"""What an account used, was charged and paid in whole months: the paper that social protection asks for.

For a subsidy (Постановление № 761 of 14.12.2005) it asks for the last six months, yearly for twelve. Money is
the reconciliation statement's by its days, volumes those that were charged for the month.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from pydantic import TypeAdapter

from svet.bills.rules.reconciliation import ReconciliationStatement
from svet.kernel.periods import Month
from svet.kernel.refusals import Refused
from svet.kernel.services import Service
from svet.ledger.rules import TransactionKind

USUAL_MONTHS: Final = 6
MONTHS_MOST: Final = 36
_PAID: Final = frozenset({TransactionKind.PAYMENT, TransactionKind.REFUND, TransactionKind.CHARGEBACK})
_ZERO: Final = Decimal(0)


class ConsumptionReason(StrEnum):
    MONTH = "no_such_month"
    ORDER = "months_reversed"
    TOO_LONG = "months_too_many"
    OPEN = "month_not_over"
    BEFORE = "month_before_account"
    EMPTY = "account_without_months"


class ConsumptionRefused(Refused):
    """There is no such paper of these months."""


class DebtState(StrEnum):
    """What is said of the debt on the day of the paper; ``ELSEWHERE``: the supplier judges by itself."""

    NONE = "none"
    NOT_DUE = "not_due"
    OVERDUE = "overdue"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class ChargedVolumes:
    """The own use that was charged in a month by zone, and what recalculations gave to earlier ones.

    ``corrected_kopecks`` is what those recalculations came to.
    """

    zones: tuple[tuple[str, Decimal], ...]
    corrected: Decimal
    corrected_kopecks: int


@dataclass(frozen=True, slots=True)
class ConsumptionMonth:
    """One month, sums in kopecks: closing = the closing before + charged + recalculated + other − paid.

    ``volumes`` is None where none were charged here. ``other`` are penalties, benefits, corrections.
    """

    month: date
    volumes: ChargedVolumes | None
    charged: int
    recalculated: int
    other: int
    paid: int
    closing: int

    @property
    def used(self) -> Decimal:
        """The own use of the month in the unit of the service."""
        return sum((volume for _, volume in self.volumes.zones), _ZERO) if self.volumes else _ZERO


@dataclass(frozen=True, slots=True)
class ConsumptionFact:
    """Persons registered and area in square metres from a day on; None: not known."""

    since: date
    residents: int | None
    area: Decimal | None


@dataclass(frozen=True, slots=True)
class ConsumptionDebt:
    """What is owed on the day of the paper, kopecks; ``late`` of it since ``since``."""

    state: DebtState
    owed: int
    overpaid: int
    late: int = 0
    since: date | None = None
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class ConsumptionPlan:
    """An agreement of instalments; ``kept``: no part is late. ``broken``: it stands no more."""

    made_on: date
    kopecks: int
    parts: int
    done: int
    kept: bool
    broken: bool = False


@dataclass(frozen=True, slots=True)
class ConsumptionStatement:
    """What the paper says, without who it is about; ``seq``: the newest posting it knows of."""

    service: Service
    since: date
    until: date
    seq: int
    opening: int
    months: tuple[ConsumptionMonth, ...]
    facts: tuple[ConsumptionFact, ...]
    debt: ConsumptionDebt
    plan: ConsumptionPlan | None

    @property
    def used(self) -> Decimal:
        """What was charged as the own use of these months, in the unit of the service."""
        return sum((each.used for each in self.months), _ZERO)

    @property
    def corrected(self) -> Decimal:
        """What recalculations within these months gave to earlier ones, in the unit of the service."""
        return sum((each.volumes.corrected for each in self.months if each.volumes), _ZERO)

    @property
    def zones(self) -> dict[str, Decimal]:
        """The own use of all months by zone."""
        found: dict[str, Decimal] = {}
        for each in self.months:
            for zone, volume in each.volumes.zones if each.volumes else ():
                found[zone] = found.get(zone, _ZERO) + volume
        return found

    @property
    def charged(self) -> int:
        return sum(each.charged for each in self.months)

    @property
    def recalculated(self) -> int:
        return sum(each.recalculated for each in self.months)

    @property
    def other(self) -> int:
        return sum(each.other for each in self.months)

    @property
    def paid(self) -> int:
        return sum(each.paid for each in self.months)

    @property
    def closing(self) -> int:
        """What was owed at the end of the last month, kopecks; negative: overpaid."""
        return self.months[-1].closing

    @property
    def volumes_known(self) -> bool:
        """Whether volumes of any of these months were charged here."""
        return any(each.volumes for each in self.months)


@dataclass(frozen=True, slots=True)
class ConsumptionView:
    """A paper as it was given. ``holder`` and ``address`` are masked already where they must be."""

    public_id: str
    code: str
    on: date
    statement: ConsumptionStatement
    supplier: str
    inn: str
    account_number: str
    holder: str
    address: str
    made_at: datetime
    masked: bool


_STATEMENT: TypeAdapter[ConsumptionStatement] = TypeAdapter(ConsumptionStatement)


def statement_as_kept(statement: ConsumptionStatement) -> dict[str, Any]:
    """The statement as plain JSON values: decimals and dates become text."""
    kept: dict[str, Any] = _STATEMENT.dump_python(statement, mode="json")
    return kept


def kept_statement(kept: Mapping[str, Any]) -> ConsumptionStatement:
    """The statement read back from its row."""
    return _STATEMENT.validate_python(kept)


def usual_months(*, began: Month | None, today: date) -> tuple[Month, Month] | None:
    """The last six months that are over, fewer of a young account; None: it has no month that is over."""
    last = Month.of(today).back(1)
    if began is None or began > last:
        return None
    return max(began, last.back(USUAL_MONTHS - 1)), last


def month_of(text: str, *, field: str) -> Month:
    """A month as it was asked for, ``YYYY-MM``. :raises ConsumptionRefused: anything else"""
    try:
        return Month.parse(text)
    except ValueError:
        raise ConsumptionRefused(ConsumptionReason.MONTH, field=field) from None


def refuse_months(since: Month, until: Month, *, began: Month | None, today: date) -> None:
    """Whether there can be a paper of these months, both included; ``began``: the account's first.

    :raises ConsumptionRefused: names the field
    """
    if began is None:
        raise ConsumptionRefused(ConsumptionReason.EMPTY)
    for field, month in (("since", since), ("until", until)):
        if month >= Month.of(today):
            raise ConsumptionRefused(ConsumptionReason.OPEN, field=field)
        if month < began:
            raise ConsumptionRefused(ConsumptionReason.BEFORE, field=field, details={"began": began.first})
    if until < since:
        raise ConsumptionRefused(ConsumptionReason.ORDER, field="until")
    if until - since >= MONTHS_MOST:
        raise ConsumptionRefused(ConsumptionReason.TOO_LONG, field="since", details={"months": MONTHS_MOST})


def consumption_months(
    books: ReconciliationStatement, volumes: Mapping[Month, ChargedVolumes]
) -> tuple[ConsumptionMonth, ...]:
    """The months of a reconciliation statement of whole months, with what was charged in each.

    Every movement is in exactly one sum of one month, so they come to the statement's.
    """
    found = []
    closing = books.opening
    month, last = Month.of(books.period.since), Month.of(books.period.until)
    while month <= last:
        rows = [row for row in books.rows if Month.of(row.on) == month]
        charged = sum(row.kopecks for row in rows if row.kind is TransactionKind.CHARGE)
        paid = -sum(row.kopecks for row in rows if row.kind in _PAID)
        closing += sum(row.kopecks for row in rows)
        own = volumes.get(month)
        recalculated = own.corrected_kopecks if own else 0
        found.append(
            ConsumptionMonth(
                month=month.first,
                volumes=own,
                charged=charged - recalculated,
                recalculated=recalculated,
                other=sum(row.kopecks for row in rows) - charged + paid,
                paid=paid,
                closing=closing,
            )
        )
        month = month.plus(1)
    return tuple(found)


def facts_within(
    known: Sequence[tuple[date, int | None, Decimal | None]], *, since: date, until: date
) -> tuple[ConsumptionFact, ...]:
    """The dated facts that held on any day of ``since``…``until`` (half-open), oldest first; changes only."""
    found: list[ConsumptionFact] = []
    for on, residents, area in sorted(known, key=lambda each: each[0]):
        if on >= until:
            break
        if not found or (found[-1].residents, found[-1].area) != (residents, area):
            found.append(ConsumptionFact(on, residents, area))
    before = [each for each in found if each.since <= since]
    held = [*before[-1:], *(each for each in found if each.since > since)]
    return tuple(each for each in held if each.residents is not None or each.area is not None)
