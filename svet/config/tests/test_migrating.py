"""A migration is kept and noted together, so a start that is killed half-way can be made again."""

from __future__ import annotations

import pytest
from django.core.management import get_commands
from django.db import connection, migrations, models
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState

from svet.config.management.commands.migrate import WholeExecutor, drawn_together


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


def table(name: str, **fields: models.Field[object, object]) -> migrations.CreateModel:
    return migrations.CreateModel(name, [("id", models.BigAutoField(primary_key=True)), *fields.items()])


class Several(migrations.Migration):
    """Tables that refer to each other and to one that stands, with another step between them."""

    operations = [
        table("House"),
        table("Flat", house=models.ForeignKey("probe.House", models.CASCADE)),
        table("Room", flat=models.ForeignKey("probe.Flat", models.CASCADE, related_name="rooms")),
        migrations.AddField("House", "number", models.IntegerField(default=1)),
        table("Lamp", room=models.OneToOneField("probe.Room", models.CASCADE)),
        table("Wire", lamp=models.ForeignKey("probe.Lamp", models.CASCADE)),
    ]


def drawn(state: ProjectState) -> dict[str, list[str]]:
    """Every table of the state with what it has and who points at it."""
    return {
        model.__name__: sorted(field.name for field in model._meta.get_fields())
        for model in state.apps.get_models()
    }


@pytest.mark.django_db(transaction=True)
def test_tables_drawn_up_together_are_those_drawn_up_one_by_one() -> None:
    several = Several("0001_several", "probe")
    made = []
    for executor in (MigrationExecutor(connection), WholeExecutor(connection)):
        begun = ProjectState()
        assert begun.apps  # as in the middle of a command, where models are drawn up
        state = executor.apply_migration(begun, several)
        names = [f"probe_{name}" for name in ("house", "flat", "room", "lamp", "wire")]
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint"
                " WHERE conrelid::regclass::text = ANY(%s) ORDER BY 1, 2",
                [names],
            )
            made.append((drawn(state), cursor.fetchall(), state.models))
        executor.unapply_migration(ProjectState(), several)
        assert not set(names) & set(connection.introspection.table_names())
    assert made[0] == made[1]
    assert made[0][0]["Flat"] == ["house", "id", "rooms"]
    assert [type(step).__name__ for step in drawn_together(several).operations] == [
        "CreateModels", "AddField", "CreateModels",
    ]  # fmt: skip


def test_migrate_is_ours() -> None:
    assert get_commands()["migrate"] == "svet.config"
