"""A world that is given again is the one that was built, row by row; where it cannot be given it is built."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection, transaction

from svet.accounts.models import Account
from svet.autopay.tests.factories import make_cast
from svet.billing.tests.factories import charge_november
from svet.billing.tests.test_order import make_summer
from svet.bills.tests.test_chain import live
from svet.ledger import queries as ledger
from svet.payments.tests.factories import make_family, owe
from svet.people.tests.factories import make_person
from tests.kept import all_tables, written_of

pytestmark = pytest.mark.django_db
WORLDS = [make_family, make_cast, charge_november, live, make_summer]


@contextmanager
def taken_back() -> Iterator[None]:
    mark = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(mark)


def rows() -> dict[str, list[str]]:
    """All that is written, of each table its rows as texts."""
    found = {}
    with connection.cursor() as cursor:
        for table in written_of(all_tables()):
            cursor.execute(f"SELECT t::text FROM {connection.ops.quote_name(table)} t ORDER BY 1")
            found[table] = [text for (text,) in cursor.fetchall()]
    return found


@pytest.mark.parametrize("build", WORLDS, ids=lambda build: build.__name__)
def test_a_world_given_again_is_the_one_that_was_built(build: Callable[[], Any]) -> None:
    with taken_back():
        build()
        first = rows()
    with taken_back():
        build()
        assert rows() == first
    with taken_back():
        plainly: Any = build
        plainly.__wrapped__()
        # Other keys and outer ids, the same number of everything.
        assert {table: len(each) for table, each in rows().items()} == {
            table: len(each) for table, each in first.items()
        }


def test_life_goes_on_in_a_world_that_was_given() -> None:
    with taken_back():
        make_family()
    family = make_family()
    owe(family.first, 100)
    assert ledger.balance(family.first.pk).kopecks == 300_00 + 100
    assert make_person().pk > family.vera.pk


def test_beside_what_is_written_already_and_under_own_settings_it_is_built(settings: LazySettings) -> None:
    with taken_back():
        family = make_family()
    with taken_back():
        make_person()
        assert make_family().first.pk > family.first.pk
    with taken_back():
        make_family()
        assert make_family().anna.pk > family.anna.pk
        assert Account.objects.count() == 4
    settings.LIMITS_FACTOR = 2
    assert make_family().anna.pk > family.anna.pk


def test_a_worker_that_ran_before_keeps_no_world_from_being_given() -> None:
    with taken_back():
        family = make_family()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    assert make_family().anna.pk == family.anna.pk
