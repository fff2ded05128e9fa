"""Absence mode: which days, what for, and when something is done about the readings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from svet.kernel.periods import Month
from svet.metering.rules.calendar import Window, cut_off

#: Late enough for a neighbour to have sent a real reading, early enough to mend a slip.
DAYS_BEFORE_CLOSING = 2


class Plan(StrEnum):
    """What happens to the readings while nobody is at home."""

    SEND = "send"
    REMIND = "remind"
    ASK = "ask"


class StepOutcome(StrEnum):
    """What was done for one meter in one month."""

    SENT = "sent"
    REMINDED = "reminded"
    STUCK = "stuck"


@dataclass(frozen=True, slots=True)
class AbsenceStepView:
    """What was done for one meter and one window."""

    meter_serial: str
    closes_on: date
    outcome: StepOutcome
    receipt_number: str
    at: datetime


class AbsenceReason(StrEnum):
    """Why an absence cannot stand."""

    ORDER = "absence_days_order"
    PAST = "absence_in_the_past"
    TOO_LONG = "absence_too_long"
    ALREADY = "absence_already"
    NOBODY = "absence_nobody_to_ask"
    NOTHING = "absence_no_meters"


def trouble(*, from_on: date, until_on: date, today: date, months: int, plan: Plan) -> AbsenceReason | None:
    """What is wrong with the days; a reading that nobody looked at is sent for at most ``months``."""
    if until_on < from_on:
        return AbsenceReason.ORDER
    if until_on < today:
        return AbsenceReason.PAST
    if plan is Plan.SEND and until_on >= Month.of(from_on).plus(months).day(from_on.day):
        return AbsenceReason.TOO_LONG
    return None


def acts_on(window: Window) -> date:
    """The day on which something is done for this window."""
    return max(window.opens_on, window.closes_on - timedelta(days=DAYS_BEFORE_CLOSING))


def acting_days(*, from_on: date, until_on: date, window_from_day: int, window_to_day: int) -> list[date]:
    """The days on which the absence does something: one for each window it covers."""
    days: list[date] = []
    month = Month.of(from_on)
    while month.first <= until_on:
        closes_on = cut_off(month, window_to_day=window_to_day)
        day = max(month.day(window_from_day), closes_on - timedelta(days=DAYS_BEFORE_CLOSING))
        if from_on <= day <= until_on:
            days.append(day)
        month = month.plus(1)
    return days
