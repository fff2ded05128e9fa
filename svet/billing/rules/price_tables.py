"""The prices of a group as facts of whoever is charged by them."""

from __future__ import annotations

from svet.billing.rules.facts import PriceTable, RangeLimit, RangePrice, ZonePrices
from svet.tariffs.rules.tariffs import GroupTariffs, Tariff


def price_tables(group: GroupTariffs) -> tuple[PriceTable, ...]:
    """A group's prices as facts; neighbours that say the same are left for the rules to join."""
    return tuple(_price_table(group.group, tariff) for tariff in group.tariffs)


def _price_table(group: str, tariff: Tariff) -> PriceTable:
    return PriceTable(
        group=group,
        since=tariff.start,
        until=tariff.end,
        limits=tuple(RangeLimit(*bound) for bound in tariff.bounds),
        zones=tuple(
            ZonePrices(
                scheme,
                zone,
                tuple(RangePrice(row.price, row.row_id, row.range_no, row.demonstration) for row in rows),
            )
            for (scheme, zone), rows in tariff.prices.items()
        ),
    )
