"""What a supplier does about penalties, and from which month on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from svet.kernel.periods import Month, Span
from svet.kernel.refusals import Refused
from svet.penalties.rules.streams import AllocationOrder

_END = date(2199, 12, 31)


class PenaltyMode(StrEnum):
    """Whether late payment costs anything, and whether anybody is asked for it."""

    OFF = "off"  # these days cost nothing
    ACCRUED = "accrued"  # counted for the desk, not shown
    SHOWN = "shown"  # posted with the month's bills


class PenaltyPolicyReason(StrEnum):
    UNKNOWN_PROVIDER = "penalty_unknown_provider"
    NOT_FIRST_DAY = "penalty_not_first_day"
    MONTH_ISSUED = "penalty_month_issued"
    NOTHING_CHOSEN = "penalty_nothing_chosen"


class PenaltyPolicyRefused(Refused):
    """The choice is impossible, or would change what bills have said."""


@dataclass(frozen=True, slots=True)
class PenaltyChoice:
    """What holds; a supplier that has chosen nothing accrues without showing."""

    mode: PenaltyMode = PenaltyMode.ACCRUED
    order: AllocationOrder = AllocationOrder.ENERGY_FIRST


@dataclass(frozen=True, slots=True)
class DatedChoice:
    """A choice from the first day of a month, ``since``, until the next one's."""

    since: date
    choice: PenaltyChoice


def choice_on(choices: Sequence[DatedChoice], day: date) -> PenaltyChoice:
    """What holds on a day; ``choices`` in order of time."""
    held = [each.choice for each in choices if each.since <= day]
    return held[-1] if held else PenaltyChoice()


def order_on(choices: Sequence[DatedChoice]) -> Callable[[date], AllocationOrder]:
    """The order of payment of each day."""
    return lambda day: choice_on(choices, day).order


def off_spans(choices: Sequence[DatedChoice]) -> list[Span]:
    """The days on which late payment costs nothing because the supplier says so."""
    ends = [*(each.since for each in choices[1:]), _END]
    return [
        Span(each.since, end)
        for each, end in zip(choices, ends, strict=False)
        if each.choice.mode is PenaltyMode.OFF and end > each.since
    ]


def first_month(since: date) -> Month:
    """The month from which a choice holds. :raises PenaltyPolicyRefused: not the first day of a month"""
    try:
        month = Month.of(since)
    except ValueError:
        month = None
    if month is None or month.first != since:
        raise PenaltyPolicyRefused(PenaltyPolicyReason.NOT_FIRST_DAY, field="since", details={"day": since})
    return month
