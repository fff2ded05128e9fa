"""Temporary tables of a batch are joined by what they have in common, never each row with each."""

from __future__ import annotations

import re

import pytest
from django.db import connection, transaction

from svet.billing.operations.sets import correcting, finding, planning, pricing, writing

pytestmark = pytest.mark.django_db
#: Rows of each table: one of a pair that is looked at and left would be seen a million times.
MANY = 1_000
_FILLED = {
    "sets_charge": "account_id, id",
    "sets_surplus": "account_id, line_id",
    "sets_book": "account_id, settled",
    "sets_volume": "no, account_id",
    "sets_line": "account_id, volume, position",
    "sets_wanted": "account_id",
}
_STATEMENTS = {
    "_TAKEN_BACK": writing._TAKEN_BACK,
    "_USED": writing._USED,
    "_LOOKED_AT": writing._LOOKED_AT,
    "_LEFT": writing._LEFT,
    "_SAME": correcting._SAME,
    "_POTS": pricing._POTS,
    "_OVER_SCALES": pricing._OVER_SCALES,
}


@pytest.mark.parametrize("name", _STATEMENTS)
def test_no_statement_over_temporary_tables_compares_each_row_with_each(name: str) -> None:
    """Lines that were taken back were joined to their charges so: 12.7 million pairs for 10,000 accounts."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table, columns in finding._TABLES.items():
            cursor.execute(f"CREATE TEMP TABLE IF NOT EXISTS {table} ({columns}) ON COMMIT DELETE ROWS")
        for table, columns in _FILLED.items():
            values = ", ".join(
                "date '2026-01-01'" if each == "settled" else "n" for each in columns.split(", ")
            )
            cursor.execute(
                f"INSERT INTO {table} ({columns}) SELECT {values} FROM generate_series(1, {MANY}) n"
            )
        cursor.execute("SET LOCAL enable_seqscan TO off")
        planning.whole_tables()
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF) {_STATEMENTS[name]}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    removed = [int(each) for each in re.findall(r"Rows Removed by Join Filter: (\d+)", plan)]
    assert max(removed, default=0) < MANY * 10, plan
