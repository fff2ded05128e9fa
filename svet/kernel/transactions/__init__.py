"""Who opens transactions: a use case opens a durable one, steps of lower rooms require an open one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, Final, LiteralString, ParamSpec, TypeVar

from django.db import InterfaceError, InternalError, OperationalError, connection, transaction
from django.db.transaction import Atomic
from psycopg.errors import (
    DeadlockDetected,
    IdleInTransactionSessionTimeout,
    ReadOnlySqlTransaction,
    TransactionTimeout,
)

from svet.kernel.transactions.asking import ask

P = ParamSpec("P")
R = TypeVar("R")
#: How often a use case is tried that waits for another which waits for it.
TRIES: Final = 3
# Makes a statement that selects ``FROM lazily`` not wait for the disk.
_LAZILY: Final = "WITH lazily AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true) AS off)"
# What the driver counts among faults of a program, and is none of ours.
_ENDED: Final = (ReadOnlySqlTransaction, IdleInTransactionSessionTimeout, TransactionTimeout)
_TOGETHER: ContextVar[bool] = ContextVar("together", default=False)
_READING: ContextVar[bool] = ContextVar("reading", default=False)


class OnlyReading(RuntimeError):
    """Something wanted to write under :func:`only_reading`."""


def use_case() -> Atomic:
    """Open the one transaction of a use case; it may not be nested in another but for :func:`together`.

    Inside a test's own transaction Django relaxes ``durable`` by itself. :raises OnlyReading:
    """
    if _READING.get():
        raise OnlyReading("nothing may be written here")
    return transaction.atomic(durable=not _TOGETHER.get())


def again_after_deadlock(operation: Callable[P, R]) -> Callable[P, R]:
    """Do a use case once more from its beginning when the database ended it to free another one.

    Nothing of it was committed. For use cases that lock many rows in an order of their own.
    """

    @wraps(operation)
    def tried(*args: P.args, **kwargs: P.kwargs) -> R:
        for left in range(TRIES - 1, -1, -1):
            try:
                return operation(*args, **kwargs)
            except OperationalError as error:
                if (
                    not left
                    or not isinstance(error.__cause__, DeadlockDetected)
                    or connection.in_atomic_block
                ):
                    raise
        raise AssertionError("the last try returns or raises")

    return tried


@contextmanager
def picture() -> Iterator[None]:
    """A transaction for reading that sees nothing of what is committed meanwhile.

    Inside another one (a test's own) it is a savepoint, and sees what that one sees.
    """
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


@contextmanager
def only_reading() -> Iterator[None]:
    """Let nothing be written inside, whoever tries: the database itself refuses. Jobs are rows too.

    It is a :func:`picture` as well. :raises OnlyReading: something tried; nothing was done.
    """
    outermost = not connection.in_atomic_block
    before = _READING.set(True)
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                level = "ISOLATION LEVEL REPEATABLE READ " if outermost else ""
                cursor.execute(f"SET TRANSACTION {level}READ ONLY")
            yield
    except InternalError as error:
        if isinstance(error.__cause__, ReadOnlySqlTransaction):
            raise OnlyReading(str(error)) from error
        raise
    finally:
        _READING.reset(before)


def is_away(fault: BaseException | None) -> bool:
    """Whether a fault says that the database is away or takes nothing for now, and not that we are wrong.

    A server that lost its place to another one, or whose disk is nearly full, may answer and only read. An
    operator may end transactions that take too long: then the connection is gone as well.
    """
    if isinstance(fault, InternalError):
        return isinstance(fault.__cause__, _ENDED)
    return isinstance(fault, OperationalError | InterfaceError)


def is_copy() -> bool:
    """Whether the database can only be read: a copy that follows another one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_is_in_recovery() OR current_setting('default_transaction_read_only') = 'on'"
        )
        return bool(cursor.fetchone()[0])


@contextmanager
def together() -> Iterator[None]:
    """Several use cases that stand or fall as one, such as the first set-up; none may touch the network."""
    with transaction.atomic(durable=True):
        before = _TOGETHER.set(True)
        try:
            yield
        finally:
            _TOGETHER.reset(before)


def require_no_transaction() -> None:
    """Stop a statement that must be committed by itself, whatever becomes of its caller.

    A test's own transaction does not count. :raises RuntimeError: :raises OnlyReading:
    """
    if _READING.get():
        raise OnlyReading("nothing may be written here")
    blocks = connection.atomic_blocks
    if blocks and not getattr(blocks[-1], "_from_testcase", False):
        raise RuntimeError("this statement commits by itself and must not run inside a transaction")


def commit_lazily(statement: LiteralString, values: Mapping[str, Any] | Sequence[Any]) -> Any:
    """Execute a statement that commits by itself and does not wait for the disk; its first row, if any.

    A crash of the database machine may forget it of the last second, but no roll-back and no killed process,
    so it refuses inside a transaction. The statement reads ``FROM lazily``, which makes it so.

    :raises RuntimeError: inside a transaction
    """
    require_no_transaction()
    return next(iter(ask(f"{_LAZILY} {statement}", values)), None)


def require_transaction() -> None:
    """Stop a step that would write outside its caller's transaction. :raises RuntimeError:"""
    if not connection.in_atomic_block:
        raise RuntimeError("this step writes and must run inside a use case's transaction")
