"""The charges of the easy accounts of a batch: written as ``posting`` writes them, by SQL."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.db import connection

from svet.kernel.periods import Month
from svet.ledger import operations as ledger
from svet.ledger.rules import Book, TransactionKind

# Keys in the order of accounts: indexes grow at their ends.
_SUMS: Final = f"""
INSERT INTO sets_charge
SELECT w.account_id, nextval('billing_charge_id_seq'),
       CASE WHEN l.kopecks <> 0 THEN {ledger.NEXT_TRANSACTION} END,
       concat('charge:', w.account_id, ':', %(month)s::text), w.floor, w.facts, l.kwh, l.kopecks,
       l.demonstration
FROM (SELECT account_id, sum(kwh) AS kwh, sum(kopecks) AS kopecks, bool_or(demonstration) AS demonstration
      FROM sets_line GROUP BY account_id HAVING NOT bool_or(left_out)) l
JOIN sets_window w ON w.account_id = l.account_id
ORDER BY w.account_id
"""  # noqa: S608
_CHARGES: Final = """
INSERT INTO billing_charge (id, account_id, period, run_id, floor, facts, known_at, settled, kwh,
    total_kopecks, estimated, demonstration, transaction_id)
SELECT id, account_id, %(period)s, %(run)s, floor, facts, %(known_at)s, %(period)s, kwh, kopecks, false,
       demonstration, transaction_id
FROM sets_charge
"""
_LINES: Final = """
INSERT INTO billing_chargeline (charge_id, account_id, period, position, month, service, point, scheme, zone,
    basis, part_since, part_until, since_on, until_on, range_no, price, kwh, kopecks, meter_id, tariff_row_id,
    previous_value, previous_on, previous_set_id, current_value, current_on, current_set_id, span_kwh, act,
    cause)
SELECT c.id, l.account_id, %(period)s, l.position, %(period)s, 'electricity', l.point, l.scheme, l.zone,
       'reading', l.previous_on, l.current_on, l.since_on, l.until_on, l.range_no, l.price, l.kwh, l.kopecks,
       l.meter_id, l.row_id, l.previous_value, l.previous_on, l.previous_set_id, l.current_value,
       l.current_on, l.current_set_id, l.span_kwh, '', 'first'
FROM sets_line l JOIN sets_charge c ON c.account_id = l.account_id
"""
_WRITTEN: Final = """
SELECT (SELECT array_agg(account_id) FROM sets_charge),
       (SELECT coalesce(sum(kopecks), 0) FROM sets_charge),
       (SELECT array_agg(DISTINCT l.current_set_id)
        FROM sets_line l JOIN sets_charge c ON c.account_id = l.account_id)
"""


class Written(NamedTuple):
    """The accounts that were charged, with how many lines, for how much, by which sets of readings."""

    account_ids: list[int]
    lines: int
    kopecks: int
    set_ids: list[int]


def add_up(*, period: Month) -> None:
    """Leave the charges to be in ``sets_charge`` (a step)."""
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, {"month": str(period)})


def write(*, run_id: int, provider_id: int, period: Month, now: datetime, known_at: datetime) -> Written:
    """Post what stands in ``sets_charge`` and ``sets_line`` (a step)."""
    ledger.post_table(
        "sets_charge",
        kind=TransactionKind.CHARGE,
        credit=Book.REVENUE,
        occurred_at=now,
        effective_on=period.end - timedelta(days=1),
        provider_id=provider_id,
    )
    with connection.cursor() as cursor:
        cursor.execute(_CHARGES, {"period": period.first, "run": run_id, "known_at": known_at})
        cursor.execute(_LINES, {"period": period.first})
        lines = cursor.rowcount
        cursor.execute(_WRITTEN)
        account_ids, kopecks, set_ids = cursor.fetchone()
    return Written(account_ids or [], lines, int(kopecks), sorted(set_ids or []))
