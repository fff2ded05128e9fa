"""The charges of the easy accounts of a batch: written as ``posting`` writes them, by SQL."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.db import connection

from svet.billing.operations.sets import planning
from svet.kernel.actors import Actor
from svet.kernel.periods import Month
from svet.ledger import operations as ledger
from svet.ledger.rules import Book, TransactionKind
from svet.metering import operations as readings

# Keys in the order of accounts: indexes grow at their ends.
_SUMS: Final = f"""
INSERT INTO sets_charge
SELECT k.account_id, nextval('billing_charge_id_seq'),
       CASE WHEN l.kopecks <> coalesce(t.kopecks, 0) THEN {ledger.NEXT_TRANSACTION} END,
       concat('charge:', k.account_id, ':', %(name)s::text), k.floor, k.facts, k.settled_now,
       l.kwh - coalesce(t.kwh, 0), l.kopecks - coalesce(t.kopecks, 0), l.estimated, l.demonstration
FROM (SELECT account_id, sum(kwh) AS kwh, sum(kopecks) AS kopecks, bool_or(demonstration) AS demonstration,
             bool_or(basis = 'average') AS estimated
      FROM sets_line GROUP BY account_id HAVING NOT bool_or(left_out)) l
JOIN sets_book k ON k.account_id = l.account_id
LEFT JOIN (SELECT account_id, sum(kwh) AS kwh, sum(kopecks) AS kopecks
           FROM sets_surplus GROUP BY account_id) t
    ON t.account_id = k.account_id
ORDER BY k.account_id
"""  # noqa: S608
# Temporary tables are joined by themselves: a plan by keys would compare each with each.
_TAKEN_BACK: Final = """
INSERT INTO sets_reversal
SELECT c.id, s.account_id, s.line_id, s.position, s.cause_set_id
FROM sets_surplus s JOIN sets_charge c ON c.account_id = s.account_id
"""
_USED: Final = """
INSERT INTO sets_used
SELECT DISTINCT v.current_set_id
FROM sets_line l JOIN sets_charge c ON c.account_id = l.account_id JOIN sets_volume v ON v.no = l.volume
WHERE v.current_set_id IS NOT NULL ORDER BY 1
"""
_LOOKED_AT: Final = """
INSERT INTO sets_taken
SELECT unnest(w.touches) FROM sets_wanted w JOIN sets_charge c ON c.account_id = w.account_id
"""
_CHARGES: Final = """
INSERT INTO billing_charge (id, account_id, period, run_id, floor, facts, known_at, settled, kwh,
    total_kopecks, estimated, demonstration, transaction_id)
SELECT id, account_id, %(period)s, %(run)s, floor, facts, %(known_at)s, settled, kwh, kopecks, estimated,
       demonstration, transaction_id
FROM sets_charge
"""
_LINES: Final = """
INSERT INTO billing_chargeline (charge_id, account_id, period, position, month, service, point, scheme, zone,
    basis, part_since, part_until, since_on, until_on, range_no, price, kwh, kopecks, meter_id, tariff_row_id,
    previous_value, previous_on, previous_set_id, current_value, current_on, current_set_id, span_kwh, base,
    act, cause, cause_set_id)
SELECT c.id, l.account_id, %(period)s, l.position, l.month, 'electricity', v.point, v.scheme, v.zone,
       l.basis, v.since, v.until, l.since_on, l.until_on, l.range_no, l.price, l.kwh, l.kopecks,
       v.meter_id, l.row_id, v.previous_value, v.previous_on, v.previous_set_id, v.current_value,
       v.current_on, v.current_set_id, v.span_kwh, v.base, '', l.cause, l.cause_set_id
FROM sets_line l JOIN sets_charge c ON c.account_id = l.account_id JOIN sets_volume v ON v.no = l.volume
"""
_REVERSALS: Final = """
INSERT INTO billing_chargeline (charge_id, account_id, period, position, month, service, point, scheme, zone,
    basis, part_since, part_until, since_on, until_on, range_no, price, kwh, kopecks, meter_id, tariff_row_id,
    previous_value, previous_on, previous_set_id, current_value, current_on, current_set_id, span_kwh, base,
    act, reverses_id, cause, cause_set_id)
SELECT s.charge_id, l.account_id, %(period)s, s.position, l.month, l.service, l.point, l.scheme, l.zone,
       l.basis, l.part_since, l.part_until, l.since_on, l.until_on, l.range_no, l.price, -l.kwh, -l.kopecks,
       l.meter_id, l.tariff_row_id, l.previous_value, l.previous_on, l.previous_set_id, l.current_value,
       l.current_on, l.current_set_id, l.span_kwh, l.base, l.act, l.id, 'reading', s.cause_set_id
FROM sets_reversal s JOIN billing_chargeline l ON l.id = s.line_id
"""
_WRITTEN: Final = """
SELECT count(*), count(*) FILTER (WHERE estimated), coalesce(sum(kopecks), 0) FROM sets_charge
"""
_LEFT: Final = """
SELECT w.account_id FROM sets_wanted w LEFT JOIN sets_charge c ON c.account_id = w.account_id
WHERE c.account_id IS NULL ORDER BY 1
"""


class Written(NamedTuple):
    """How many accounts were charged, with how many lines, for how much, and who is ``left`` to the rules.

    ``estimated``: so many of them have an average for the month itself.
    """

    charges: int
    lines: int
    estimated: int
    kopecks: int
    left: list[int]


def add_up(*, period: Month) -> None:
    """Leave the charges to be in ``sets_charge``, and what else is to be written with them (a step)."""
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, {"name": str(period)})
        for each in (_TAKEN_BACK, _USED, _LOOKED_AT):
            cursor.execute(each)


def write(
    *, run_id: int, provider_id: int, period: Month, by: Actor, now: datetime, known_at: datetime
) -> Written:
    """Post what stands in ``sets_charge``, ``sets_line`` and ``sets_reversal`` (a step)."""
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
        planning.by_keys()
        cursor.execute(_REVERSALS, {"period": period.first})
        lines += cursor.rowcount
        readings.take_touches_of("sets_taken")
        readings.mark_used_of("sets_used", by=by, now=now, period=period)
        planning.whole_tables()
        cursor.execute(_WRITTEN)
        charges, estimated, kopecks = cursor.fetchone()
        cursor.execute(_LEFT)
        left = [account_id for (account_id,) in cursor.fetchall()]
    planning.freely()
    return Written(charges, lines, estimated, int(kopecks), left)
