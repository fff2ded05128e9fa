"""A calendar year of an account from the lines of its bills, beside the year before. Pure.

Every sum is a sum of lines of bills, a recalculation in the month it is for. Nothing is filled in: a year of
eleven bills is a year of eleven bills, and two years are compared over the months that both have.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from svet.bills.rules.document import ADJUSTMENT
from svet.bills.rules.lines import HOUSE, RECALCULATION
from svet.kernel.periods import Month
from svet.usage.rules.months import YEAR, UsageMonth

#: The year is looked back at from its end until this day of the next.
_LOOKED_BACK_UNTIL: Final = (3, 1)


@dataclass(frozen=True, slots=True)
class PriceMove:
    """What a kWh of a zone and range cost in the year's first month that has it, and in its last, roubles."""

    zone: str
    range_no: int
    first: Decimal
    last: Decimal
    since: Month


@dataclass(frozen=True, slots=True)
class YearStory:
    """A year's billed months, oldest first; ``before`` those of the year before that have a pair here."""

    year: int
    months: tuple[UsageMonth, ...]
    before: tuple[UsageMonth, ...]

    @property
    def kwh(self) -> Decimal:
        """The flat's own use, kWh."""
        return _kwh(self.months)

    @property
    def kopecks(self) -> int:
        """What was charged for these months in all."""
        return sum(each.kopecks for each in self.months)

    @property
    def recalculated(self) -> bool:
        """Whether a later bill has changed one of these months, kWh or kopecks."""
        return any(each.later for each in self.months)

    @property
    def whole(self) -> bool:
        """Whether every month of the year has a bill."""
        return len(self.months) == YEAR

    @property
    def highest(self) -> UsageMonth | None:
        """The month of the most kWh, the earlier of equals; None: there is nothing to tell apart."""
        return max(self.months, key=lambda each: (each.kwh, -each.month.month)) if self._varied else None

    @property
    def lowest(self) -> UsageMonth | None:
        """The month of the fewest kWh, the earlier of equals."""
        return min(self.months, key=lambda each: (each.kwh, each.month.month)) if self._varied else None

    @property
    def _varied(self) -> bool:
        return len({each.kwh for each in self.months}) > 1

    @property
    def paired(self) -> tuple[UsageMonth, ...]:
        """The months of the year that the year before has too."""
        known = {each.month.plus(YEAR) for each in self.before}
        return tuple(each for each in self.months if each.month in known)

    @property
    def compared(self) -> tuple[tuple[Decimal, int], tuple[Decimal, int]] | None:
        """kWh and kopecks of the same months now and then; None: no month has a pair."""
        if not self.before:
            return None
        paired = self.paired
        return (
            (_kwh(paired), sum(each.kopecks for each in paired)),
            (_kwh(self.before), sum(each.kopecks for each in self.before)),
        )

    @property
    def prices(self) -> tuple[PriceMove, ...]:
        """Prices that moved within the year, in the order of zones and ranges."""
        seen: dict[tuple[str, int], list[tuple[Month, Decimal]]] = {}
        for month in self.months:
            for zone, range_no, price in _prices(month):
                seen.setdefault((zone, range_no), []).append((month.month, price))
        found = []
        for (zone, range_no), told in sorted(seen.items()):
            first, last = told[0][1], told[-1][1]
            if first != last:
                since = next(month for month, price in told if price == last)
                found.append(PriceMove(zone, range_no, first, last, since))
        return tuple(found)


def year_story(months: Iterable[UsageMonth], *, year: int) -> YearStory | None:
    """One year of these months; None: none of them is of that year."""
    ordered = sorted(months, key=lambda each: each.month)
    own = tuple(each for each in ordered if each.month.year == year)
    if not own:
        return None
    wanted = {each.month.plus(-YEAR) for each in own}
    return YearStory(year, own, tuple(each for each in ordered if each.month in wanted))


def year_to_look_back_at(today: date) -> int | None:
    """The year whose story «Потребление» leads to on this day: the last one, from 1 January to 1 March."""
    return today.year - 1 if (today.month, today.day) <= _LOOKED_BACK_UNTIL else None


def _kwh(months: Sequence[UsageMonth]) -> Decimal:
    return sum((each.kwh for each in months), Decimal(0))


def _prices(month: UsageMonth) -> list[tuple[str, int, Decimal]]:
    """The prices of the month's own lines, a zone and range once: that of its last days."""
    own = [
        line for line in month.lines if line.basis not in (RECALCULATION, ADJUSTMENT, HOUSE) and line.price
    ]
    last = {(line.zone, line.range_no): line.price for line in sorted(own, key=lambda line: line.since_on)}
    return [(zone, range_no, price) for (zone, range_no), price in last.items()]
