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
def test_the_note_of_moved_readings_joins_its_two_tables_as_wholes() -> None:
    """Marking 9,000 readings as used cost five seconds of a processor where the caller had asked for keys."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT proconfig FROM pg_proc WHERE proname = 'metering_note_moved'")
        (settings,) = cursor.fetchone()
    assert "enable_hashjoin=on" in (settings or [])
