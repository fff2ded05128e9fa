"""What the database refuses by itself."""

import pytest
from django.db import connection

from svet.metering.models import ReadingSet


@pytest.mark.django_db
def test_every_column_of_a_set_but_its_state_is_guarded() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT a.attname::text FROM pg_trigger t
            JOIN pg_attribute a ON a.attrelid = t.tgrelid AND a.attnum = ANY(t.tgattr)
            WHERE t.tgname = 'metering_readingset_only_state'
            """
        )
        guarded = {row[0] for row in cursor.fetchall()}
    assert guarded == {field.column for field in ReadingSet._meta.concrete_fields} - {"state"}
