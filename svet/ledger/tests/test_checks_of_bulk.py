"""Checks of whole statements must stay linear however old their connection's plans are."""

from __future__ import annotations

import pytest
from django.db import connection

_CHECKS = """
SELECT DISTINCT p.proname, coalesce(p.proconfig, '{}') FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
WHERE t.tgnewtable = 'inserted' AND p.prosrc ~* 'join (ledger|billing|accounts)_'
"""
#: A plan made while a table had a page reads all of it for every new row, also once it has a million.
WANTED = {"enable_seqscan=off", "enable_hashjoin=off", "enable_mergejoin=off"}


@pytest.mark.django_db
def test_a_check_of_a_statement_finds_rows_of_other_tables_by_their_index() -> None:
    """A register of 66,000 payments took 200 s in a process that had posted a single one before."""
    with connection.cursor() as cursor:
        cursor.execute(_CHECKS)
        found = {name: WANTED - set(settings) for name, settings in cursor.fetchall()}
    assert len(found) >= 3
    assert {name: missing for name, missing in found.items() if missing} == {}


@pytest.mark.django_db
def test_readings_that_go_on_counting_leave_no_note_and_cost_none() -> None:
    """A trigger over both tables of a statement cost more than the marking of a million readings itself."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = 'metering_readingset_moved'"
        )
        (told,) = cursor.fetchone()
    assert "FOR EACH ROW WHEN" in told
    assert "REFERENCING" not in told
