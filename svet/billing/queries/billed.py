"""What the bills of a month ask of months before it, of many accounts at once: plain values, nothing else.

A month of bills reads millions of lines here; whole views of them took a third of an issue.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from django.db import connection

from svet.kernel.lookups import key_array
from svet.kernel.periods import Month
from svet.metering import queries as metering


class UsedLine(NamedTuple):
    """What a line that stands says of consumption: kWh × price (roubles) = kopecks, half-open days."""

    meter_serial: str
    zone: str
    basis: str
    since_on: date
    until_on: date
    range_no: int
    kwh: Decimal
    price: Decimal
    kopecks: int


# No line is posted before its month: told to the index, which knows periods and no months.
_OF_MONTH: Final = """
SELECT id, reverses_id, account_id, meter_id, zone, basis, since_on, until_on, range_no, kwh, price, kopecks
FROM billing_chargeline
WHERE account_id = ANY(%(accounts)s::bigint[]) AND month = %(month)s
    AND period BETWEEN %(month)s AND %(until)s
ORDER BY account_id, period, position
"""
_CONSUMED: Final = """
SELECT account_id, month, sum(kwh), sum(kopecks)::bigint
FROM billing_chargeline
WHERE account_id = ANY(%(accounts)s::bigint[]) AND month >= %(since)s
    AND period BETWEEN %(since)s AND %(until)s
GROUP BY account_id, month ORDER BY account_id, month
"""


def used_lines(account_ids: Collection[int], *, month: Month, until: Month) -> dict[int, list[UsedLine]]:
    """What stands for a month of consumption once everything posted until ``until`` is counted, by account.

    Accounts of which nothing stands are not among them.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _OF_MONTH, {"accounts": key_array(account_ids), "month": month.first, "until": until.first}
        )
        rows = cursor.fetchall()
    # What takes a line back is of the same account and month.
    gone = {row[1] for row in rows}
    serials = metering.serials_of({row[3] for row in rows})
    found: dict[int, list[UsedLine]] = {}
    for line_id, reverses, account_id, meter_id, *rest in rows:
        if reverses is None and line_id not in gone:
            found.setdefault(account_id, []).append(UsedLine(serials.get(meter_id, ""), *rest))
    return found


def consumed(
    account_ids: Collection[int], *, since: Month, until: Month
) -> list[tuple[int, date, Decimal, int]]:
    """(account, first day of the month of consumption, kWh, kopecks) from ``since`` on, oldest first.

    All that was posted until the month ``until`` (that month in it) is counted: corrections belong to the
    month they correct.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _CONSUMED, {"accounts": key_array(account_ids), "since": since.first, "until": until.first}
        )
        found: list[tuple[int, date, Decimal, int]] = cursor.fetchall()
    return found
