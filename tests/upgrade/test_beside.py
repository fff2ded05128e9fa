"""Old code on new tables, without it: the steps of migrations, and rows as a former version writes them."""

from __future__ import annotations

from functools import cache
from typing import Any

import psycopg
import pytest
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader

from svet.kernel.append_only import AppendOnly
from svet.kernel.migration_steps import AddIndexConcurrently, AddNotValid
from tests.upgrade.before_0_1_0 import BEFORE_0_1_0
from tests.upgrade.beside import judged
from tests.upgrade.recorded import put
from tests.upgrade.squawk import newer

TEXT = models.CharField(max_length=20)
OLD = models.CheckConstraint(condition=models.Q(total_kopecks__gt=1), name="planted")
NEW = models.CheckConstraint(condition=models.Q(planted__gt=1), name="planted")


@cache
def loaded() -> MigrationLoader:
    return MigrationLoader(None)


def test_the_version_before_goes_on_over_every_newer_migration() -> None:
    loader = loaded()
    wrong = [
        line
        for each in newer(loader)
        for line in judged(each, loader.project_state((each.app_label, each.name), at_end=False))
    ]
    assert not wrong, "\n".join(wrong)


def test_the_list_of_excuses_names_migrations_that_there_are() -> None:
    there = {f"{each.app_label}.{each.name}" for each in newer(loaded())}
    assert BEFORE_0_1_0.keys() - there == set()


def said(*steps: Any, **given: Any) -> list[str]:
    """What is said against a migration of payments with these steps, behind all that there are."""
    plan = {"operations": list(steps)} | given
    migration = type("Migration", (migrations.Migration,), plan)("9999_planted", "payments")
    found = judged(migration, loaded().project_state())
    return [line.removeprefix("payments.9999_planted: ") for line in found]


@pytest.mark.parametrize(
    ("step", "wrong"),
    [
        (migrations.AddField("order", "planted", models.TextField(default="")), "no default in the database"),
        (migrations.AddField("order", "planted", models.IntegerField()), "no default in the database"),
        (
            migrations.AddField("order", "planted", models.IntegerField(db_default=0, unique=True)),
            "the same value",
        ),
        (migrations.RemoveField("order", "bank_reason"), "reads and writes it"),
        (migrations.RenameField("order", "number", "code"), "reads and writes it"),
        (migrations.DeleteModel("Order"), "reads and writes it"),
        (migrations.RenameModel("Order", "Wish"), "reads and writes it"),
        (migrations.AlterField("boundcard", "bank_id", models.CharField(max_length=20)), "its default"),
        (migrations.AlterField("order", "number", models.CharField(max_length=2)), "becomes varchar(2)"),
        (migrations.AlterField("order", "total_kopecks", models.IntegerField()), "bigint becomes integer"),
        (migrations.AlterField("statementrow", "put_off_until", models.DateField()), "may leave it empty"),
        (migrations.AddConstraint("order", OLD), "keep this rule"),
        (
            AddNotValid(
                "payments_order", name="planted", rule="CHECK (total_kopecks > 1)",
                state=[migrations.AddConstraint("order", OLD)],
            ),
            "keep this rule",
        ),
        (
            migrations.AddConstraint("order", models.UniqueConstraint(fields=["payer"], name="planted")),
            "keep this rule",
        ),
        (
            migrations.CreateModel(
                "Planted",
                [("order", models.OneToOneField("payments.order", models.CASCADE, primary_key=True))],
            ),
            "hang on them",
        ),
        (AppendOnly("payments_order", name="planted"), "may change its rows"),
        (migrations.RunSQL("CREATE TRIGGER planted"), "nobody can see"),
        (migrations.RunPython(migrations.RunPython.noop), "nobody can see"),
    ],
    ids=lambda each: each if isinstance(each, str) else type(each).__name__,
)  # fmt: skip
def test_a_planted_step_that_the_version_before_would_run_into_is_found(step: Any, wrong: str) -> None:
    found = said(step)
    assert any(wrong in line for line in found), found
    names = {line.split(": ")[0]: "a reason that is written down" for line in found}
    assert said(step, beside=names) == []
    assert len(said(step, beside=dict.fromkeys(names, "because"))) == len(names)


@pytest.mark.parametrize(
    "steps",
    [
        [migrations.AddField("order", "planted", models.IntegerField(null=True))],
        [migrations.AddField("order", "planted", models.IntegerField(db_default=0))],
        [
            migrations.AddField("order", "planted", models.IntegerField(null=True)),
            AddNotValid(
                "payments_order", name="planted", rule="CHECK (planted > 1)",
                state=[migrations.AddConstraint("order", NEW)],
            ),
        ],
        [migrations.AlterField("order", "number", models.CharField(max_length=200))],
        [migrations.CreateModel("Planted", [("word", TEXT)]), migrations.AddField("planted", "more", TEXT)],
        [AddIndexConcurrently("order", models.Index(fields=["number"], name="planted"))],
        [migrations.RunSQL("CREATE INDEX planted ON payments_order (number);")],
    ],
    ids=lambda each: type(each[-1]).__name__,
)  # fmt: skip
def test_a_step_that_widens_needs_no_word(steps: list[Any]) -> None:
    assert said(*steps) == []


def test_an_excuse_of_nothing_is_told() -> None:
    step = migrations.AddField("order", "planted", models.IntegerField(null=True))
    assert said(step, beside={"AddField order.else": "a reason that is written down"}) == [
        "AddField order.else needs no excuse"
    ]


@pytest.mark.django_db
def test_rows_as_the_recorded_version_writes_them_stand_in_todays_tables() -> None:
    """Its columns, its values, its words, in tables with today's columns and rules."""
    connection.ensure_connection()
    link: Any = connection.connection
    put(link)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM payments_order")
        assert cursor.fetchone() != (0,)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "step",
    [
        "ALTER TABLE payments_order ADD COLUMN planted text NOT NULL",
        "ALTER TABLE payments_order DROP COLUMN number",
        "ALTER TABLE payments_order ADD CONSTRAINT planted CHECK (total_kopecks < 0)",
    ],
)
def test_rows_of_the_recorded_version_find_a_planted_step(step: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(step)
        with pytest.raises(psycopg.Error):
            put(cursor.connection)
