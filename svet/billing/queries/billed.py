"""What the bills of a month ask of months before it, of many accounts at once: plain values, nothing else.

A month of bills reads millions of lines here; whole views of them took a third of an issue.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

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
# What a charge is the sum of, told by its lines where the sum alone does not tell whether there are any.
_CONSUMED: Final = """
SELECT account_id, month, sum(kwh), sum(kopecks)::bigint
FROM billing_chargeline
WHERE account_id = ANY(%(accounts)s::bigint[]) AND month >= %(since)s
    AND period BETWEEN %(since)s AND %(until)s
GROUP BY account_id, month ORDER BY account_id, month
"""
_CHARGED: Final = """
SELECT account_id, period, kwh, total_kopecks
FROM billing_charge
WHERE account_id = ANY(%(accounts)s::bigint[]) AND period BETWEEN %(since)s AND %(until)s
ORDER BY account_id, period
"""
# An index of such lines alone.
_OF_OTHER_MONTHS: Final = """
SELECT account_id, period, month, sum(kwh), sum(kopecks)::bigint
FROM billing_chargeline
WHERE account_id = ANY(%(accounts)s::bigint[]) AND month <> period
    AND period BETWEEN %(since)s AND %(until)s
GROUP BY account_id, period, month
"""

_Consumed = tuple[int, date, Decimal, int]


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


def consumed(account_ids: Collection[int], *, since: Month, until: Month) -> list[_Consumed]:
    """(account, first day of the month of consumption, kWh, kopecks) from ``since`` on, oldest first.

    All that was posted until the month ``until`` (that month in it) is counted: corrections belong to the
    month they correct. A charge is the sum of its lines: of these only the ones of other months are read.
    """
    asked = {"accounts": key_array(account_ids), "since": since.first, "until": until.first}
    found: list[_Consumed] = _rows(_CHARGED, asked)
    unclear = move(found, _rows(_OF_OTHER_MONTHS, asked), since=since, until=until)
    if unclear:
        found = [row for row in found if row[0] not in unclear]
        found += _rows(_CONSUMED, asked | {"accounts": key_array(unclear)})
        found.sort()
    return found


def _rows(text: str, asked: Mapping[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(text, asked)
        return list(cursor.fetchall())


def move(
    charged: list[_Consumed],
    moved: Sequence[tuple[int, date, date, Decimal, int]],
    *,
    since: Month,
    until: Month,
) -> set[int]:
    """Put what charges hold of other months where it belongs: (account, posted in, month, kWh, kopecks).

    ``charged`` are rows of :func:`consumed` in its order. The accounts of whom they do not tell all: where
    nothing is left of a month's own kWh there may have been lines of none, or no line at all; and a month may
    have no charge of its own.
    """
    unclear: set[int] = set()
    # A row is found by its month's number, counted from where those of its account would begin.
    number = {since.plus(each).first: each for each in range(until - since + 1)}
    begins: dict[int, int] = {}
    last = 0
    for place, row in enumerate(charged):
        if row[0] != last:
            last = row[0]
            begins[last] = place - number[row[1]]
        if not row[2]:
            unclear.add(last)
    beyond = len(charged)
    for account_id, period, _, kwh, kopecks in moved:
        place = begins[account_id] + number[period]
        if place < beyond and (row := charged[place])[1] == period and row[0] == account_id:
            charged[place] = (account_id, period, left := row[2] - kwh, row[3] - kopecks)
            if not left:
                unclear.add(account_id)
        else:
            unclear.add(account_id)
    for account_id, _, month, kwh, kopecks in moved:
        at = number.get(month)
        if at is None:
            continue
        place = begins[account_id] + at
        if 0 <= place < beyond and (row := charged[place])[1] == month and row[0] == account_id:
            charged[place] = (account_id, month, row[2] + kwh, row[3] + kopecks)
        else:
            unclear.add(account_id)
    return unclear
