"""Many rows at once: keys taken from a sequence beforehand, rows written by PostgreSQL's COPY."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, islice
from typing import Any

from django.db import connection, models

#: So many rows cost less as one INSERT: COPY asks the server twice and begins slowly.
FEW = 8


def take_ids(*, model: type[models.Model], count: int) -> list[int]:
    """Reserve ``count`` keys of a table, so that rows depending on each other can be made in memory."""
    if count == 0:
        return []
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            # Materialized: the name of the sequence is looked up once, not for every key.
            "WITH sequence AS MATERIALIZED (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS name)"
            " SELECT nextval(name) FROM sequence, generate_series(1, %s)",
            [table, count],
        )
        return [row[0] for row in cursor.fetchall()]


def copy_rows(*, model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write rows by COPY; columns are database names, values go in as they are, defaults are not filled.

    A few rows go in by one INSERT instead.
    """
    quote = connection.ops.quote_name
    names = ", ".join(quote(column) for column in columns)
    target = f"{quote(model._meta.db_table)} ({names})"
    ahead = iter(rows)
    first = list(islice(ahead, FEW + 1))
    with connection.cursor() as cursor:
        if 0 < len(first) <= FEW:
            line = "(" + ", ".join(["%s"] * len(columns)) + ")"
            values: list[Any] = [value for row in first for value in row]
            cursor.execute(f"INSERT INTO {target} VALUES {', '.join([line] * len(first))}", values)  # noqa: S608
        elif first:
            with cursor.copy(f"COPY {target} FROM STDIN") as copy:
                for row in chain(first, ahead):
                    copy.write_row(row)


def copy_table(*, table: str, rows: Iterable[Sequence[object]]) -> None:
    """Write whole rows into a temporary table, in the order of its columns."""
    statement = f"COPY {connection.ops.quote_name(table)} FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
