"""Asking the database by a text of our own, over one cursor that stays with its connection.

A cursor begins by finding out how each type is sent and read, and forgets it with its end: for a text that
is asked again and again that is half of what asking costs. What Django promises of a statement stays: the
guards, the errors, the wrappers, the log (docs/adr/0230).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS, connections
from psycopg import ProgrammingError, RawCursor

Values = Mapping[str, Any] | Sequence[Any]

#: A longer answer goes with its cursor, which would hold it until it is asked again.
_LONG: Final = 1_000
#: Where the driver's connection carries its cursor.
_NAME: Final = "svet_cursor"
_PLACE: Final = re.compile(r"%(?:%|s|\((\w+)\)s)")


class _TextCursor(RawCursor[Any]):
    """Takes texts with the places of values as Django writes them, and reads each text once.

    The driver's own way reads long ones, and those of more than fifty values, anew each time.
    """

    def execute(self, query: Any, params: Any = None, **more: Any) -> _TextCursor:
        """Execute ``query`` with a value for each of its places. :raises ProgrammingError: more or less"""
        numbered, names, count = _numbered(query)
        values = [params[name] for name in names] if names else params or ()
        if len(values) != count:
            raise ProgrammingError(f"{count} places and {len(values)} values")
        super().execute(numbered, values, **more)
        return self


@lru_cache(maxsize=1_024)
def _numbered(text: str) -> tuple[bytes, tuple[str, ...], int]:
    """The text with the server's own places, the name of each that has one, and how many there are."""
    names: list[str] = []
    nameless = 0

    def place(found: re.Match[str]) -> str:
        nonlocal nameless
        if found[0] == "%%":
            return "%"
        if found[1] is None:
            nameless += 1
            return f"${nameless}"
        if found[1] not in names:
            names.append(found[1])
        return f"${names.index(found[1]) + 1}"

    numbered = _PLACE.sub(place, text).encode()
    return numbered, tuple(names), len(names) or nameless


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
            kept = _TextCursor(database.connection)
        setattr(database.connection, _NAME, kept)
    database.validate_thread_sharing()
    return database.make_debug_cursor(kept) if database.queries_logged else database.make_cursor(kept)
