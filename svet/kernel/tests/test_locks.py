"""Advisory locks: held by name and key until the transaction ends, and never outside one."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from svet.kernel.locks import Lock, free, hold, hold_all, patience


def held() -> set[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT classid::bigint, objid::bigint FROM pg_locks"
            " WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND granted"
        )
        return {(row[0], row[1]) for row in cursor.fetchall()}


@pytest.mark.django_db(transaction=True)
def test_a_lock_is_held_for_its_key_until_the_transaction_ends() -> None:
    with transaction.atomic():
        hold(Lock.BILLING, 7)
        assert held() == {(Lock.BILLING, 7)}
        hold(Lock.BILL_ISSUE, 7)
        hold(Lock.PHONE, "+79000000001")
        hold(Lock.PHONE, "+79000000002")
        assert len(held()) == 4
    assert held() == set()


@pytest.mark.django_db(transaction=True)
def test_a_lock_that_would_be_let_go_at_once_is_refused() -> None:
    with pytest.raises(RuntimeError, match="must run inside"):
        hold(Lock.BILLING, 7)


@pytest.mark.django_db(transaction=True)
def test_who_waits_for_one_of_several_has_none_behind_it() -> None:
    """Whoever takes them in the same order and has the one between would wait for that, both for ever."""
    seen: list[set[tuple[int, int]]] = []
    asks = threading.Event()

    def impatient() -> None:
        try:
            with transaction.atomic(), patience(30):
                asks.set()
                hold_all(Lock.CHARGED_ACCOUNTS, [3, 1, 2])
                seen.append(held())
        finally:
            connection.close()

    other = threading.Thread(target=impatient)
    with transaction.atomic():
        hold(Lock.CHARGED_ACCOUNTS, 2)
        other.start()
        assert asks.wait(10)
        while not _waits():
            assert other.is_alive()
        assert [key for key in (1, 3) if free(Lock.CHARGED_ACCOUNTS, key)] == [3]
    other.join()
    assert seen == [{(Lock.CHARGED_ACCOUNTS, key) for key in (1, 2, 3)}]


@pytest.mark.django_db(transaction=True)
def test_nothing_to_hold_is_held_at_once() -> None:
    with transaction.atomic(), patience(0.01):
        hold_all(Lock.CHARGED_ACCOUNTS, [])
        hold_all(Lock.CHARGED_ACCOUNTS, [5])
        assert held() == {(Lock.CHARGED_ACCOUNTS, 5)}


def _waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)")
        return bool(cursor.fetchone()[0])
