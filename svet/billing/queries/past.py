"""Earlier charges as the next month needs them: where each scale was left, and the lines behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from svet.billing.rules import Basis, PastLine, PricedLine, Reading
from svet.kernel.periods import Month

# Two years hold every average's base and more months of estimates than the law allows.
_MONTHS_BACK = 24
LINE = (
    "meter_id",
    "scheme",
    "zone",
    "range_no",
    "kwh",
    "price",
    "kopecks",
    "tariff_row_id",
    "basis",
    "settles",
    "since_on",
    "until_on",
    "previous_value",
    "previous_on",
    "previous_set_id",
    "current_value",
    "current_on",
    "current_set_id",
    "tariff_row__demonstration",
)


# The columns of ``LINE`` in its order; an array, for a thousand separate parameters cost more than the rows.
_PAST = """
SELECT l.account_id, l.period, l.meter_id, l.scheme, l.zone, l.range_no, l.kwh, l.price, l.kopecks,
       l.tariff_row_id, l.basis, l.settles, l.since_on, l.until_on, l.previous_value, l.previous_on,
       l.previous_set_id, l.current_value, l.current_on, l.current_set_id, t.demonstration
FROM billing_chargeline l JOIN billing_tariffrow t ON t.id = l.tariff_row_id
WHERE l.account_id = ANY(%s) AND l.period < %s AND l.period >= %s
ORDER BY l.account_id, l.period, l.position
"""


def settled_scales(account_ids: Sequence[int], period: Month) -> dict[tuple[int, str], int | None]:
    """The set of readings that closed each scale in a month; scales left with an estimate are not there."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT meter_id, zone, min(current_set_id)
            FROM billing_chargeline
            WHERE account_id = ANY(%s) AND period = %s AND basis <> 'settlement'
            GROUP BY meter_id, zone
            HAVING bool_and(basis = 'reading') AND min(current_set_id) = max(current_set_id)
            """,
            [list(account_ids), period.first],
        )
        return {(row[0], row[1]): row[2] for row in cursor.fetchall()}


def past_lines(account_ids: Sequence[int], *, before: Month) -> dict[int, list[PastLine]]:
    """The lines of accounts charged in the two years before a month, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(_PAST, [list(account_ids), before.first, before.plus(-_MONTHS_BACK).first])
        rows = cursor.fetchall()
    result: dict[int, list[PastLine]] = {}
    for account_id, period, *line in rows:
        result.setdefault(account_id, []).append(PastLine(Month.of(period), priced_line(line)))
    return result


def priced_line(row: Sequence[Any]) -> PricedLine:
    """A stored line (columns of ``LINE``) as the value that pricing made."""
    previous = Reading(*row[12:15]) if row[12] is not None else None
    current = Reading(*row[15:18]) if row[15] is not None else None
    return PricedLine._make((*row[:8], Basis(row[8]), *row[9:12], previous, current, row[18]))
