"""On which days people are reminded of the reading window and of a meter's verification."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from svet.kernel.periods import Month
from svet.metering.rules.calendar import Window, WindowState


class WindowStage(StrEnum):
    """What is told of a window."""

    OPEN = "open"
    CLOSING = "closing"


#: The opening is told on the first days only, so that an idle worker may catch up but nobody hears it late.
OPEN_DAYS: Final = 3
#: The end is told from this many days before it, the last day counted.
CLOSING_DAYS: Final = 3


def window_stage(window: Window, *, today: date) -> WindowStage | None:
    """What to tell today of the window; a short window has only its end."""
    if window.state is not WindowState.OPEN:
        return None
    if window.days_left <= CLOSING_DAYS:
        return WindowStage.CLOSING
    return WindowStage.OPEN if (today - window.opens_on).days < OPEN_DAYS else None


class VerificationStage(StrEnum):
    """How near the verification is."""

    HALF_YEAR = "half_year"
    MONTH = "month"
    WEEK = "week"
    LAPSED = "lapsed"


def verification_stage(next_on: date, *, today: date) -> VerificationStage | None:
    """The stage in which ``today`` stands before the verification; None when it is far away."""
    if today > next_on:
        return VerificationStage.LAPSED
    if today >= next_on - timedelta(days=7):
        return VerificationStage.WEEK
    if today >= _months_before(next_on, 1):
        return VerificationStage.MONTH
    return VerificationStage.HALF_YEAR if today >= _months_before(next_on, 6) else None


def verification_horizon(today: date) -> date:
    """A day no verification that has a stage today lies behind: six months ahead, month ends included."""
    return Month.of(today).plus(7).first


def _months_before(day: date, months: int) -> date:
    return Month.of(day).plus(-months).day(day.day)
