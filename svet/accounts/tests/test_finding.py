"""The search asks indexes: no account is looked at only to see that it is none of those meant."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svet.accounts.queries import finding
from svet.accounts.tests.factories import make_account


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("ask", "indexes"),
    [
        (lambda: finding.by_words("Фонарная 12-7"), {"premises_words"}),
        (lambda: finding.by_words("лучинина фонарная"), {"premises_words", "account_holder_words"}),
        (lambda: finding.by_phone("+79117178512"), {"account_by_phone"}),
        (lambda: finding.by_number("035606"), {"account_by_number"}),
    ],
)
def test_each_way_has_its_index(ask: Callable[[], list[int]], indexes: set[str]) -> None:
    make_account()
    with CaptureQueriesContext(connection) as asked:
        ask()
    with connection.cursor() as cursor:
        # A table of one row is read whole or by its keys unless that is forbidden.
        for way in ("seqscan", "indexscan", "indexonlyscan", "nestloop"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        plans = ""
        for query in asked.captured_queries:
            cursor.execute(f"EXPLAIN {query['sql']}")
            plans += "\n".join(row[0] for row in cursor.fetchall())
    assert {name for name in indexes if name in plans} == indexes, plans


@pytest.mark.django_db
def test_letters_that_are_written_two_ways_are_one() -> None:
    account = make_account()
    type(account).objects.filter(pk=account.pk).update(holder_name="Ёлкина Алёна")
    for asked in ("елкина", "ЁЛКИНА АЛЕНА", "алёна ёлк"):
        assert finding.by_words(asked) == [account.pk], asked
