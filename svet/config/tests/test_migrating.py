"""A migration is kept and noted together, so a start that is killed half-way can be made again."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import get_commands
from django.db import connection, migrations, models
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState

from svet.config.management.commands.migrate import WholeExecutor, drawn_together
from svet.kernel.migration_steps import AddNotValid


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


def a_house_of_a_lamp(apps: Any, _: object) -> None:
    """What is told in place is there for who writes rows on the way."""
    house = apps.get_model("probe", "House").objects.create(number=7, letter="b")
    flat = apps.get_model("probe", "Flat").objects.create(house=house)
    apps.get_model("probe", "Room").objects.create(flat=flat, house=house)


class Several(migrations.Migration):
    """Tables that refer to each other and to one that stands, with another step between them."""

    operations = [
        table("House"),
        table("Flat", house=models.ForeignKey("probe.House", models.CASCADE)),
        table("Room", flat=models.ForeignKey("probe.Flat", models.CASCADE, related_name="rooms")),
        migrations.AddField("House", "number", models.IntegerField(default=1), preserve_default=False),
        migrations.AddField("House", "letter", models.CharField(max_length=1, db_default="a")),
        migrations.AddConstraint("House", models.UniqueConstraint(fields=["number"], name="numbered_once")),
        migrations.AddConstraint("Flat", models.CheckConstraint(condition=models.Q(id__gt=0), name="gone")),
        migrations.RemoveConstraint("Flat", "gone"),
        migrations.AddIndex("House", models.Index(fields=["letter", "number"], name="house_by_letter")),
        AddNotValid(
            "probe_house",
            name="no_house_zero",
            rule="CHECK (number > 0)",
            state=[
                migrations.AddConstraint(
                    "House", models.CheckConstraint(condition=models.Q(number__gt=0), name="no_house_zero")
                )
            ],
        ),
        migrations.AddField("Room", "house", models.ForeignKey("probe.House", models.CASCADE, null=True)),
        migrations.RunPython(a_house_of_a_lamp, migrations.RunPython.noop),
        migrations.AlterField("House", "number", models.BigIntegerField()),
        table("Lamp", room=models.OneToOneField("probe.Room", models.CASCADE)),
        table("Wire", lamp=models.ForeignKey("probe.Lamp", models.CASCADE)),
    ]


def drawn(state: ProjectState) -> dict[str, list[str]]:
    """Every table of the state with what it has, its rules and indexes, and who points at it."""
    return {
        model.__name__: sorted(
            [field.name for field in model._meta.get_fields()]
            + [repr(each) for each in (*model._meta.constraints, *model._meta.indexes)]
        )
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
                "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
                " WHERE conrelid::regclass::text = ANY(%(names)s)"
                " UNION ALL SELECT tablename, indexname, indexdef FROM pg_indexes"
                " WHERE tablename = ANY(%(names)s)"
                " UNION ALL SELECT table_name, column_name,"
                " concat_ws(' ', data_type, is_nullable, column_default)"
                " FROM information_schema.columns WHERE table_name = ANY(%(names)s) ORDER BY 1, 2, 3",
                {"names": names},
            )
            made.append((drawn(state), cursor.fetchall(), state.models))
        executor.unapply_migration(ProjectState(), several)
        assert not set(names) & set(connection.introspection.table_names())
    assert made[0] == made[1]
    assert made[0][0]["Flat"] == ["house", "id", "rooms"]
    assert "<UniqueConstraint: fields=('number',) name='numbered_once'>" in made[1][0]["House"]
    assert [type(step).__name__ for step in drawn_together(several).operations] == [
        "CreateModels", *["ToldInPlace"] * 7, "AddField", "RunPython", "AlterField", "CreateModels",
    ]  # fmt: skip


def test_migrate_is_ours() -> None:
    assert get_commands()["migrate"] == "svet.config"
