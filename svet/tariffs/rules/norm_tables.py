"""Norms of a region as facts: tables with days, and for whom each row of them is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class NormCell:
    """kWh a month for a person of such a household; a band without a beginning is for any number."""

    kwh: Decimal
    rooms_from: int | None = None
    rooms_to: int | None = None
    persons_from: int | None = None
    persons_to: int | None = None
    stove: str | None = None
    electric_heating: bool | None = None
    row_id: int = 0
    demonstration: bool = False

    def fits(
        self, *, rooms: int | None, persons: int | None, stove: str | None, electric_heating: bool | None
    ) -> bool:
        """Whether it is for this household; what nobody knows of it fits no row that asks for it."""
        return (
            _within(self.rooms_from, self.rooms_to, rooms)
            and _within(self.persons_from, self.persons_to, persons)
            and self.stove in (None, stove)
            and self.electric_heating in (None, electric_heating)
        )


@dataclass(frozen=True, slots=True)
class NormTable:
    """The norms of a region for some days (half-open; ``until`` None: nobody knows when they end)."""

    since: date
    until: date | None
    cells: tuple[NormCell, ...]

    def reaches(self, day: date) -> bool:
        """Whether the table ends at this day (half-open) or behind it."""
        return self.until is None or self.until >= day

    def holds(self, day: date) -> bool:
        """Whether the table is for this day."""
        return self.since <= day and (self.until is None or day < self.until)


def _within(least: int | None, most: int | None, number: int | None) -> bool:
    if least is None:
        return True
    return number is not None and least <= number and (most is None or number <= most)
