"""Whole lives of meters: when each came and went, and every reading of it that counts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from svet.metering.models import ReadingTouch
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
FROM unnest(%s::bigint[], %s::date[]) w (account_id, after)
JOIN metering_readingset s ON s.account_id = w.account_id AND s.read_on > w.after
JOIN metering_readingvalue v ON v.reading_set_id = s.id
WHERE s.read_on <= %s AND s.state IN ('accepted', 'used')
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


def histories(
    *, account_ids: Collection[int], until: date, after: Mapping[int, date] | None = None
) -> dict[int, list[MeterHistory]]:
    """Per account every meter it had until a day (that day in it), in the order they came: two queries.

    ``after``: by account the day behind which its readings are wanted; without it all of them.
    """
    found: dict[int, list[MeterHistory]] = {account_id: [] for account_id in account_ids}
    meters: dict[int, MeterHistory] = {}
    with connection.cursor() as cursor:
        cursor.execute(_METERS, [list(account_ids), until])
        for account_id, *row in cursor.fetchall():
            meter = MeterHistory(*row)
            meters[meter.meter_id] = meter
            found[account_id].append(meter)
        days = after or {}
        behind = [days.get(account_id, date.min) for account_id in account_ids]
        cursor.execute(_SETS, [list(account_ids), behind, until])
        for meter_id, set_id, on, kind, channel, zones, values, turns in cursor.fetchall():
            if meter_id in meters:
                shown = tuple(zip(zones, values, turns, strict=True))
                meters[meter_id].sets.append(HistorySet(set_id, on, ReadingKind(kind), channel, shown))
    return found


class Touches(NamedTuple):
    """What has come to count or counts no more since an account was charged: its notes, and the first day."""

    ids: tuple[int, ...]
    first: date


def touches(*, account_ids: Collection[int]) -> dict[int, Touches]:
    """The notes of these accounts that nobody has taken away; to be read before the readings themselves."""
    rows = ReadingTouch.objects.filter(account_id__in=list(account_ids))
    found: dict[int, Touches] = {}
    for key, account_id, on in rows.values_list("pk", "account_id", "read_on"):
        known = found.get(account_id)
        found[account_id] = (
            Touches((key,), on) if known is None else Touches((*known.ids, key), min(known.first, on))
        )
    return found
