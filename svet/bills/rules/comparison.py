"""What changed since the month before: like is compared with like, or nothing is said."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from svet.bills.rules.document import BillDocument, Usage
from svet.bills.rules.lines import ABOUT_DAYS, READING, RECALCULATION, prices, usage
from svet.kernel.periods import Month


class UsageChange(StrEnum):
    """How this month's volume stands to the month before; NONE where the two cannot be compared."""

    NONE = "none"
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
class UsageComparison:
    """This month against the month before.

    ``usage`` is the month's own volume without recalculations, ``read_kwh`` the part of it that was read off
    meters, ``corrected_kwh`` what earlier months are given more (+) or less. ``daily`` when the months
    differ in length: ``difference_kwh`` is then kWh a day. Differences are signed; ``difference_kopecks`` is
    zero where sums cannot be compared. ``meterless`` where there is no meter that could be read.
    """

    month: Month
    usage: Usage
    read_kwh: Decimal
    corrected_kwh: Decimal
    change: UsageChange
    daily: bool
    difference_kwh: Decimal
    difference_kopecks: int
    tariff: TariffChange
    old_price: Decimal | None = None
    new_price: Decimal | None = None
    meterless: bool = False
    recalculated: bool = False


def compare(document: BillDocument) -> UsageComparison:
    """Compare a bill with the month before it, using only what the bill itself remembers."""
    own, before = usage(document.lines), document.previous_usage
    change, daily, difference, money = UsageChange.NONE, False, Decimal(0), 0
    if before is not None and own.plain and before.plain:
        daily = abs(own.days - before.days) > ABOUT_DAYS
        if daily:
            difference = per_day(own) - per_day(before)
        else:
            difference = own.kwh - before.kwh
            money = own.kopecks - before.kopecks
        change = UsageChange.SAME
        if difference:
            change = UsageChange.MORE if difference > 0 else UsageChange.LESS
    tariff, old, new = _tariff(document)
    corrections = [line for line in document.lines if line.basis == RECALCULATION]
    return UsageComparison(
        month=document.month,
        usage=own,
        read_kwh=sum((line.kwh for line in document.lines if line.basis == READING), Decimal(0)),
        corrected_kwh=sum((line.kwh for line in corrections), Decimal(0)),
        recalculated=any(line.kwh or line.kopecks for line in corrections),
        change=change,
        daily=daily,
        difference_kwh=difference,
        difference_kopecks=money,
        tariff=tariff,
        old_price=old,
        new_price=new,
        meterless=document.meterless,
    )


def per_day(month: Usage) -> Decimal:
    """kWh a day, to a tenth: what is shown is what is compared."""
    return (month.kwh / month.days).quantize(Decimal("0.1"))


def _tariff(document: BillDocument) -> tuple[TariffChange, Decimal | None, Decimal | None]:
    """Compare the prices both months have; the first changed pair serves as the example.

    A price that changed within the bill's own days is a change too, whatever the month before ended with.
    """
    pairs = []
    for key, found in prices(document.lines).items():
        if len(found) > 1:
            pairs.append((found[0], found[-1]))
        elif key in document.previous_prices:
            pairs.append((document.previous_prices[key], found[0]))
    moved = [(old, new) for old, new in pairs if old != new]
    wavered = any(len(set(found)) > 1 and found[0] == found[-1] for found in prices(document.lines).values())
    if wavered:
        return TariffChange.UNKNOWN, None, None
    if not pairs:
        return TariffChange.UNKNOWN, None, None
    if not moved:
        return TariffChange.SAME, None, None
    old, new = moved[0]
    if all(after > before for before, after in moved):
        return TariffChange.ROSE, old, new
    if all(after < before for before, after in moved):
        return TariffChange.FELL, old, new
    return TariffChange.CHANGED, old, new
