"""The kWh of each month of the easy accounts of a batch: divided by days between readings, or averages."""

from __future__ import annotations

from typing import Final

from django.db import connection

from svet.billing.operations.sets.finding import Months

# What two readings show belongs to months by days as ``split_by_days`` has it: whole kWh by the running sum,
# the last month takes the rest. A meter that has followed another one stands on the point of the first.
_VOLUMES: Final = """
INSERT INTO sets_volume
WITH part AS (
    SELECT s.*, b.months, b.mean, mo.month,
           CASE WHEN NOT k.moved THEN s.meter_id ELSE (
               SELECT l.point FROM billing_chargeline l
               WHERE l.account_id = s.account_id AND l.period = %(month_before)s
                 AND l.current_set_id = s.previous_set_id AND l.reverses_id IS NULL LIMIT 1) END AS point,
           CASE WHEN mo.after = s.cut THEN s.previous_on ELSE mo.after END AS since,
           CASE WHEN mo.cut = s.this AND s.current_on IS NOT NULL THEN s.current_on ELSE mo.cut END
               AS until
    FROM sets_book k
    JOIN sets_scale s ON s.account_id = k.account_id
    LEFT JOIN sets_base b ON b.account_id = s.account_id AND b.meter_id = s.meter_id AND b.zone = s.zone
    JOIN sets_month mo ON mo.after >= s.cut AND mo.cut <= s.this
)
SELECT row_number() OVER (), account_id, month, point, meter_id, scheme, zone, face,
       CASE WHEN current_on IS NULL THEN 'average' ELSE 'reading' END, since, until,
       CASE WHEN current_on IS NULL THEN mean
            WHEN since = previous_on AND until = current_on THEN kwh ELSE
           CASE WHEN until = current_on THEN kwh ELSE least(
               round(kwh * (until - previous_on) / (current_on - previous_on)), floor(kwh)) END
         - CASE WHEN since = previous_on THEN 0 ELSE least(
               round(kwh * (since - previous_on) / (current_on - previous_on)), floor(kwh)) END
       END,
       previous_set_id, previous_on, previous_value, current_set_id, current_on, current_value, kwh, months
FROM part
"""
_WINDOWS: Final = """
INSERT INTO sets_window
SELECT v.account_id, v.month, k.tariff_group, k.residents, v.since, v.until
FROM (SELECT account_id, month, min(since) AS since, max(until) AS until
      FROM sets_volume GROUP BY account_id, month) v
JOIN sets_book k ON k.account_id = v.account_id
"""


def divide(*, months: Months) -> None:
    """Leave the volumes of the accounts in ``sets_book`` in ``sets_volume`` (a step).

    The days of each of their months are left in ``sets_window``.
    """
    with connection.cursor() as cursor:
        cursor.execute(_VOLUMES, months.values)
        cursor.execute(_WINDOWS)
