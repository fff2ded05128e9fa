"""Whole lives of meters: when each came and went, and every reading of it that counts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from svet.metering.models import ReadingTouch
from svet.metering.rules import ReadingKind

_METERS = """
SELECT m.account_id, m.id, m.serial, m.scheme, m.digits, m.ratio, m.installed_on, {removed}
FROM metering_meter m WHERE m.account_id = ANY(%(accounts)s) AND m.installed_on <= %(until)s {known}
ORDER BY m.account_id, m.installed_on, m.id
"""
# One row a set, with its values side by side; sets in the order in which they came.
_SETS = """
SELECT s.meter_id, s.id, s.read_on, s.kind, s.channel,
       array_agg(v.zone ORDER BY v.id), array_agg(v.value ORDER BY v.id), array_agg(v.turns ORDER BY v.id)
FROM unnest(%(accounts)s::bigint[], %(after)s::date[]) w (account_id, after)
JOIN metering_readingset s ON s.account_id = w.account_id AND s.read_on > w.after
JOIN metering_readingvalue v ON v.reading_set_id = s.id
WHERE s.read_on <= %(until)s AND {counts}
GROUP BY s.id ORDER BY s.received_at, s.id
"""
_NOW = (
    _METERS.format(removed="m.removed_on", known=""),
    _SETS.format(counts="s.state IN ('accepted', 'used')"),
)
# A meter is known from its first set on, and that it is gone from its last one on.
_THEN = (
    _METERS.format(
        removed="""CASE WHEN EXISTS (
    SELECT FROM metering_readingset f WHERE f.meter_id = m.id AND f.kind = 'final'
       AND f.received_at > %(known_at)s) THEN NULL ELSE m.removed_on END""",
        known="""AND NOT EXISTS (
    SELECT FROM metering_readingset i WHERE i.meter_id = m.id AND i.kind = 'initial'
       AND i.received_at > %(known_at)s)""",
    ),
    _SETS.format(
        counts="""s.received_at <= %(known_at)s AND (
    SELECT c.to_state FROM metering_setstatechange c WHERE c.reading_set_id = s.id AND c.at <= %(known_at)s
    ORDER BY c.at DESC, c.id DESC LIMIT 1) IN ('accepted', 'used')"""
    ),
)


_UNREAD = """
SELECT DISTINCT m.account_id FROM metering_meter m
WHERE m.account_id = ANY(%(accounts)s) AND m.installed_on <= %(after)s
  AND (m.removed_on IS NULL OR m.removed_on > %(after)s) AND NOT EXISTS (
    SELECT FROM metering_readingset s WHERE s.meter_id = m.id AND s.read_on > %(after)s
       AND s.read_on <= %(until)s AND s.state IN ('accepted', 'used'))
"""
_NOT_COUNTING = """
SELECT DISTINCT w.account_id FROM unnest(%(accounts)s::bigint[], %(after)s::date[]) w (account_id, after)
JOIN metering_readingset s ON s.account_id = w.account_id AND s.read_on > w.after
WHERE s.state NOT IN ('accepted', 'used')
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
    *,
    account_ids: Collection[int],
    until: date,
    after: Mapping[int, date] | None = None,
    known_at: datetime | None = None,
) -> dict[int, list[MeterHistory]]:
    """Per account every meter it had until a day (that day in it), in the order they came: two queries.

    ``after``: by account the day behind which its readings are wanted; without it all of them.
    ``known_at``: as it was known at that moment, else as now.
    """
    days = after or {}
    values: dict[str, Any] = {
        "accounts": list(account_ids),
        "after": [days.get(account_id, date.min) for account_id in account_ids],
        "until": until,
        "known_at": known_at,
    }
    of_meters, of_sets = _NOW if known_at is None else _THEN
    found: dict[int, list[MeterHistory]] = {account_id: [] for account_id in account_ids}
    meters: dict[int, MeterHistory] = {}
    with connection.cursor() as cursor:
        cursor.execute(of_meters, values)
        for account_id, *row in cursor.fetchall():
            meter = MeterHistory(*row)
            meters[meter.meter_id] = meter
            found[account_id].append(meter)
        cursor.execute(of_sets, values)
        for meter_id, set_id, on, kind, channel, zones, dials, turns in cursor.fetchall():
            if meter_id in meters:
                shown = tuple(zip(zones, dials, turns, strict=True))
                meters[meter_id].sets.append(HistorySet(set_id, on, ReadingKind(kind), channel, shown))
    return found


def unread(*, account_ids: Collection[int], after: date, until: date) -> set[int]:
    """Those of these accounts that have a meter of which nothing counts on the days behind ``after``."""
    with connection.cursor() as cursor:
        cursor.execute(_UNREAD, {"accounts": list(account_ids), "after": after, "until": until})
        return {account_id for (account_id,) in cursor.fetchall()}


def not_counting(after: Mapping[int, date]) -> set[int]:
    """Those of these accounts that have a set of readings behind a day of theirs that does not count."""
    with connection.cursor() as cursor:
        cursor.execute(_NOT_COUNTING, {"accounts": list(after), "after": list(after.values())})
        return {account_id for (account_id,) in cursor.fetchall()}


class Touches(NamedTuple):
    """What has come to count or counts no more since an account was charged: its notes, and the first day."""

    ids: tuple[int, ...]
    first: date


def touches(*, account_ids: Collection[int]) -> dict[int, Touches]:
    """The notes of these accounts that nobody has taken away; to be read before the readings themselves."""
    rows = ReadingTouch.objects.filter(account_id__in=list(account_ids)).order_by("pk")
    found: dict[int, Touches] = {}
    for key, account_id, on in rows.values_list("pk", "account_id", "read_on"):
        known = found.get(account_id)
        found[account_id] = (
            Touches((key,), on) if known is None else Touches((*known.ids, key), min(known.first, on))
        )
    return found
