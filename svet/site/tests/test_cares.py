"""What was done before anything kept its last success goes on counting after an upgrade."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import import_module

import pytest
from django.db import connection

from svet.site.models import CareNote
from svet.site.queries import last_care
from svet.site.rules import Care

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 27, 3, tzinfo=UTC)


def test_what_went_well_before_the_upgrade_went_well() -> None:
    CareNote.objects.create(care=Care.DRILL, at=NOW, well=True)
    CareNote.objects.create(care=Care.VERIFY, at=NOW, well=False)
    migration = import_module("svet.site.migrations.0005_cares_that_went_well").Migration
    with connection.cursor() as cursor:
        for each in migration.operations:
            cursor.execute(each.sql)
    assert {care: each.well_at for care, each in last_care().items()} == {Care.DRILL: NOW, Care.VERIFY: None}
