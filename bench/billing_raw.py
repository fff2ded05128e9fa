"""What the bare side of :mod:`bench.billing` writes: the rows of a month by COPY and INSERT…SELECT alone."""

from __future__ import annotations

LINES = (
    "charge_id, account_id, period, position, month, service, point, scheme, zone, basis, part_since,"
    " part_until, since_on, until_on, range_no, price, kwh, kopecks, meter_id, tariff_row_id,"
    " previous_value, previous_on, previous_set_id, current_value, current_on, current_set_id, span_kwh,"
    " base, act, reverses_id, cause, cause_set_id"
)
# The bare side has the same tables with their keys, checks and indexes, but no triggers and no foreign keys.
RAW_TABLES = "".join(
    f"CREATE TABLE raw_{name} (LIKE {name} INCLUDING ALL);"
    for name in (
        "billing_chargeline",
        "billing_charge",
        "ledger_transaction",
        "ledger_posting",
        "ledger_accountbalance",
    )
)
RAW_INSERTS = (
    """INSERT INTO raw_ledger_transaction (id, key, kind, occurred_at, effective_on, provider_id, memo)
       SELECT charge_id, 'charge:' || account_id || ':2026-01', 'charge', now(), '2026-01-31', 1, ''
       FROM raw_billing_chargeline GROUP BY charge_id, account_id HAVING sum(kopecks) <> 0""",
    """INSERT INTO raw_ledger_accountbalance (account_id, last_seq, kopecks)
       SELECT account_id, 1, sum(kopecks) FROM raw_billing_chargeline
       GROUP BY account_id HAVING sum(kopecks) <> 0""",
    """INSERT INTO raw_ledger_posting (transaction_id, book, account_id, kopecks, seq, balance_before,
              balance_after)
       SELECT l.charge_id, b.book, CASE WHEN b.sign = 1 THEN l.account_id END, b.sign * sum(l.kopecks),
              CASE WHEN b.sign = 1 THEN 1 END, CASE WHEN b.sign = 1 THEN 0 END,
              CASE WHEN b.sign = 1 THEN sum(l.kopecks) END
       FROM raw_billing_chargeline l CROSS JOIN (VALUES ('receivable', 1), ('revenue', -1)) b (book, sign)
       GROUP BY l.charge_id, l.account_id, b.book, b.sign HAVING sum(l.kopecks) <> 0""",
    """INSERT INTO raw_billing_charge (id, account_id, period, run_id, known_at, floor, facts, settled, kwh,
               total_kopecks, estimated, demonstration, transaction_id)
       SELECT charge_id, account_id, period, 1, now(), min(month), '', NULL, sum(kwh), sum(kopecks),
              bool_or(basis IN ('average', 'norm')), true,
              CASE WHEN sum(kopecks) <> 0 THEN charge_id END
       FROM raw_billing_chargeline GROUP BY charge_id, account_id, period""",
)
