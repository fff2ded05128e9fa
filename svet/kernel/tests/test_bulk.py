"""Rows of several tables written together: few by one statement, many by COPY, none for an empty table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svet.kernel.bulk import FEW, TableRows, copy_rows, write_together
from svet.limits.models import Bucket

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
COLUMNS = ("name", "key", "spent", "started_at", "resets_at", "free_at")


def _buckets(name: str, count: int) -> TableRows:
    return TableRows(Bucket, COLUMNS, [(name, f"{each}", 1, NOW, NOW, NOW) for each in range(count)])


@pytest.mark.django_db
def test_few_rows_of_any_number_of_tables_are_one_statement() -> None:
    with CaptureQueriesContext(connection) as asked:
        write_together(_buckets("a", 2), _buckets("b", 1), _buckets("c", 5))
        write_together(_buckets("d", 3))
    assert len(asked.captured_queries) == 2
    assert Bucket.objects.count() == 2 + 1 + 5 + 3


@pytest.mark.django_db
def test_many_or_no_rows_are_written_all_the_same() -> None:
    write_together(_buckets("a", 2), _buckets("b", 0), _buckets("c", FEW + 5))
    assert Bucket.objects.count() == 2 + FEW + 5


@pytest.mark.django_db
def test_rows_copied_in_the_form_of_the_database_are_the_same_rows() -> None:
    rows = [
        (f'a\tb\\N\n"{each}" «ё»', f"{each}", each, NOW, NOW + timedelta(hours=each), NOW)
        for each in range(2 * FEW)
    ]
    for binary in (True, False):
        Bucket.objects.all().delete()
        copy_rows(model=Bucket, columns=COLUMNS, rows=rows, binary=binary)
        found = Bucket.objects.order_by("resets_at").values_list(*COLUMNS)
        assert list(found) == rows
