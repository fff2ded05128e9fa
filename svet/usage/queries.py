"""The story of an account from its bills: two statements, whatever stands in them; what the month may be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from svet.accounts.queries.registry import accounts_by_id
from svet.bills.queries import billed_months
from svet.kernel.periods import Month
from svet.metering import queries as metering
from svet.metering.queries.absence import away_days
from svet.metering.rules import period_of
from svet.quotes.queries import ForecastRange, forecast_range
from svet.usage.rules import MONTHS, PastForecast, UsageStory, daily_range, promises, usage_month


class ForecastGap(StrEnum):
    """What is missing for a forecast."""

    #: Fewer than two months of the bills were read.
    BILLS = "bills"
    #: A meter has too few readings in a row, or the month has no prices.
    READINGS = "readings"


@dataclass(frozen=True, slots=True)
class MonthForecast:
    """The open month as a range, or what is missing for it; and how the last such words came true."""

    month: Month
    told: ForecastRange | None
    gap: ForecastGap | None
    kept: tuple[PastForecast, ...]


def story_of(*, account_id: int) -> UsageStory:
    """The last 24 billed months of an account; the caller has asked the guard."""
    found = billed_months(account_id=account_id, months=MONTHS)
    away = away_days(account_id=account_id, since=found[-1].month.plus(-1).first) if found else []
    return UsageStory(
        tuple(
            usage_month(month=each.month, bill_public_id=each.public_id, lines=each.lines, away=away)
            for each in found
        )
    )


def month_forecast(*, account_id: int, story: UsageStory, on: date) -> MonthForecast:
    """What the month that is open ``on`` is likely to use and to cost; the caller has asked the guard."""
    (account,) = accounts_by_id([account_id])
    month = period_of(on, window_to_day=account.provider.window_to_day)
    kept = tuple(promises(story.months))
    daily = daily_range(story.months, month)
    if daily is None:
        return MonthForecast(month, None, ForecastGap.BILLS, kept)
    meters = metering.meters_of(account_ids=[account_id])
    dials = list(metering.dials(meters=meters, read_on=on).values())
    told = forecast_range(account=account, dials=dials, on=on, daily=(daily.low, daily.high))
    return MonthForecast(month, told, ForecastGap.READINGS if told is None else None, kept)
