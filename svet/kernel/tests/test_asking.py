"""One cursor stays with its connection, and nobody can tell it from a fresh one but by the time it takes."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import SynchronousOnlyOperation
from django.db import DataError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from svet.kernel.transactions.asking import ask
from svet.limits.models import Bucket


@pytest.mark.django_db
def test_values_of_any_type_come_back_as_they_went_one_after_another() -> None:
    moment = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
    for kind, value in (
        ("bigint", 7), ("text", "семь"), ("bigint", None), ("numeric", Decimal("7.50")), ("bigint[]", [1, 2]),
        ("bigint[]", []), ("date", date(2026, 2, 28)), ("timestamptz", moment), ("text", "7"), ("bigint", 8),
    ):  # fmt: skip
        assert ask(f"SELECT %s::{kind}", [value]) == [(value,)]


@pytest.mark.django_db
def test_places_of_values_are_read_as_django_writes_them() -> None:
    assert ask("SELECT %s::int - %s::int, '5 %%', 7 %% 4", [9, 4]) == [(5, "5 %", 3)]
    named = "SELECT %(a)s::int - %(b)s::int, %(a)s::int, 'x' LIKE '%%'"
    assert ask(named, {"b": 4, "a": 9, "unused": 1}) == [(5, 9, True)]
    assert ask("SELECT '100 %%'") == [("100 %",)]
    many = ", ".join(["%s::int"] * 120)
    assert ask(f"SELECT {many}", list(range(120))) == [tuple(range(120))]
    with pytest.raises(ProgrammingError):
        ask("SELECT %s::int, %s::int", [1])


@pytest.mark.django_db
def test_what_answers_nothing_has_no_rows_and_every_statement_is_in_the_log() -> None:
    with CaptureQueriesContext(connection) as asked:
        assert ask("DELETE FROM limits_bucket WHERE key = %(key)s", {"key": "nobody"}) == []
        assert ask("SELECT spent FROM limits_bucket WHERE false") == []
    assert len(asked.captured_queries) == 2
    assert not Bucket.objects.exists()


@pytest.mark.django_db
def test_faults_are_those_of_django_and_the_next_statement_is_none_the_worse() -> None:
    for wrong, fault in (("SELECT nothing", ProgrammingError), ("SELECT 'x'::text::int", DataError)):
        with pytest.raises(fault), transaction.atomic():
            ask(wrong)
    # What Python has no day for is told when the rows are read.
    with pytest.raises(DataError):
        ask("SELECT 'infinity'::timestamptz")
    assert ask("SELECT 1") == [(1,)]
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(transaction.TransactionManagementError):
            ask("SELECT 1")


@pytest.mark.django_db
def test_a_long_answer_is_not_held_until_the_next_one() -> None:
    driver: Any = connection
    ask("SELECT 1")
    assert hasattr(driver.connection, "svet_cursor")
    assert len(ask("SELECT generate_series(1, 1001)")) == 1001
    assert not hasattr(driver.connection, "svet_cursor")


@pytest.mark.django_db
def test_a_connection_that_is_closed_is_opened_anew() -> None:
    def told() -> list[Any]:
        before = ask("SELECT pg_backend_pid()")
        same = ask("SELECT pg_backend_pid()")
        connection.close()
        after = ask("SELECT pg_backend_pid()")
        connection.close()
        return [before == same, before == after]

    with ThreadPoolExecutor(1) as another:
        assert another.submit(told).result() == [True, False]


@pytest.mark.django_db
def test_nobody_asks_from_within_an_event_loop() -> None:
    async def asked() -> None:
        ask("SELECT 1")

    ask("SELECT 1")
    with pytest.raises(SynchronousOnlyOperation):
        asyncio.run(asked())
