"""A migration is kept and noted together, so a start that is killed half-way can be made again."""

from __future__ import annotations

import pytest
from django.core.management import get_commands
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState

from svet.config.management.commands.migrate import WholeExecutor


class Probe(migrations.Migration):
    operations = [
        migrations.CreateModel(
            name="Kept",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("n", models.IntegerField(db_index=True)),
            ],
        )
    ]


@pytest.mark.django_db(transaction=True)
def test_a_migration_killed_before_it_is_noted_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(WholeExecutor, "record_migration", killed)
    with pytest.raises(KeyboardInterrupt):
        WholeExecutor(connection).apply_migration(ProjectState(), Probe("0001_probe", "probe"))
    assert "probe_kept" not in connection.introspection.table_names()


def test_migrate_is_ours() -> None:
    assert get_commands()["migrate"] == "svet.config"
