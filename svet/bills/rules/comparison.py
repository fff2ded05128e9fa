"""What changed since the month before."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from svet.bills.rules.document import BillDocument
from svet.kernel.periods import Month


class Change(StrEnum):
    """How this month's volume stands to the month before."""

    FIRST = "first"
    MORE = "more"
    LESS = "less"
    SAME = "same"


class TariffChange(StrEnum):
    """Whether the same kWh cost as much as in the month before."""

    UNKNOWN = "unknown"
    SAME = "same"
    ROSE = "rose"
    FELL = "fell"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Comparison:
    """This month against the month before; ``difference_kwh`` and ``difference_kopecks`` are signed."""

    month: Month
    kwh: Decimal
    change: Change
    difference_kwh: Decimal
    difference_kopecks: int
    tariff: TariffChange
    old_price: Decimal | None = None
    new_price: Decimal | None = None


def compare(document: BillDocument) -> Comparison:
    """Compare a bill with the month before it, using only what the bill itself remembers."""
    kwh = document.kwh
    if document.previous_kwh is None:
        return Comparison(document.month, kwh, Change.FIRST, Decimal(0), 0, TariffChange.UNKNOWN)
    difference = kwh - document.previous_kwh
    change = Change.SAME
    if difference:
        change = Change.MORE if difference > 0 else Change.LESS
    tariff, old, new = _tariff(document)
    money = document.sums.charged - (document.previous_kopecks or 0)
    return Comparison(document.month, kwh, change, difference, money, tariff, old, new)


def _tariff(document: BillDocument) -> tuple[TariffChange, Decimal | None, Decimal | None]:
    """Compare the prices both months have; the first changed pair serves as the example."""
    now = document.prices
    pairs = [(document.previous_prices[key], now[key]) for key in now if key in document.previous_prices]
    if not pairs:
        return TariffChange.UNKNOWN, None, None
    moved = [(old, new) for old, new in pairs if old != new]
    if not moved:
        return TariffChange.SAME, None, None
    old, new = moved[0]
    if all(after > before for before, after in moved):
        return TariffChange.ROSE, old, new
    if all(after < before for before, after in moved):
        return TariffChange.FELL, old, new
    return TariffChange.CHANGED, old, new
