"""Calendar months and half-open spans of dates, as billing needs them."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Self

_EARLIEST = date(2000, 1, 1)
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month: the settlement period of a bill."""

    year: int
    month: int

    def __post_init__(self) -> None:
        if not (1 <= self.month <= 12 and 2000 <= self.year <= 2199):
            raise ValueError(f"not a month we bill for: {self.year}-{self.month}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``YYYY-MM``. :raises ValueError: anything else."""
        match = _MONTH.fullmatch(text)
        if match is None:
            raise ValueError(f"a month is written YYYY-MM, got {text[:20]!r}")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, day: date) -> Month:
        """The month that contains ``day``."""
        return _known(day.year, day.month)

    @property
    def first(self) -> date:
        """The first day; also how a month is stored in a date column."""
        return date(self.year, self.month, 1)

    @property
    def end(self) -> date:
        """The first day after the month (half-open end)."""
        return self.plus(1).first

    @property
    def days(self) -> int:
        return calendar.monthrange(self.year, self.month)[1]

    def day(self, number: int) -> date:
        """Day ``number`` of the month, clipped to the month's last day."""
        return date(self.year, self.month, min(number, self.days))

    def plus(self, months: int) -> Month:
        """The month ``months`` later (earlier when negative)."""
        index = self.year * 12 + self.month - 1 + months
        return Month(index // 12, index % 12 + 1)

    def back(self, months: int) -> Month:
        """The month ``months`` earlier, or the first month there is: for days that somebody else chose."""
        return Month.of(_EARLIEST) if self - Month.of(_EARLIEST) < months else self.plus(-months)

    def __sub__(self, other: Month) -> int:
        """How many months lie between."""
        return (self.year - other.year) * 12 + self.month - other.month

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


@lru_cache(maxsize=1_000)
def _known(year: int, month: int) -> Month:
    """A month is made once: a batch of bills asks for the same few a quarter of a million times."""
    return Month(year, month)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open span of dates: ``start`` belongs to it, ``end`` does not."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"a span cannot end before it starts: {self.start}..{self.end}")

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    @property
    def last(self) -> date:
        """The last day that belongs to the span."""
        return self.end - timedelta(days=1)
