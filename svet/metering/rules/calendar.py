"""Which bill a reading enters, and whether the recommended window is open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from svet.kernel.periods import Month


def cut_off(period: Month, *, window_to_day: int) -> date:
    """The last day whose readings enter the bill of ``period``."""
    return period.day(window_to_day)


def period_of(day: date, *, window_to_day: int) -> Month:
    """The month whose bill a reading of ``day`` enters: later than the window means the next month."""
    month = Month.of(day)
    return month if day <= cut_off(month, window_to_day=window_to_day) else month.plus(1)


class WindowState(StrEnum):
    """Where today stands against the recommended window."""

    EARLY = "early"
    OPEN = "open"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Window:
    """The recommended window that is open or comes next; a reading is accepted on any day."""

    state: WindowState
    opens_on: date
    closes_on: date
    period: Month
    days_left: int


def window(today: date, *, window_from_day: int, window_to_day: int) -> Window:
    """What to tell about ``today``; ``days_left`` counts today and is for the open window's end."""
    period = period_of(today, window_to_day=window_to_day)
    opens_on = period.day(window_from_day)
    closes_on = cut_off(period, window_to_day=window_to_day)
    if today >= opens_on:
        state = WindowState.OPEN
    else:
        state = WindowState.LATE if Month.of(today) != period else WindowState.EARLY
    return Window(
        state=state,
        opens_on=opens_on,
        closes_on=closes_on,
        period=period,
        days_left=(closes_on - today).days + 1,
    )


class Urgency(StrEnum):
    """How soon a meter must be verified."""

    CALM = "calm"
    SOON = "soon"
    OVERDUE = "overdue"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Verification:
    """The state of a meter's verification; ``share`` of the interval passed, in per cent."""

    urgency: Urgency
    days_left: int | None
    share: int


SOON_DAYS = 183


def verification(*, verified_on: date | None, next_on: date | None, today: date) -> Verification:
    """How much of the interval between verifications is gone: amber for the last half-year, then red."""
    if next_on is None:
        return Verification(Urgency.UNKNOWN, None, 0)
    left = (next_on - today).days
    urgency = Urgency.OVERDUE if left < 0 else Urgency.SOON if left <= SOON_DAYS else Urgency.CALM
    if verified_on is None or verified_on >= next_on:
        return Verification(urgency, left, 100 if left < 0 else 0)
    share = round(100 * (today - verified_on).days / (next_on - verified_on).days)
    return Verification(urgency, left, min(100, max(0, share)))
