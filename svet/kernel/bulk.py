"""Rows written together: few of them as one statement at the end of an act, many by PostgreSQL's COPY.

What an act writes goes to the database as one statement, as late as nobody can tell the difference.

::

    with use_case(), gathered():
        ...

Inside, few rows given to ``copy_rows`` and ``write_together``, and statements given to ``write_along``, wait
for each other. They are sent as one statement (of ``MOST_VALUES``) at the end of the scope, and always before
whatever could see them: any statement but a frozen query of rooms none of whose rows wait, for a trigger
writes into its own room only. So each step reads and writes as it would alone, and nobody has to remember
that something waits (ADR 181).

In one statement no row is seen by another's BEFORE trigger; keys and AFTER triggers are none the wiser. What
the database refuses is told at the end and not by the line that gave it: only what nobody expects to be
refused may wait.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, islice
from typing import Any, Final

from django.db import connection, models

from svet.kernel.transactions import require_transaction
from svet.kernel.transactions.asking import ask

#: An act with more of them is written by several statements, so that the texts stay few and short.
MOST_VALUES: Final = 100
#: The rooms whose tables each frozen query reads, by its text; one that locks is not among them.
READS: Final[dict[str, frozenset[str]]] = {}
#: So many rows cost less as one INSERT: COPY asks the server twice and begins slowly.
FEW = 8


@dataclass(slots=True)
class _WaitingRows:
    """Statements that write, the rooms they write in, and their values."""

    texts: list[str] = field(default_factory=list)
    rooms: set[str] = field(default_factory=set)
    values: list[Any] = field(default_factory=list)

    def send(self) -> None:
        """Write everything; afterwards nothing waits, even if the database refuses it."""
        if not self.texts:
            return
        text, values = _together(tuple(self.texts)), self.values
        self.texts, self.rooms, self.values = [], set(), []
        ask(text, values)

    def before(self, execute: Any, text: Any, values: Any, many: bool, context: Any) -> Any:
        """Django's hook around each statement: what could see the rows goes after them."""
        reads = READS.get(text)
        if reads is None or reads & self.rooms:
            self.send()
        return execute(text, values, many, context)


_WAITING: ContextVar[_WaitingRows | None] = ContextVar("waiting", default=None)


@contextmanager
def gathered() -> Iterator[None]:
    """Let what is written inside wait for its end. :raises RuntimeError: no transaction is open"""
    require_transaction()
    if _WAITING.get() is not None:
        yield
        return
    waiting = _WaitingRows()
    token = _WAITING.set(waiting)
    try:
        with connection.execute_wrapper(waiting.before):
            yield
        waiting.send()
    finally:
        _WAITING.reset(token)


def write_along(text: str, values: Sequence[Any], *, model: type[models.Model]) -> None:
    """Execute a statement that writes rows of ``model`` and answers nothing; inside ``gathered`` it waits."""
    waiting = _WAITING.get()
    if waiting is None:
        ask(text, values)
        return
    if len(waiting.values) + len(values) > MOST_VALUES:
        waiting.send()
    waiting.texts.append(text)
    waiting.rooms.add(model._meta.app_label)
    waiting.values.extend(values)


def send_waiting() -> None:
    """Write what waits: for a caller who speaks to the database past Django's cursors, as COPY does."""
    waiting = _WAITING.get()
    if waiting is not None:
        waiting.send()


@lru_cache(maxsize=256)
def _together(texts: tuple[str, ...]) -> str:
    *others, last = texts
    named = ", ".join(f"t{place} AS ({text})" for place, text in enumerate(others))
    return f"WITH {named} {last}" if named else last


def take_ids(*, model: type[models.Model], count: int) -> list[int]:
    """Reserve ``count`` keys of a table, so that rows depending on each other can be made in memory."""
    if count == 0:
        return []
    rows = ask(
        # Materialized: the name of the sequence is looked up once, not for every key.
        "WITH sequence AS MATERIALIZED (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS name)"
        " SELECT nextval(name) FROM sequence, generate_series(1, %s)",
        [model._meta.db_table, count],
    )
    return [key for (key,) in rows]


def copy_rows(
    *,
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    binary: bool = False,
) -> None:
    """Write rows by COPY; columns are database names, values go in as they are, defaults are not filled.

    A few rows go in by one INSERT instead, which may wait for others: see ``gathered``. ``binary``: values
    are of the very types of their columns. Then nobody looks through long texts letter by letter for what
    ends a value, neither here nor in PostgreSQL.
    """
    ahead = iter(rows)
    first = list(islice(ahead, FEW + 1))
    if 0 < len(first) <= FEW:
        text = _insert(model, tuple(columns), len(first))
        write_along(text, [value for row in first for value in row], model=model)
    elif first:
        send_waiting()
        statement = f"COPY {_target(model, columns)} FROM STDIN{' (FORMAT binary)' * binary}"
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            if binary:
                copy.set_types(_types(model, columns))
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


def _types(model: type[models.Model], columns: Sequence[str]) -> list[str]:
    """What PostgreSQL calls the types of columns, lengths and precisions left out."""
    types = {each.column: str(each.db_type(connection)) for each in model._meta.concrete_fields}
    return [types[column].partition("(")[0] for column in columns]


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
