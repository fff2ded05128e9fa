"""The range of a month from the months before it: never from its own, never narrower than honest."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from svet.kernel.periods import Month
from svet.usage.rules import UsageMonth, ZoneMonth, daily_range, outer, promises, usage_month

START = Month(2025, 1)


def months(*daily: float) -> list[UsageMonth]:
    """Months of 30 days, oldest first, each with so many kWh a day; newest first as the story has them."""
    empty = usage_month(month=START, bill_public_id="b", lines=())
    made = [
        replace(
            empty,
            month=START.plus(place),
            zones=(ZoneMonth("single", Decimal(str(value)) * 30, 0),),
            days=30,
            plain=True,
        )
        for place, value in enumerate(daily)
    ]
    return made[::-1]


def test_two_read_months_are_the_least() -> None:
    assert daily_range(months(10), START.plus(1)) is None
    told = daily_range(months(10, 12), START.plus(2))
    assert told is not None
    assert (told.low, told.middle, told.high) == (Decimal("8.25"), Decimal(11), Decimal("13.75"))
    guessed = [replace(each, plain=False) for each in months(10, 12)]
    assert daily_range(guessed, START.plus(2)) is None


def test_winter_is_told_by_the_last_winter_moved_by_how_this_year_goes() -> None:
    year = [40, 38, 30, 15, 8, 6, 5, 6, 9, 16, 28, 36]
    told = daily_range(months(*year, *(value * 1.1 for value in year[:11])), Month(2026, 12))
    assert told is not None
    assert told.middle == pytest.approx(Decimal(36) * Decimal("1.1"), abs=Decimal("0.001"))


def test_the_range_is_as_wide_as_the_same_rule_was_off() -> None:
    calm = daily_range(months(*[10] * 24), START.plus(24))
    assert calm is not None
    assert (calm.low, calm.high) == (Decimal("9.50"), Decimal("10.50"))
    wild = daily_range(months(*[5, 20, 9, 14, 30] * 5), START.plus(25))
    assert wild is not None
    assert wild.high / wild.low > 2 > calm.high / calm.low


def test_a_promise_of_the_past_knows_nothing_of_its_month_or_later() -> None:
    """Whatever came in the month itself, what had been promised before it stays."""
    before = promises(months(*[10] * 12, 10))[0]
    after = promises(months(*[10] * 12, 50))[0]
    assert (before.low, before.high) == (after.low, after.high)
    assert (before.kept, after.kept) == (True, False)
    assert len(promises(months(*[10] * 12))) == 3
    assert promises(months(10, 11)) == []


@pytest.mark.parametrize(
    ("value", "low", "high"), [("187.2", 180, 190), ("190", 190, 190), ("3961", 3950, 4000), ("0", 0, 0)]
)
def test_bounds_are_rounded_away_from_the_middle(value: str, low: int, high: int) -> None:
    assert (outer(Decimal(value)), outer(Decimal(value), up=True)) == (Decimal(low), Decimal(high))
