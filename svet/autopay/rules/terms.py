"""What was agreed: how much, when; and what follows from it for one bill."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from svet.kernel.money import ZERO, Money
from svet.kernel.periods import Month

#: The day of a month that every month has.
LAST_DAY: Final = 28
#: A bill has to be paid by the 15th or later; so many days after it are always before that.
MOST_DAYS_AFTER: Final = 20
#: The local hour at which charging begins, that of a retry (whose refusal is learned after the former), and
#: the hours in which people are told.
CHARGE_HOUR: Final = 12
RETRY_HOUR: Final = 15
TELL_HOURS: Final = range(9, 21)
#: No charge, a retry included, comes sooner after it was told.
NOTICE: Final = timedelta(hours=24)
#: Beyond this a charge is not the one that was told: it has to be told again.
LATEST: Final = timedelta(hours=36)
#: How long an offer waits for a yes.
OFFER_LIVES: Final = timedelta(days=1)
#: How long a try steps aside for a payment that somebody has begun.
ASIDE: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class AutopayTerms:
    """All that is owed, or no more than ``ceiling``; on a day of the month, or so many days after a bill.

    One of ``day_of_month`` and ``days_after_bill`` is given.
    """

    ceiling: Money | None
    day_of_month: int | None
    days_after_bill: int | None

    def __post_init__(self) -> None:
        if (self.day_of_month is None) == (self.days_after_bill is None):
            raise ValueError("one of the two says when")


def planned_day(terms: AutopayTerms, *, issued_on: date, since: date) -> date:
    """The day on which a bill is to be charged, never before the day after the agreement began."""
    earliest = since + timedelta(days=1)
    if terms.days_after_bill is not None:
        return max(issued_on + timedelta(days=terms.days_after_bill), earliest)
    first = max(issued_on, earliest)
    day = terms.day_of_month or 1
    this = Month.of(first).day(day)
    return this if this >= first else Month.of(first).plus(1).day(day)


def not_before(planned: date, *, promised: date | None) -> date:
    """The planned day, or the day by which the person promised to pay: their money does not go before it."""
    return planned if promised is None else max(planned, promised)


def is_held(on: date, *, promised: date | None, today: date) -> bool:
    """Whether a charge told for a day has to wait for the promised one, which is still ahead."""
    return promised is not None and on < promised and today < promised


def charge_moment(planned: date, *, told_at: datetime, zone: ZoneInfo, hour: int = CHARGE_HOUR) -> datetime:
    """The first such hour on or after the planned day that is a whole day after it was told."""
    noon = datetime.combine(planned, time(hour), zone)
    enough = told_at + NOTICE
    if noon >= enough:
        return noon
    noon = datetime.combine(enough.astimezone(zone).date(), time(hour), zone)
    if noon >= enough:
        return noon
    return datetime.combine(noon.date() + timedelta(days=1), time(hour), zone)


def is_time_to_tell(planned: date, *, now: datetime, zone: ZoneInfo) -> bool:
    """Whether to tell now: from the morning of the day before, never at night."""
    local = now.astimezone(zone)
    return local.date() >= planned - timedelta(days=1) and local.hour in TELL_HOURS


def sum_to_charge(*, owed: Money, ceiling: Money | None, told: Money | None, most: Money) -> Money:
    """What may be taken: what is owed, never above the agreed limit, what was told, what one order can be."""
    bounds = [owed, most, *(bound for bound in (ceiling, told) if bound is not None)]
    return max(min(bounds), ZERO)
