"""Advisory locks of the installation: every one has its name and number here, and none is taken elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from enum import IntEnum, unique
from typing import Any, Final

from django.db import OperationalError, connection
from psycopg.errors import LockNotAvailable

from svet.kernel.transactions import require_transaction

# Up to the first that somebody has, and none behind it: who takes them in the same order may wait for those.
_TRIED_IN_ORDER: Final = """
WITH RECURSIVE given AS MATERIALIZED (SELECT %s::integer AS lock, %s::integer[] AS keys),
taken(place, got) AS (
    SELECT 0, true
    UNION ALL
    SELECT place + 1, pg_try_advisory_xact_lock(lock, keys[place + 1])
    FROM taken, given WHERE got AND place < cardinality(keys)
)
SELECT bool_and(got) FROM taken
"""
#: Seconds that a page waits for a lock: who holds one longer holds it for minutes.
PATIENCE_OF_A_PAGE: Final = 1.5
_PATIENCE: ContextVar[float | None] = ContextVar("patience", default=None)


class Busy(Exception):
    """Somebody else holds a lock for longer than this one may wait; the transaction can only be undone."""

    def __init__(self, lock: Lock) -> None:
        super().__init__(lock.name)
        self.lock = lock


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
    ONE_HAND = 36  # by member of the staff: what they give back alone is counted
    OUTAGES = 32  # by provider: the same outage entered twice at once is one


@contextmanager
def patience(seconds: float | None) -> Iterator[None]:
    """Wait so long for each lock inside, and raise :class:`Busy` then; None: for ever, as jobs do.

    Every page has :data:`PATIENCE_OF_A_PAGE` from its outermost layer unless something else is said.
    """
    before = _PATIENCE.set(seconds)
    try:
        yield
    finally:
        _PATIENCE.reset(before)


def hold(lock: Lock, key: int | str = 0) -> None:
    """Wait until nobody else holds this lock for this key, and hold it until the transaction ends (a step).

    Whoever waits for it, here and below, waits as long as :func:`patience` says. A number is the second key
    as it is and must fit 32 bits. A text enters by its 32-bit hash: two texts may meet in one hash, and then
    wait for each other, which costs time and nothing else.

    :raises RuntimeError: no transaction is open
    :raises Busy: somebody holds it for longer than this one may wait
    """
    _ask("pg_advisory_xact_lock", lock, key, waits=True)


def share(lock: Lock, key: int | str = 0) -> None:
    """Hold this lock beside all who share it: whoever wants it alone waits for them all (a step).

    :raises RuntimeError: no transaction is open
    """
    _ask("pg_advisory_xact_lock_shared", lock, key, waits=True)


def hold_all(lock: Lock, keys: Collection[int]) -> None:
    """Hold this lock for each of the keys, in their order, so that no two wait for each other (a step).

    :raises RuntimeError: no transaction is open
    """
    require_transaction()
    _answer(
        lock,
        "SELECT count(pg_advisory_xact_lock(%s::integer, key)) FROM unnest(%s::integer[]) key",
        [lock.value, sorted(keys)],
        tried=_TRIED_IN_ORDER,
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


def is_held(lock: Lock) -> bool:
    """Whether somebody has this lock alone now, for whatever key; takes nothing, waits for nobody."""
    return bool(
        _one(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = %s::integer::oid"
            " AND objsubid = 2 AND granted AND mode = 'ExclusiveLock' AND pid <> pg_backend_pid()"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))",
            [lock.value],
        )
    )


def _ask(function: str, lock: Lock, key: int | str, *, waits: bool = False) -> object:
    require_transaction()
    second = "hashtext(%s)" if isinstance(key, str) else "%s::integer"
    statement = f"SELECT {function}(%s::integer, {second})"
    tried = statement.replace("pg_advisory", "pg_try_advisory") if waits else ""
    return _answer(lock, statement, [lock.value, key], tried=tried)


def _answer(lock: Lock, statement: str, values: Sequence[Any], *, tried: str) -> object:
    """``tried`` is the same that waits for nobody; empty: the statement itself never waits."""
    seconds = _PATIENCE.get()
    if not tried or seconds is None:
        return _one(statement, values)
    # Mostly it is free, and costs one statement as ever; who waits for it already comes first here too.
    if _one(tried, values) is not False:
        return None
    before = _one("SELECT current_setting('lock_timeout')")
    _wait_at_most(f"{int(seconds * 1000)}ms")
    try:
        answer = _one(statement, values)
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise Busy(lock) from error
        raise
    _wait_at_most(str(before))
    return answer


def _wait_at_most(time: str) -> None:
    _one("SELECT set_config('lock_timeout', %s, true)", [time])


def _one(statement: str, values: Sequence[Any] = ()) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0]
