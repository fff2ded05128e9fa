"""The bill as data: everything that is printed, frozen on the day of issue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from svet.billing.rules.houses import HouseShare
from svet.bills.rules.streams import BillStreams
from svet.kernel.periods import Month

# What customers send themselves, by whatever way; smart meters, controls and installations are not theirs.
_OWN_SOURCES = frozenset({"web", "api", "sms", "office", "register", "quick"})
# The calendar day of payment by ЖК 155 p. 1: the 10th, from 2026-03-01 the 15th of the next month.
_DUE_BEFORE_CHANGE = 10
_DUE_CHANGED_FROM = Month(2026, 3)
#: The basis of a sum that somebody has decided.
ADJUSTMENT = "adjustment"


class MoneyState(StrEnum):
    """What a bill asks of its reader."""

    DUE = "due"
    OVERDUE = "overdue"  # the day to pay by had passed when it was issued
    EVEN = "even"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class BillPayee:
    """Who is paid, as printed in the requisites."""

    name: str
    legal_name: str
    service: str
    inn: str
    kpp: str
    settlement_account: str
    bank_name: str
    bic: str
    correspondent_account: str
    hotline: str = ""
    address: str = ""
    color: str = ""


@dataclass(frozen=True, slots=True)
class BillPayer:
    """Whose account it is; the masked spelling is printed until the reader is confirmed."""

    account_number: str
    name: str
    masked_name: str
    address: str
    masked_address: str


@dataclass(frozen=True, slots=True)
class BillReading:
    """One scale of one meter: the value the last bill ended with and the one this bill uses.

    ``current_value`` is absent where nothing was submitted; ``source`` names the channel of the reading,
    ``kwh`` is the volume after the transformer ratio.
    """

    meter_serial: str
    scheme: int
    zone: str
    ratio: Decimal
    previous_value: Decimal | None
    previous_on: date | None
    previous_source: str
    previous_receipt: str
    current_value: Decimal | None
    current_on: date | None
    current_source: str
    current_receipt: str
    kwh: Decimal


@dataclass(frozen=True, slots=True)
class LinePart:
    """What a corrected month holds at one price: ``kwh`` × ``price`` (roubles) = ``kopecks``."""

    kwh: Decimal
    price: Decimal
    kopecks: int
    basis: str


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line of the charge: ``kwh`` × ``price`` (roubles) = ``kopecks``, and where the price comes from.

    ``since_on``…``until_on`` (half-open) are the days it is for: prices that change inside a month divide it.
    A recalculation is one line for a month and zone: what it ``was``, what it is ``now``, and the difference;
    its ``price`` is 0 where more than one price is in it.
    """

    meter_serial: str
    zone: str
    basis: str
    since_on: date
    until_on: date
    range_no: int
    range_over_kwh: Decimal | None
    range_upper_kwh: Decimal | None
    kwh: Decimal
    price: Decimal
    kopecks: int
    previous_value: Decimal | None
    previous_on: date | None
    previous_source: str
    previous_receipt: str
    current_value: Decimal | None
    current_on: date | None
    current_source: str
    current_receipt: str
    ratio: Decimal
    tariff_group: str
    tariff_from: date | None
    tariff_to: date | None
    decree: str
    source_url: str
    demonstration: bool
    #: The month that a recalculation corrects, why, and the reading that made it necessary.
    corrects: date | None = None
    was: tuple[LinePart, ...] = ()
    now: tuple[LinePart, ...] = ()
    cause: str = ""
    #: The months behind an average.
    base: tuple[date, ...] = ()
    #: The kind of the act that says why there was no reading.
    act: str = ""
    cause_value: Decimal | None = None
    cause_on: date | None = None
    cause_source: str = ""
    cause_receipt: str = ""
    #: The document by which a person has decided this volume or sum, or what is no more decided so.
    decision: str = ""
    decision_on: date | None = None
    #: The part of the house's common needs, of which the line may price only a range.
    house: HouseShare | None = None

    @property
    def meterless(self) -> bool:
        """Whether the line is the norm of a flat without a meter."""
        return self.basis == "norm" and not self.meter_serial

    @property
    def sums_only(self) -> bool:
        """Whether the line is kopecks that somebody has decided, without kWh."""
        parts = (*self.was, *self.now)
        return self.basis == ADJUSTMENT or (bool(parts) and all(each.basis == ADJUSTMENT for each in parts))


@dataclass(frozen=True, slots=True)
class Movement:
    """One posting a bill took in beside its own charge: kopecks, a debt positive, money that came negative.

    ``kind`` is the ledger's; ``late`` when its day lies before the month of a bill that another one preceded.
    """

    kind: str
    on: date
    kopecks: int
    late: bool = False


@dataclass(frozen=True, slots=True)
class Sums:
    """The account in kopecks: a debt is positive, an overpayment negative.

    opening + charged + earlier + recalculated + penalty + refunded − paid = closing. ``charged`` is the
    month's own consumption, ``earlier`` that of months which never had a bill, ``recalculated`` what is taken
    back or corrected, ``paid`` what came, ``refunded`` what was given back to the customer, ``penalty`` what
    late payment has cost since the bill before, less what of it was taken back or written off.
    """

    opening: int
    charged: int
    recalculated: int
    paid: int
    closing: int
    earlier: int = 0
    refunded: int = 0
    penalty: int = 0

    @property
    def payable(self) -> int:
        """What is to be paid: never negative, an overpayment is simply carried on."""
        return max(self.closing, 0)

    @property
    def taken(self) -> int:
        """What lessened the debt the bill found."""
        return self.paid - self.refunded + max(0, -self.recalculated) + max(0, -self.penalty)


@dataclass(frozen=True, slots=True)
class Usage:
    """What a month's lines say about consumption, recalculations left out.

    ``since``…``until`` (half-open) are the days the lines are for. ``plain`` when every scale was read at
    both ends of about the same days: only such months can be compared.
    """

    kwh: Decimal
    kopecks: int
    since: date | None
    until: date | None
    plain: bool

    @property
    def days(self) -> int:
        return (self.until - self.since).days if self.since and self.until else 0


@dataclass(frozen=True, slots=True)
class UsageBar:
    """A month of the chart."""

    period: date
    kwh: Decimal
    kopecks: int


@dataclass(frozen=True, slots=True)
class BillDocument:
    """A whole bill. ``bars`` end with this month; usage and prices of the month before serve the comparison.

    ``previous_period`` is the month of the bill it continues, whose closing sum is this one's opening: none
    for the first bill of an account.
    """

    number: str
    version: int
    period: date
    issued_on: date
    due_on: date
    payee: BillPayee
    payer: BillPayer
    readings: tuple[BillReading, ...]
    lines: tuple[LineRow, ...]
    sums: Sums
    bars: tuple[UsageBar, ...]
    previous_prices: dict[str, Decimal]
    previous_usage: Usage | None = None
    previous_period: date | None = None
    movements: tuple[Movement, ...] = ()
    #: How many people the norm is for, where it is charged; 0 where nobody has told us.
    residents: int = 0
    #: Penalties and fees of the account; none where it never had any.
    streams: BillStreams | None = None

    @property
    def month(self) -> Month:
        return Month.of(self.period)

    @property
    def kwh(self) -> Decimal:
        """The volume of the month, kWh."""
        return sum((line.kwh for line in self.lines), Decimal(0))

    @property
    def overdue(self) -> bool:
        """Whether the day to pay by had passed when the bill was issued."""
        return self.due_on < self.issued_on

    @property
    def money_state(self) -> MoneyState:
        """Whether there is something to pay, and by a day that is still to come."""
        if self.sums.closing < 0:
            return MoneyState.OVER
        if not self.sums.closing:
            return MoneyState.EVEN
        return MoneyState.OVERDUE if self.overdue else MoneyState.DUE

    @property
    def meterless(self) -> bool:
        """Whether the month is charged by norm because there is no meter."""
        return any(line.meterless for line in self.lines)

    @property
    def total(self) -> int:
        """What the month cost, kopecks: all lines with what they take back."""
        return sum(line.kopecks for line in self.lines)

    @property
    def demonstration(self) -> bool:
        return any(line.demonstration for line in self.lines)


def uses_own_readings(document: BillDocument) -> bool:
    """Whether a line of the bill ends with a reading that the customer sent."""
    return any(line.basis == "reading" and line.current_source in _OWN_SOURCES for line in document.lines)


def document_number(*, account_number: str, period: Month, version: int) -> str:
    """The printed number, like ``2611-0356067000`` and ``2611-0356067000/2`` for a second version."""
    number = f"{period.year % 100:02d}{period.month:02d}-{account_number}"
    return number if version == 1 else f"{number}/{version}"


def due_on(*, period: Month, due_day: int) -> date:
    """The last day to pay for ``period``; ``due_day`` is the supplier's setting since the law moved it."""
    following = period.plus(1)
    return following.day(due_day if following >= _DUE_CHANGED_FROM else _DUE_BEFORE_CHANGE)
