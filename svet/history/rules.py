"""What one may ask of the feed, how a page of it ends, and what a month adds up to. Pure."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.kernel.refusals import NotFound, Refused

DEFAULT_MONTHS = 3
LONGEST_DAYS = 366 * 6
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# The months we bill for: beyond them neither a month before nor a day after can be counted.
_EARLIEST, _LATEST = date(2000, 1, 1), date(2199, 1, 1)


class Operation(StrEnum):
    """What the filter «Операции» offers."""

    READINGS = "readings"
    CONTROL = "control"
    PAYMENTS = "payments"
    BILLS = "bills"


class FilterReason(StrEnum):
    DAY = "no_such_day"
    ORDER = "dates_reversed"
    TOO_LONG = "span_too_long"
    SUMS = "sums_reversed"


class FilterRefused(Refused):
    """The filter contradicts itself."""


class HistoryReason(StrEnum):
    NOT_FOUND = "not_in_cabinet"


class NotInCabinet(NotFound):
    """The group, provider or account asked for is not in this person's cabinet."""


class CardKind(StrEnum):
    READING = "reading"
    CONTROL = "control"
    PAYMENT = "payment"
    REFUND = "refund"
    REGISTER = "register"
    BILL = "bill"
    ACT = "act"
    #: What a supplier with a billing of its own has charged.
    CHARGE = "charge"


@dataclass(frozen=True, slots=True)
class HistoryFilters:
    """What to show: both days belong to the span, sums are inclusive, empty texts mean everything."""

    since: date
    until: date
    operation: Operation | None = None
    group: str = ""
    provider: str = ""
    account: str = ""
    sum_from: Money | None = None
    sum_to: Money | None = None

    def __post_init__(self) -> None:
        for field, day in (("since", self.since), ("until", self.until)):
            if not _EARLIEST <= day < _LATEST:
                raise FilterRefused(FilterReason.DAY, field=field)
        if self.until < self.since:
            raise FilterRefused(FilterReason.ORDER, field="until")
        if (self.until - self.since).days > LONGEST_DAYS:
            raise FilterRefused(FilterReason.TOO_LONG, field="since", details={"years": 6})
        if self.sum_from is not None and self.sum_to is not None and self.sum_to < self.sum_from:
            raise FilterRefused(FilterReason.SUMS, field="sum_to")

    @property
    def end(self) -> date:
        """The first day after the span."""
        return self.until + timedelta(days=1)

    @property
    def by_sum(self) -> bool:
        """Whether only things with a sum can match."""
        return self.sum_from is not None or self.sum_to is not None

    def wants(self, *operations: Operation) -> bool:
        """Whether any of the operations is asked for."""
        return self.operation is None or self.operation in operations

    def fits(self, money: Money | None) -> bool:
        """Whether a sum, without its sign, lies within the asked ones."""
        if not self.by_sum:
            return True
        if money is None:
            return False
        amount = abs(money)
        if self.sum_from is not None and amount < self.sum_from:
            return False
        return self.sum_to is None or amount <= self.sum_to


def default_since(today: date) -> date:
    """Three months back, the day clipped to the month."""
    return Month.of(today).back(DEFAULT_MONTHS).day(today.day)


@dataclass(frozen=True, slots=True, order=True)
class FeedPlace:
    """Where a card stands in the feed: the newest is the greatest. ``at`` counts microseconds."""

    day: date
    at: int
    key: str

    @classmethod
    def of(cls, day: date, at: datetime, key: str) -> FeedPlace:
        """The place of what stands on a local day and came or was kept at a moment."""
        return cls(day, (at - _EPOCH) // _MICROSECOND, key)

    @property
    def moment(self) -> datetime:
        """The moment of the place; one from an address may be any number, and is then the end of time."""
        try:
            return _EPOCH + self.at * _MICROSECOND
        except OverflowError:
            return datetime.max.replace(tzinfo=UTC)

    def __str__(self) -> str:
        return f"{self.day:%Y%m%d}-{self.at}-{self.key}"


def opaque_key(name: str) -> str:
    """The key of a place for what others named: a bank's or a register's number may hold any sign."""
    return hashlib.sha256(name.encode()).hexdigest()[:16]


_PLACE = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})-([0-9]{1,18})-([a-z0-9]{1,24})", re.ASCII)


def parse_place(text: str) -> FeedPlace | None:
    """Read a place from an address; anything that is not one means the beginning."""
    match = _PLACE.fullmatch(text) if len(text) <= 60 else None
    if match is None:
        return None
    try:
        day = date(int(match[1]), int(match[2]), int(match[3]))
        Month.of(day).plus(1)
    except ValueError:
        return None
    return FeedPlace(day, int(match[4]), match[5])


def window_start(*, end: date, since: date, accounts: int) -> date:
    """The first day to read for a page that ends before ``end``: whole months, fewer for many accounts.

    Whole months, because a month's heading adds up all of it; bounded, so that a page of fifty accounts
    costs as many queries and not much more time than a page of one.
    """
    months = 12 if accounts <= 3 else 3
    start = Month.of(end - timedelta(days=1)).back(months - 1).first
    return max(start, since)
