"""What the bills of a month ask of months before it, of many accounts at once: plain values, nothing else.

A month of bills reads millions of lines here; whole views of them took a third of an issue.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
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
_Sums = tuple[Decimal, int]
_NOTHING: Final[_Sums] = (Decimal(0), 0)


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
    charged, moved = _rows(_CHARGED, asked), _rows(_OF_OTHER_MONTHS, asked)
    found, unclear = _by_month(charged, moved, since.first)
    if unclear:
        found = [row for row in found if row[0] not in unclear]
        found += _rows(_CONSUMED, asked | {"accounts": key_array(unclear)})
        found.sort()
    return found


def _rows(text: str, asked: Mapping[str, object]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(text, asked)
        return cursor.fetchall()


def _by_month(
    charged: Iterable[_Consumed], moved: Iterable[tuple[int, date, date, Decimal, int]], since: date
) -> tuple[list[_Consumed], set[int]]:
    """Charges with what they hold of other months moved there, and the accounts that it does not tell of.

    Where nothing is left of a month's own kWh there may have been lines of none, or no line at all.
    """
    # What goes away from a month of an account, and what comes to it.
    changes: dict[int, dict[date, list[_Sums]]] = {}
    for account_id, period, month, kwh, kopecks in moved:
        own = changes.get(account_id)
        if own is None:
            own = changes[account_id] = {}
        sums = (kwh, kopecks)
        for at, place in ((period, 0), (month, 1)):
            change = own.get(at)
            if change is None:
                change = own[at] = [_NOTHING, _NOTHING]
            before = change[place]
            change[place] = (before[0] + kwh, before[1] + kopecks) if before is not _NOTHING else sums
    found: list[_Consumed] = []
    unclear: set[int] = set()
    last, own = 0, changes.get(0)
    for row in charged:
        account_id, month, kwh, _ = row
        if account_id != last:
            last, own = account_id, changes.get(account_id)
        if own and (change := own.pop(month, None)) is not None:
            (less, cheaper), (more, dearer) = change
            kwh -= less
            row = (account_id, month, kwh + more, row[3] - cheaper + dearer)
        if not kwh:
            unclear.add(account_id)
        found.append(row)
    # Months that had no charge of their own; those before ``since`` are not asked for.
    late = [
        (account_id, month, *change[1])
        for account_id, own in changes.items()
        for month, change in own.items()
        if month >= since
    ]
    return (sorted(found + late) if late else found), unclear
