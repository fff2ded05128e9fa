"""What a month is in the table of months."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from svet.kernel.periods import Month


@dataclass(frozen=True, slots=True)
class UsageTableRow:
    """A month of the table: kWh of each zone, the whole, a day, a year ago, the sum of the bill."""

    month: Month
    zones: tuple[str, ...]
    kwh: Decimal
    per_day: str
    year_ago: str
    kopecks: int
