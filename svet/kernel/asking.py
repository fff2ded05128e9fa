"""Asking the database by a text of our own, over one cursor that stays with its connection.

A cursor begins by finding out how each type is sent and read, and forgets it with its end: for a text that
is asked again and again that is half of what asking costs. What Django promises of a statement stays: the
guards, the errors, the wrappers, the log (docs/adr/0230).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS, connections

Values = Mapping[str, Any] | Sequence[Any]

#: A longer answer goes with its cursor, which would hold it until it is asked again.
_LONG: Final = 1_000
#: Where the driver's connection carries its cursor.
_NAME: Final = "svet_cursor"


def ask(text: str, values: Values = ()) -> list[tuple[Any, ...]]:
    """Execute a statement; all rows of its answer, none where it answers with none."""
    database = connections[DEFAULT_DB_ALIAS]
    cursor = _cursor(database)
    cursor.execute(text, values)
    kept = cursor.cursor
    if not kept.pgresult.nfields:
        return []
    with database.wrap_database_errors:
        rows: list[tuple[Any, ...]] = kept.fetchall()
    if len(rows) > _LONG:
        delattr(database.connection, _NAME)
    return rows


def _cursor(database: Any) -> Any:
    """What ``database.cursor()`` gives, around a cursor that is there already."""
    database.close_if_health_check_failed()
    database.ensure_connection()
    kept = getattr(database.connection, _NAME, None)
    if kept is None:
        with database.wrap_database_errors:
            kept = database.create_cursor()
        setattr(database.connection, _NAME, kept)
    database.validate_thread_sharing()
    return database.make_debug_cursor(kept) if database.queries_logged else database.make_cursor(kept)
