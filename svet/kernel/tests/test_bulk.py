"""Rows of several tables written together: few by one statement, many by COPY, none for an empty table."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svet.kernel.bulk import FEW, TableRows, write_together
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
