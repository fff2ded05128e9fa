"""What the bare side of :mod:`bench.billing` writes: the rows of a month by COPY and INSERT…SELECT alone.

They go into the same tables, with their keys, checks and indexes as twelve months have left them, as if they
were those of the month after; triggers and foreign keys are off (``session_replication_role``).
"""

from __future__ import annotations

from typing import Any, Final

#: The month after the measured one.
_AFTER: Final = "2026-02"
_COLUMNS: Final = (
    "charge_id", "account_id", "period", "position", "month", "service", "point", "scheme", "zone", "basis",
    "part_since", "part_until", "since_on", "until_on", "range_no", "price", "kwh", "kopecks", "meter_id",
    "tariff_row_id", "previous_value", "previous_on", "previous_set_id", "current_value", "current_on",
    "current_set_id", "span_kwh", "base", "act", "reverses_id", "cause", "cause_set_id",
)  # fmt: skip
# A line is taken back once: another key in its place fills the same index.
_OTHERWISE: Final = {
    "charge_id": "charge_id + {charges}",
    "period": f"date '{_AFTER}-01'",
    "reverses_id": "-reverses_id",
}
_MATERIAL: Final = (
    f"SELECT {', '.join(_OTHERWISE.get(name, name) for name in _COLUMNS)} FROM billing_chargeline"
    " WHERE period = '{month}-01' ORDER BY id"
)
# What is to be written, told once: neither this nor the file of the lines is measured.
_TOLD: Final = (
    """CREATE TEMP TABLE bare_charge AS
       SELECT {charges} + c.id AS id, c.account_id, c.floor, c.facts, c.settled, c.kwh, c.total_kopecks,
              c.estimated, c.demonstration, {transactions} + c.transaction_id AS transaction_id
       FROM billing_charge c WHERE c.period = '{month}-01' ORDER BY c.id""",
    """CREATE TEMP TABLE bare_set AS
       SELECT DISTINCT current_set_id AS set_id FROM billing_chargeline
       WHERE period = '{month}-01' AND reverses_id IS NULL AND basis = 'reading' ORDER BY 1""",
    "ANALYZE bare_charge",
    "ANALYZE bare_set",
)
_MONEY: Final = (
    f"""INSERT INTO billing_charge (id, account_id, period, run_id, known_at, floor, facts, settled, kwh,
               total_kopecks, estimated, demonstration, transaction_id)
        SELECT id, account_id, '{_AFTER}-01', 1, now(), floor, facts, settled, kwh, total_kopecks, estimated,
               demonstration, transaction_id
        FROM bare_charge""",
    f"""INSERT INTO ledger_transaction (id, key, kind, occurred_at, effective_on, provider_id, memo)
        SELECT transaction_id, concat('charge:', account_id, ':{_AFTER}'), 'charge', now(), '{_AFTER}-28', 1,
               ''
        FROM bare_charge WHERE transaction_id IS NOT NULL""",
    """UPDATE ledger_accountbalance b SET last_seq = last_seq + 1, kopecks = b.kopecks + c.total_kopecks
       FROM bare_charge c WHERE b.account_id = c.account_id AND c.transaction_id IS NOT NULL""",
    """INSERT INTO ledger_posting (transaction_id, book, account_id, kopecks, seq, balance_before,
              balance_after)
       SELECT c.transaction_id, leg.book, CASE WHEN leg.own THEN c.account_id END,
              CASE WHEN leg.own THEN c.total_kopecks ELSE -c.total_kopecks END,
              CASE WHEN leg.own THEN b.last_seq END,
              CASE WHEN leg.own THEN b.kopecks - c.total_kopecks END, CASE WHEN leg.own THEN b.kopecks END
       FROM bare_charge c JOIN ledger_accountbalance b USING (account_id)
       CROSS JOIN (VALUES ('receivable', true), ('revenue', false)) leg (book, own)
       WHERE c.transaction_id IS NOT NULL""",
)
# The run has marked them as used; here they go back, which is as much to write.
_READINGS: Final = (
    "UPDATE metering_readingset s SET state = 'accepted' FROM bare_set b WHERE s.id = b.set_id",
    f"""INSERT INTO metering_setstatechange (reading_set_id, from_state, to_state, at, by_kind, doubts,
               other_receipt, period, words)
        SELECT set_id, 'accepted', 'used', now(), 'system', '{{}}'::varchar[], '', date '{_AFTER}-01', ''
        FROM bare_set""",
)


class Bare:
    """The statements of the bare side, told once the run is over."""

    lines = f"COPY billing_chargeline ({', '.join(_COLUMNS)}) FROM STDIN"
    money = _MONEY
    readings = _READINGS
    written = "SELECT count(*), sum(total_kopecks) FROM bare_charge"

    def __init__(self, connection: Any, month: str) -> None:
        last = {
            name: connection.execute(f"SELECT max(id) FROM {table}").fetchone()[0]
            for name, table in (("charges", "billing_charge"), ("transactions", "ledger_transaction"))
        }
        for statement in _TOLD:
            connection.execute(statement.format(month=month, **last))
        self.material = _MATERIAL.format(month=month, **last)
