"""What a bill shows of the meters of a month: per meter and zone, from which reading to which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from svet.kernel.lookups import key_array
from svet.kernel.making import quickly
from svet.kernel.periods import Month
from svet.metering.rules import Zone, zones_of

BATCH = 1_000


@dataclass(frozen=True, slots=True)
class ZoneUsage:
    """One scale over a period.

    ``current_*`` and ``kwh`` are None when nothing was submitted in the period. ``kwh`` has the ratio and
    full turns in it and is negative when a control reading showed less than was billed before.
    """

    zone: Zone
    previous_value: Decimal
    previous_on: date
    previous_set_id: int
    current_value: Decimal | None
    current_on: date | None
    current_set_id: int | None
    kwh: Decimal | None


@dataclass(frozen=True, slots=True)
class MeterUsage:
    """One meter over a period, its scales in the order of its face; no scales: nobody has ever read it."""

    meter_id: int
    serial: str
    scheme: int
    ratio: Decimal
    zones: tuple[ZoneUsage, ...]
    installed_on: date
    removed_on: date | None


_meter, _zone = quickly(MeterUsage), quickly(ZoneUsage)
# A reading belongs to the period when it is later than the previous cut-off and not later than its own.
_METERS = """
FROM metering_meter m
JOIN accounts_account_door a ON a.account_id = m.account_id
JOIN accounts_provider_door p ON p.provider_id = a.provider_id
CROSS JOIN LATERAL (SELECT
    %(first)s::date + LEAST(p.window_to_day, %(days)s) - 1 AS upto,
    %(prev_first)s::date + LEAST(p.window_to_day, %(prev_days)s) - 1 AS after) cut
"""
_STANDING = """
WHERE m.account_id = ANY(%(accounts)s::bigint[])
  AND m.installed_on <= cut.upto AND (m.removed_on IS NULL OR m.removed_on > cut.after)
ORDER BY m.account_id, m.installed_on, m.id
"""
# A meter installed inside the period starts from its initial reading.
_SETS = f"""
SELECT m.id, m.account_id, m.serial, m.scheme, m.digits, m.ratio, m.installed_on, m.removed_on,
       COALESCE(prev.id, first.id), COALESCE(prev.read_on, first.read_on), cur.id, cur.read_on
{_METERS}
LEFT JOIN LATERAL (
    SELECT s.id, s.read_on FROM metering_readingset s
    WHERE s.meter_id = m.id AND s.state IN ('accepted', 'used') AND s.read_on <= cut.after
    ORDER BY s.read_on DESC, s.received_at DESC, s.id DESC LIMIT 1) prev ON true
LEFT JOIN LATERAL (
    SELECT s.id, s.read_on FROM metering_readingset s
    WHERE prev.id IS NULL AND s.meter_id = m.id AND s.state IN ('accepted', 'used')
    ORDER BY s.read_on, s.received_at, s.id LIMIT 1) first ON true
LEFT JOIN LATERAL (
    SELECT s.id, s.read_on FROM metering_readingset s
    WHERE s.meter_id = m.id AND s.state IN ('accepted', 'used')
      AND s.read_on > cut.after AND s.read_on <= cut.upto
    ORDER BY s.read_on DESC, s.received_at DESC, s.id DESC LIMIT 1) cur ON true
{_STANDING}
"""  # noqa: S608 - our own texts
_UNREAD = f"""
SELECT m.account_id, m.id, m.serial, m.scheme, m.ratio, m.installed_on, m.removed_on
{_METERS}
{_STANDING}
"""

_VALUES = """
SELECT reading_set_id, zone, value, turns FROM metering_readingvalue
WHERE reading_set_id = ANY(%s::bigint[])
"""


def usage(*, account_ids: Sequence[int], period: Month) -> dict[int, list[MeterUsage]]:
    """Per account, every meter that stood there in the period; two queries per 1,000 accounts."""
    found: dict[int, list[MeterUsage]] = {key: [] for key in account_ids}
    for start in range(0, len(account_ids), BATCH):
        _batch(account_ids[start : start + BATCH], period=period, found=found)
    return found


def meters_of_usage(*, account_ids: Sequence[int], period: Month) -> dict[int, list[MeterUsage]]:
    """The same meters without their scales: for whoever knows the readings from elsewhere."""
    found: dict[int, list[MeterUsage]] = {key: [] for key in account_ids}
    with connection.cursor() as cursor:
        cursor.execute(_UNREAD, _asked(account_ids, period))
        for account_id, meter_id, serial, scheme, ratio, installed_on, removed_on in cursor.fetchall():
            found[account_id].append(_meter(meter_id, serial, scheme, ratio, (), installed_on, removed_on))
    return found


def _asked(account_ids: Sequence[int], period: Month) -> dict[str, date | int | str]:
    before = period.plus(-1)
    return {
        "first": period.first,
        "days": period.days,
        "prev_first": before.first,
        "prev_days": before.days,
        "accounts": key_array(account_ids),
    }


def _batch(account_ids: Sequence[int], *, period: Month, found: dict[int, list[MeterUsage]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_SETS, _asked(account_ids, period))
        meters = cursor.fetchall()
        sets = {key for row in meters for key in (row[8], row[10]) if key is not None}
        cursor.execute(_VALUES, [key_array(sets)])
        values: dict[int, dict[str, tuple[Decimal, int]]] = {}
        for set_id, zone, value, turns in cursor.fetchall():
            values.setdefault(set_id, {})[zone] = (value, turns)
    for row in meters:
        meter_id, account_id, serial, scheme, digits, ratio, installed, removed = row[:8]
        previous_id, previous_on, current_id, current_on = row[8:]
        if current_id == previous_id:
            current_id = current_on = None
        previous, current = values.get(previous_id, {}), values.get(current_id, {})
        zones = []
        for zone in zones_of(scheme) if previous_id is not None else ():
            old_value, old_turns = previous.get(zone, (Decimal(0), 0))
            new = current.get(zone)
            kwh = None
            if new is not None:
                kwh = (new[0] - old_value + 10**digits * (new[1] - old_turns)) * ratio
            zones.append(
                _zone(
                    zone=zone,
                    previous_value=old_value,
                    previous_on=previous_on,
                    previous_set_id=previous_id,
                    current_value=None if new is None else new[0],
                    current_on=None if new is None else current_on,
                    current_set_id=None if new is None else current_id,
                    kwh=kwh,
                )
            )
        found[account_id].append(_meter(meter_id, serial, scheme, ratio, tuple(zones), installed, removed))
