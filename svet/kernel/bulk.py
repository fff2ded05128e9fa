"""Many rows at once: keys taken from a sequence beforehand, rows written by PostgreSQL's COPY."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice

from django.db import connection, models

from svet.kernel.gathering import gathered, send_waiting, write_along

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

    A few rows go in by one INSERT instead, which may wait for others: see ``gathering``.
    """
    ahead = iter(rows)
    first = list(islice(ahead, FEW + 1))
    if 0 < len(first) <= FEW:
        text = _insert(model, tuple(columns), len(first))
        write_along(text, [value for row in first for value in row], model=model)
    elif first:
        send_waiting()
        with connection.cursor() as cursor, cursor.copy(f"COPY {_target(model, columns)} FROM STDIN") as copy:
            for row in chain(first, ahead):
                copy.write_row(row)


@dataclass(frozen=True, slots=True)
class TableRows:
    """Rows for one table as ``copy_rows`` takes them."""

    model: type[models.Model]
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]


def write_together(*tables: TableRows) -> None:
    """Write the rows of several tables, a few by one statement, many by COPY into one after the other."""
    with gathered():
        for each in tables:
            copy_rows(model=each.model, columns=each.columns, rows=each.rows)


def _target(model: type[models.Model], columns: Sequence[str]) -> str:
    quote = connection.ops.quote_name
    return f"{quote(model._meta.db_table)} ({', '.join(quote(column) for column in columns)})"


@lru_cache(maxsize=256)
def _insert(model: type[models.Model], columns: tuple[str, ...], count: int) -> str:
    line = "(" + ", ".join(["%s"] * len(columns)) + ")"
    return f"INSERT INTO {_target(model, columns)} VALUES {', '.join([line] * count)}"  # noqa: S608 - our own names


def copy_table(*, table: str, rows: Iterable[Sequence[object]]) -> None:
    """Write whole rows into a temporary table, in the order of its columns."""
    statement = f"COPY {connection.ops.quote_name(table)} FROM STDIN"
    send_waiting()
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
