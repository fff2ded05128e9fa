"""Rows that may exist only once: written unless they stand already, by the table's own unique constraints."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import islice
from typing import Any, Final

from django.db import connection, models

#: The server takes 65,535 parameters with one statement at most.
MOST_PARAMETERS: Final = 60_000


def insert_absent(
    *, model: type[models.Model], columns: Sequence[str], rows: Collection[Sequence[Any]]
) -> list[tuple[Any, ...]]:
    """Write the rows that no unique constraint forbids; returns exactly those that were written.

    A row that somebody else's open transaction has written is waited for. Columns are database names.
    """
    quote = connection.ops.quote_name
    names = ", ".join(quote(column) for column in columns)
    line = "(" + ", ".join(["%s"] * len(columns)) + ")"
    written: list[tuple[Any, ...]] = []
    ahead = iter(rows)
    with connection.cursor() as cursor:
        while part := list(islice(ahead, MOST_PARAMETERS // len(columns))):
            cursor.execute(
                f"INSERT INTO {quote(model._meta.db_table)} ({names})"  # noqa: S608 - our own names
                f" VALUES {', '.join([line] * len(part))} ON CONFLICT DO NOTHING RETURNING {names}",
                [value for row in part for value in row],
            )
            written += [tuple(row) for row in cursor.fetchall()]
    return written
