"""Advisory locks of the installation: every one has its name and number here, and none is taken elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from enum import IntEnum, unique

from django.db import OperationalError, connection
from psycopg.errors import LockNotAvailable

from svet.kernel.transactions import require_transaction


class Occupied(Exception):
    """Somebody else held the lock for longer than one was to wait."""


@unique
class Lock(IntEnum):
    """What is done by one at a time; the value is PostgreSQL's first key, the second one tells whose it is.

    A number is never given to another lock: two versions of the program may run side by side.
    """

    JOURNAL_SEAL = 1  # one sealer of the journal
    AGREEMENTS = 2  # one publisher of agreements: versions are counted
    PHONE = 3  # by phone: nobody else creates or takes it over
    INCOMING_TEXT = 4  # by phone: a text that is brought twice at once
    BILLING = 5  # by provider: one writer of its charges and rules
    BILL_ISSUE = 6  # by provider: its bills chain over the months
    BILL_PRINT = 7  # by provider: a bill enters one batch
    PAYMENT_REGISTERS = 8  # one register of payments after the other
    IMPORT_FILE = 9  # by profile: files that share ids
    NORMS = 20  # one file of norms after the other
    RECONCILIATION = 30  # one comparison with the bank, one statement after the other
    MONEY_LIMITS = 31  # by provider: one writer of its limits
    CHARGED_ACCOUNTS = 21  # by block of keys: nobody else charges these accounts, for whatever month
    SETUP = 33  # one set-up of the installation after the other
    BILLED_ACCOUNTS = 34  # by block of keys: nobody else issues bills of these accounts, of whatever month
    NEWS_OF_ACCOUNTS = 35  # a register that tells of accounts, or all who charge by what is told of them
    OUTAGES = 32  # by provider: the same outage entered twice at once is one


def hold(lock: Lock, key: int | str = 0) -> None:
    """Wait until nobody else holds this lock for this key, and hold it until the transaction ends (a step).

    A number is the second key as it is and must fit 32 bits. A text enters by its 32-bit hash: two texts may
    meet in one hash, and then wait for each other, which costs time and nothing else.

    :raises RuntimeError: no transaction is open
    """
    _ask("pg_advisory_xact_lock", lock, key)


@contextmanager
def waiting(seconds: int | None) -> Iterator[None]:
    """Wait for each lock inside no longer than so many seconds (a step); None: as long as it takes.

    For whoever answers a page: its thread is one of few.
    :raises Occupied: not had in time; the transaction can only be rolled back
    """
    if seconds is None:
        yield
        return
    former = _set_patience(f"{seconds}s")
    try:
        yield
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise Occupied from error
        raise
    _set_patience(former)


def _set_patience(value: str) -> str:
    """Let this transaction's statements wait so long for a lock; what held before."""
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('lock_timeout'), set_config('lock_timeout', %s, true)", [value]
        )
        former, _ = cursor.fetchone()
    return str(former)


def share(lock: Lock, key: int | str = 0) -> None:
    """Hold this lock beside all who share it: whoever wants it alone waits for them all (a step).

    :raises RuntimeError: no transaction is open
    """
    _ask("pg_advisory_xact_lock_shared", lock, key)


def hold_all(lock: Lock, keys: Collection[int]) -> None:
    """Hold this lock for each of the keys, in their order, so that no two wait for each other (a step).

    :raises RuntimeError: no transaction is open
    """
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s::integer, key) FROM unnest(%s::integer[]) key",
            [lock.value, sorted(keys)],
        )


def free(lock: Lock, key: int | str = 0) -> bool:
    """Take this lock for this key if nobody has it, until the transaction ends (a step); waits for nobody.

    :raises RuntimeError: no transaction is open
    """
    return bool(_ask("pg_try_advisory_xact_lock", lock, key))


def held(lock: Lock, key: int | str = 0) -> bool:
    """Whether somebody else holds this lock for this key now; waits for nobody.

    A free lock is taken until the transaction ends, so ask in a transaction that ends at once.

    :raises RuntimeError: no transaction is open
    """
    return not free(lock, key)


def _ask(function: str, lock: Lock, key: int | str) -> object:
    require_transaction()
    second = "hashtext(%s)" if isinstance(key, str) else "%s::integer"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s::integer, {second})", [lock.value, key])
        (answer,) = cursor.fetchone()
    return answer
