"""What a recalculation gives to the month that it corrects. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal

from svet.bills.rules import LineRow
from svet.bills.rules.document import LinePart
from svet.bills.rules.lines import HOUSE, RECALCULATION
from svet.kernel.periods import Month

_HOUSES = frozenset({HOUSE})
_ZERO = Decimal(0)


def corrections_by_month(bills: Iterable[Sequence[LineRow]]) -> Mapping[Month, list[LineRow]]:
    """The recalculations of these bills by the month they are for."""
    found: dict[Month, list[LineRow]] = {}
    for lines in bills:
        for line in lines:
            if line.basis == RECALCULATION and line.corrects is not None:
                found.setdefault(Month.of(line.corrects), []).append(line)
    return found


def own_kwh(correction: LineRow) -> Decimal:
    """kWh of a recalculation without the house's: that is not the flat's use, though one line nets both."""
    if not (correction.was or correction.now):
        return correction.kwh
    house = kwh_of(correction.now, _HOUSES) - kwh_of(correction.was, _HOUSES)
    return correction.kwh - house


def own_kopecks(correction: LineRow) -> int:
    """Kopecks of a recalculation without the house's."""
    now, was = (
        sum(part.kopecks for part in parts if part.basis == HOUSE)
        for parts in (correction.now, correction.was)
    )
    return correction.kopecks - (now - was)


def kwh_of(parts: Sequence[LinePart], bases: Collection[str]) -> Decimal:
    """kWh of those parts of a corrected month that have one of these bases."""
    return sum((part.kwh for part in parts if part.basis in bases), _ZERO)
