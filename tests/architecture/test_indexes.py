"""No index is carried for nothing: each one costs every row that is written, in bytes, in WAL and in time."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
#: Beside a unique or indexed text Django makes an index for LIKE; these are asked by a beginning.
ASKED_BY_BEGINNING: frozenset[str] = frozenset()
MEND = "drop it by DropIndexes of svet.kernel.migration_steps; a foreign key says db_index=False"

# One with whose columns another begins, in the same order, of the same classes. Unique ones are rules.
_BEGINS = """
SELECT few.relname || ' is the beginning of ' || more.relname
FROM pg_index a JOIN pg_index b ON b.indrelid = a.indrelid AND b.indexrelid <> a.indexrelid
JOIN pg_class few ON few.oid = a.indexrelid JOIN pg_class more ON more.oid = b.indexrelid
JOIN pg_class t ON t.oid = a.indrelid JOIN pg_am m ON m.oid = few.relam
WHERE t.relname = ANY(%s) AND m.amname = 'btree' AND more.relam = few.relam
    AND NOT a.indisunique AND a.indexprs IS NULL AND b.indexprs IS NULL
    AND pg_get_expr(a.indpred, a.indrelid) IS NOT DISTINCT FROM pg_get_expr(b.indpred, b.indrelid)
    AND a.indnkeyatts <= b.indnkeyatts AND a.indnatts = a.indnkeyatts
    AND (b.indkey::int[])[0:a.indnkeyatts - 1] = (a.indkey::int[])[0:a.indnkeyatts - 1]
    AND (b.indoption::int[])[0:a.indnkeyatts - 1] = (a.indoption::int[])[0:a.indnkeyatts - 1]
    AND (b.indclass::oid[])[0:a.indnkeyatts - 1] = (a.indclass::oid[])[0:a.indnkeyatts - 1]
    AND (a.indnkeyatts < b.indnkeyatts OR b.indisunique OR a.indexrelid < b.indexrelid)
ORDER BY 1
"""


def our_tables() -> list[str]:
    models = apps.get_models(include_auto_created=True)
    return [model._meta.db_table for model in models if model.__module__.startswith("svet.")]


def asked(query: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(query, [our_tables()])
        return [name for (name,) in cursor.fetchall()]


def test_no_index_is_the_beginning_of_another() -> None:
    assert asked(_BEGINS) == [], MEND


def test_no_index_is_there_for_like_where_nothing_is_asked_by_its_beginning() -> None:
    found = asked(
        "SELECT DISTINCT i.relname FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid"
        " JOIN pg_class t ON t.oid = x.indrelid JOIN pg_opclass o ON o.oid = ANY(x.indclass)"
        " WHERE t.relname = ANY(%s) AND o.opcname LIKE '%%_pattern_ops' ORDER BY 1"
    )
    assert set(found) == ASKED_BY_BEGINNING, MEND


def test_an_index_that_the_test_must_find_is_found() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX planted_few ON bills_bill (account_id)")
        cursor.execute("CREATE INDEX planted_more ON bills_bill (account_id, issued_at)")
        cursor.execute("CREATE INDEX planted_partial ON bills_bill (account_id) WHERE version > 1")
    found = [line for line in asked(_BEGINS) if line.startswith("planted")]
    assert any(line.startswith("planted_few is the beginning of ") for line in found)
    assert not any("planted_partial" in line for line in found)


def test_what_is_dropped_by_name_is_the_name_that_was_made() -> None:
    """An index of another name is passed over without a word: then both tests above would have said so."""
    dropped = [
        name
        for path in (ROOT / "svet").glob("*/migrations/*_indexes_that_nothing_needs.py")
        for name in re.findall(r"(?m)^ {16}'(\w+)',$", path.read_text("utf-8"))
    ]
    assert len(dropped) == len(set(dropped)) > 90
