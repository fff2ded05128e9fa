"""Tariffs of one group as a sequence of dated price tables."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from svet.billing.rules.kinds import BillingReason, BillingRefused


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


@dataclass(frozen=True, slots=True)
class Tariff:
    """The prices of a group that hold from ``start`` until ``end`` (half-open; ``None`` is open)."""

    start: date
    end: date | None
    limits: tuple[int | None, ...]
    prices: dict[tuple[int, str], tuple[Price, ...]]

    def of(self, scheme: int, zone: str) -> tuple[Price, ...]:
        """Prices of one zone, range after range. :raises BillingRefused: the table has no such zone"""
        try:
            return self.prices[scheme, zone]
        except KeyError:
            raise BillingRefused(
                BillingReason.NO_TARIFF, details={"scheme": scheme, "zone": zone, "day": self.start}
            ) from None


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
        tariffs = []
        for (start, last), rows in sorted(tables.items(), key=lambda item: item[0][0]):
            zones: dict[tuple[int, str], list[Price]] = {}
            for row in sorted(rows, key=lambda row: row.range_no):
                zones.setdefault((row.scheme, row.zone), []).append(row)
            limits = tuple(row.upper for row in next(iter(zones.values())))
            tariffs.append(
                Tariff(
                    start=start,
                    end=None if last is None else last + timedelta(days=1),
                    limits=limits,
                    prices={key: tuple(found) for key, found in zones.items()},
                )
            )
        return cls(group, tariffs, [tariff.start for tariff in tariffs])

    def on(self, day: date) -> Tariff:
        """The tariff that holds on a day. :raises BillingRefused: there is none"""
        place = bisect_right(self._starts, day) - 1
        if place >= 0:
            tariff = self.tariffs[place]
            if tariff.end is None or day < tariff.end:
                return tariff
        raise BillingRefused(BillingReason.NO_TARIFF, details={"group": self.group, "day": day})
