"""What a month is likely to use a day, as a range, from the months before it alone. Pure.

The same months a year ago, moved by how the last three differ from theirs; without a year, the mean of the
last three. The range is how far the same rule was off in the months it can be tried on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

from svet.kernel.periods import Month
from svet.usage.rules.months import YEAR, UsageMonth

#: Months that are looked at beside the month itself.
_NEAR: Final = 3
#: From so many trials on their own spread is the range; before that it is a quarter either way.
_TRIALS: Final = 4
_GUESS: Final = Decimal("0.25")
#: Nobody's use is moved further than this by the last months.
_LEAST_TREND, _MOST_TREND = Decimal("0.5"), Decimal(2)
#: A range is never narrower than this share either way: a promise to the kilowatt-hour would be no forecast.
_NARROW: Final = Decimal("0.05")


@dataclass(frozen=True, slots=True)
class DailyRange:
    """kWh a day: the likely one and the bounds around it."""

    low: Decimal
    middle: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class PastForecast:
    """What would have been said of a past month, and what came, kWh."""

    month: Month
    low: Decimal
    high: Decimal
    came: Decimal

    @property
    def kept(self) -> bool:
        """Whether it came as it was said."""
        return self.low <= self.came <= self.high


def daily_range(months: Sequence[UsageMonth], month: Month) -> DailyRange | None:
    """What ``month`` is likely to use a day, by the months before it; None: fewer than two were read."""
    middle = _middle(months, month)
    if middle is None:
        return None
    missed = []
    for tried in _read_before(months, month)[:YEAR]:
        told = _middle(months, tried.month)
        if told:
            missed.append(_daily(tried) / told)
    if len(missed) < _TRIALS:
        low, high = 1 - _GUESS, 1 + _GUESS
    else:
        missed.sort()
        cut = len(missed) // 10
        low = min(missed[cut], 1 - _NARROW)
        high = max(missed[-1 - cut], 1 + _NARROW)
    return DailyRange(middle * low, middle, middle * high)


def promises(months: Sequence[UsageMonth], *, count: int = 3) -> list[PastForecast]:
    """The last months that were read, newest first, each with what would have been promised before it."""
    found = []
    for month in _read_before(months, Month(2199, 12)):
        told = daily_range(months, month.month)
        if told is not None:
            found.append(
                PastForecast(
                    month.month,
                    outer(told.low * month.days),
                    outer(told.high * month.days, up=True),
                    month.kwh,
                )
            )
        if len(found) == count:
            break
    return found


def outer(value: Decimal, *, up: bool = False) -> Decimal:
    """A bound rounded away from the middle: to tens, from a thousand on to fifties."""
    step = Decimal(50) if value >= 1_000 else Decimal(10)
    return (value / step).to_integral_value(ROUND_CEILING if up else ROUND_FLOOR) * step


def _middle(months: Sequence[UsageMonth], month: Month) -> Decimal | None:
    before = _read_before(months, month)
    if len(before) < 2:
        return None
    near = before[:_NEAR]
    by_month = {each.month: each for each in before}
    last_year = by_month.get(month.plus(-YEAR))
    pairs = [(each, by_month[past]) for each in near if (past := each.month.plus(-YEAR)) in by_month]
    then = sum((_daily(old) for _new, old in pairs), Decimal(0))
    if last_year is None or not then:
        return sum((_daily(each) for each in near), Decimal(0)) / len(near)
    trend = sum((_daily(new) for new, _old in pairs), Decimal(0)) / then
    return _daily(last_year) * min(max(trend, _LEAST_TREND), _MOST_TREND)


def _read_before(months: Sequence[UsageMonth], month: Month) -> list[UsageMonth]:
    return sorted(
        (each for each in months if each.month < month and each.plain and each.days > 0),
        key=lambda each: each.month,
        reverse=True,
    )


def _daily(month: UsageMonth) -> Decimal:
    return month.kwh / month.days
