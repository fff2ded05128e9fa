"""Tariffs of one group as a sequence of dated price tables.

A publication may leave out a zone, a range, a limit or a year. What it leaves out has no price here: whoever
asks for it is refused, with group, scheme, zone and day; everything else is priced.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from svet.kernel.refusals import Refused


class PriceReason(StrEnum):
    """Why there is no price."""

    NO_PRICE = "no_price"


class PriceMissing(Refused):
    """Nobody has published it; details: group, day, and scheme and zone where they are named."""


class Price(NamedTuple):
    """One row of a tariff table: roubles per kWh up to ``upper`` kWh a month."""

    row_id: int
    scheme: int
    zone: str
    range_no: int
    upper: int | None
    price: Decimal
    valid_from: date
    valid_to: date | None
    demonstration: bool
    limit_unknown: bool = False
    per_person: int | None = None
    least: int = 0

    @property
    def bound(self) -> Bound:
        """Where its range ends."""
        return Bound(self.upper, self.per_person, self.least)


class Bound(NamedTuple):
    """Where a range of consumption ends, kWh a month: at ``upper``; or so many by person, at least ``least``.

    Nothing given: nowhere.
    """

    upper: int | None = None
    per_person: int | None = None
    least: int = 0


_NOWHERE = Bound()


@dataclass(frozen=True, slots=True)
class Tariff:
    """The prices of a group that hold from ``start`` until ``end`` (half-open; ``None`` is open)."""

    start: date
    end: date | None
    bounds: tuple[Bound, ...]
    prices: dict[tuple[int, str], tuple[Price, ...]]
    group: str = ""

    @property
    def limits(self) -> tuple[int | None, ...]:
        """Upper limits that are the same for every account.

        :raises PriceMissing: they go by persons, which only an account can tell
        """
        if any(bound.per_person is not None for bound in self.bounds):
            raise PriceMissing(PriceReason.NO_PRICE, details={"group": self.group, "day": self.start})
        return tuple(bound.upper for bound in self.bounds)

    def of(self, scheme: int, zone: str) -> tuple[Price, ...]:
        """Prices of one zone, range after range. :raises PriceMissing: the table has no such zone"""
        found = self.prices.get((scheme, zone))
        if not found:
            raise self._missing(scheme, zone)
        return found

    def price(self, scheme: int, zone: str, number: int) -> Price:
        """The price of a range, counted from 0. :raises PriceMissing: nobody has published it"""
        found = self.of(scheme, zone)
        if number >= len(found):
            raise self._missing(scheme, zone)
        return found[number]

    def _missing(self, scheme: int, zone: str) -> PriceMissing:
        return PriceMissing(
            PriceReason.NO_PRICE,
            details={"group": self.group, "scheme": scheme, "zone": zone, "day": self.start},
        )


@dataclass(frozen=True, slots=True)
class GroupTariffs:
    """All tariffs of one group, in order of time."""

    group: str
    tariffs: Sequence[Tariff]
    _starts: list[date] = field(default_factory=list)

    @classmethod
    def of(cls, group: str, prices: Iterable[Price]) -> GroupTariffs:
        """Sort a group's rows into tables by the dates they hold."""
        tables: dict[tuple[date, date | None], list[Price]] = {}
        for price in prices:
            tables.setdefault((price.valid_from, price.valid_to), []).append(price)
        tariffs = [
            _tariff(group, start, last, rows)
            for (start, last), rows in sorted(tables.items(), key=lambda item: item[0][0])
        ]
        return cls(group, tariffs, [tariff.start for tariff in tariffs])

    def on(self, day: date) -> Tariff:
        """The tariff that holds on a day. :raises PriceMissing: there is none"""
        place = bisect_right(self._starts, day) - 1
        if place >= 0:
            tariff = self.tariffs[place]
            if tariff.end is None or day < tariff.end:
                return tariff
        raise PriceMissing(PriceReason.NO_PRICE, details={"group": self.group, "day": day})


def _tariff(group: str, start: date, last: date | None, rows: Sequence[Price]) -> Tariff:
    bounds, reach = _bounds(rows)
    zones: dict[tuple[int, str], list[Price]] = {}
    for row in sorted(rows, key=lambda row: row.range_no):
        found = zones.setdefault((row.scheme, row.zone), [])
        # What stands behind a missing range cannot be reached, and must not take its place.
        if row.range_no == len(found) + 1 and row.range_no <= reach:
            found.append(row)
    return Tariff(
        start=start,
        end=None if last is None else last + timedelta(days=1),
        bounds=bounds,
        prices={key: tuple(found) for key, found in zones.items()},
        group=group,
    )


def _bounds(rows: Sequence[Price]) -> tuple[tuple[Bound, ...], int]:
    """Where a table's ranges end, and how many of them have prices that can be told from each other.

    Nobody knows which kWh belong to a range whose limit was not published, nor to those above it: it takes
    none, and a volume that reaches it has no price. So has one above a last range that ends.
    """
    bounds: list[Bound] = []
    for number in range(1, max(row.range_no for row in rows) + 1):
        same = [row for row in rows if row.range_no == number]
        known = [row.bound for row in same if row.bound != _NOWHERE]
        if known:
            bounds.append(known[0])
        elif any(not row.limit_unknown for row in same):
            return (*bounds, _NOWHERE), number
        else:
            return (*bounds, bounds[-1] if bounds else Bound(0), _NOWHERE), number
    return (*bounds, _NOWHERE), len(bounds)
