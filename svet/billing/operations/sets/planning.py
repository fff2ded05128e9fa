"""How PostgreSQL is to join: what the planner guesses of tables that were just filled must not matter."""

from __future__ import annotations

from typing import Final

from django.db import connection

# What is read behind settled months, by keys: however stale the statistics, no table is walked through.
_BY_KEYS: Final = (
    "SET LOCAL enable_nestloop TO on; SET LOCAL enable_hashjoin TO off; SET LOCAL enable_mergejoin TO off"
)
# What stands in temporary tables: as much on both sides, and no index.
_WHOLE: Final = (
    "SET LOCAL enable_nestloop TO off; SET LOCAL enable_hashjoin TO on; SET LOCAL enable_mergejoin TO on"
)
_FREELY: Final = (
    "SET LOCAL enable_nestloop TO on; SET LOCAL enable_hashjoin TO on; SET LOCAL enable_mergejoin TO on"
)


def by_keys() -> None:
    """Read base tables by keys from now on, until the transaction ends."""
    _plan(_BY_KEYS)


def whole_tables() -> None:
    """Join temporary tables as wholes from now on."""
    _plan(_WHOLE)


def freely() -> None:
    """Join as the planner likes from now on."""
    _plan(_FREELY)


def _plan(how: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(how)
