"""Whole lives of meters: when each came and went, and every reading of it that counts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db import connection

from svet.metering.rules import ReadingKind

_METERS = """
SELECT account_id, id, serial, scheme, digits, ratio, installed_on, removed_on
FROM metering_meter WHERE account_id = ANY(%s) AND installed_on <= %s
ORDER BY account_id, installed_on, id
"""
# One row a set, with its values side by side; sets in the order in which they came.
_SETS = """
SELECT s.meter_id, s.id, s.read_on, s.kind, s.channel,
       array_agg(v.zone ORDER BY v.id), array_agg(v.value ORDER BY v.id), array_agg(v.turns ORDER BY v.id)
FROM metering_readingset s JOIN metering_readingvalue v ON v.reading_set_id = s.id
WHERE s.account_id = ANY(%s) AND s.read_on <= %s AND s.state IN ('accepted', 'used')
GROUP BY s.id ORDER BY s.received_at, s.id
"""


@dataclass(frozen=True, slots=True)
class HistorySet:
    """A set of readings that counts; ``values`` are (zone, value, full turns of the dial)."""

    set_id: int
    on: date
    kind: ReadingKind
    channel: str
    values: tuple[tuple[str, Decimal, int], ...]


@dataclass(slots=True)
class MeterHistory:
    """One meter with its readings in the order in which they arrived."""

    meter_id: int
    serial: str
    scheme: int
    digits: int
    ratio: Decimal
    installed_on: date
    removed_on: date | None
    sets: list[HistorySet] = field(default_factory=list)


def histories(*, account_ids: Collection[int], until: date) -> dict[int, list[MeterHistory]]:
    """Per account every meter it had until a day (that day in it), in the order they came: two queries."""
    found: dict[int, list[MeterHistory]] = {account_id: [] for account_id in account_ids}
    meters: dict[int, MeterHistory] = {}
    with connection.cursor() as cursor:
        cursor.execute(_METERS, [list(account_ids), until])
        for account_id, *row in cursor.fetchall():
            meter = MeterHistory(*row)
            meters[meter.meter_id] = meter
            found[account_id].append(meter)
        cursor.execute(_SETS, [list(account_ids), until])
        for meter_id, set_id, on, kind, channel, zones, values, turns in cursor.fetchall():
            if meter_id in meters:
                shown = tuple(zip(zones, values, turns, strict=True))
                meters[meter_id].sets.append(HistorySet(set_id, on, ReadingKind(kind), channel, shown))
    return found
