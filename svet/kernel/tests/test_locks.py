"""Advisory locks: held by name and key until the transaction ends, and never outside one."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from svet.kernel.locks import Lock, hold, waiting


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


@pytest.mark.django_db
def test_patience_is_for_the_locks_inside_alone() -> None:
    with waiting(3):
        assert patience() == "3s"
        hold(Lock.BILLING, 7)
    assert patience() == "0"
    with waiting(None):
        assert patience() == "0"


def patience() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout')")
        return str(cursor.fetchone()[0])
