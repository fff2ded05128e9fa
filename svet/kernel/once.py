"""Rows that may exist only once: written unless they stand already, by the table's own unique constraints."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db import connection, models


def insert_absent(
    *, model: type[models.Model], columns: Sequence[str], rows: Collection[Sequence[Any]]
) -> list[tuple[Any, ...]]:
    """Write the rows that no unique constraint forbids; returns exactly those that were written.

    A row that somebody else's open transaction has written is waited for. Columns are database names.
    """
    if not rows:
        return []
    quote = connection.ops.quote_name
    names = ", ".join(quote(column) for column in columns)
    places = ", ".join(["(" + ", ".join(["%s"] * len(columns)) + ")"] * len(rows))
    statement = (
        f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES {places}"  # noqa: S608 - our own names
        f" ON CONFLICT DO NOTHING RETURNING {names}"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [value for row in rows for value in row])
        return [tuple(row) for row in cursor.fetchall()]
