"""Rows of one act wait for each other, and nobody who looks can tell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from svet.accounts.models import Account
from svet.kernel.bulk import FEW, MOST_VALUES, copy_rows, gathered, take_ids, write_along
from svet.kernel.frozen import Frozen
from svet.limits.models import Bucket

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
COLUMNS = ("name", "key", "spent", "started_at", "resets_at", "free_at")


def _write(name: str, count: int = 1) -> None:
    rows = [(name, f"{each}", 1, NOW, NOW, NOW) for each in range(count)]
    copy_rows(model=Bucket, columns=COLUMNS, rows=rows)


def _accounts(number: str) -> QuerySet[Account]:
    return Account.objects.filter(number=number)


def _buckets(name: str) -> QuerySet[Bucket]:
    return Bucket.objects.filter(name=name)


def _locked(number: str) -> QuerySet[Account]:
    return Account.objects.filter(number=number).select_for_update()


ACCOUNTS, BUCKETS, LOCKED = Frozen(_accounts), Frozen(_buckets), Frozen(_locked)


@contextmanager
def sent(*, writes: int) -> Iterator[None]:
    """So many statements write inside."""
    with CaptureQueriesContext(connection) as asked:
        yield
    assert sum("INSERT" in each["sql"] or "UPDATE" in each["sql"] for each in asked) == writes


@pytest.mark.django_db
def test_what_one_act_writes_is_one_statement() -> None:
    with sent(writes=1), gathered():
        _write("a", 2)
        assert ACCOUNTS.first("1") is None
        _write("b")
        write_along("UPDATE limits_bucket SET spent = %s WHERE name = %s", [7, "nobody"], model=Bucket)
    assert Bucket.objects.count() == 3


@pytest.mark.django_db
def test_a_long_act_is_written_by_several_statements() -> None:
    times, rest = divmod(MOST_VALUES // len(COLUMNS), FEW)
    for name, writes in (("a", 1), ("b", 2)):
        with sent(writes=writes), gathered():
            for each in range(times):
                _write(f"{name}{each}", FEW)
            _write(f"{name}-rest", rest)
            if writes == 2:
                _write(f"{name}-more")
    assert Bucket.objects.count() == 2 * (times * FEW + rest) + 1


@pytest.mark.django_db
@pytest.mark.parametrize("look", ["frozen", "orm", "lock", "keys", "savepoint", "many"])
def test_whoever_could_see_the_rows_sees_them(look: str) -> None:
    with gathered():
        _write("a")
        with CaptureQueriesContext(connection) as asked:
            match look:
                case "frozen":
                    assert len(BUCKETS.all("a")) == 1
                case "orm":
                    assert Bucket.objects.filter(name="a").exists()
                case "lock":
                    LOCKED.first("1")
                case "keys":
                    take_ids(model=Bucket, count=1)
                case "savepoint":
                    with transaction.atomic():
                        pass
                case _:
                    _write("b", FEW + 1)
        assert "INSERT" in asked.captured_queries[0]["sql"]


@pytest.mark.django_db
def test_a_failed_act_writes_nothing() -> None:
    def fails() -> None:
        with gathered():
            _write("a")
            raise ZeroDivisionError

    with sent(writes=0), pytest.raises(ZeroDivisionError):
        fails()
    with sent(writes=1):
        _write("b")


@pytest.mark.django_db
def test_what_the_database_refuses_is_told_at_the_end_and_waits_no_longer() -> None:
    def twice() -> None:
        with transaction.atomic(), gathered():
            _write("a")
            _write("a")

    with pytest.raises(IntegrityError):
        twice()
    with gathered():
        _write("a")
    assert Bucket.objects.count() == 1


@pytest.mark.django_db
def test_what_waits_is_undone_with_the_step_that_gave_it() -> None:
    def fails() -> None:
        with transaction.atomic():
            _write("b")
            raise ZeroDivisionError

    with gathered():
        _write("a")
        with pytest.raises(ZeroDivisionError):
            fails()
        _write("c")
    assert set(Bucket.objects.values_list("name", flat=True)) == {"a", "c"}


@pytest.mark.django_db(transaction=True)
def test_nothing_waits_outside_of_a_transaction() -> None:
    with pytest.raises(RuntimeError), gathered():
        pass
