"""New migrations keep nobody waiting: squawk reads the SQL of those that came after the recorded ones."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader

from svet.kernel.migration_steps import AddIndexConcurrently, AddNotValid, Validate
from tests.upgrade.recorded import recorded
from tests.upgrade.squawk import asked, newer, warnings

pytestmark = pytest.mark.django_db

INDEX = models.Index(fields=["number"], name="planted_by_number")
TABLE = "payments_order"


def test_squawk_has_nothing_against_a_new_migration(capsys: pytest.CaptureFixture[str]) -> None:
    loader = MigrationLoader(None)
    found = newer(loader)
    with capsys.disabled():
        sys.stdout.write(f"\nsquawk: {len(found)} migrations are newer than the {len(recorded())} recorded\n")
    wrong = [line for migration in found for line in asked(migration, loader)]
    assert not wrong, "\n".join(wrong)


def planted(*steps: Any, **given: Any) -> list[str]:
    """What is said against a migration of payments with these steps, as if it stood in the tree."""
    loader = MigrationLoader(None)
    (leaf,) = loader.graph.leaf_nodes("payments")
    plan: dict[str, Any] = {"dependencies": [leaf], "operations": list(steps)} | given
    migration = type("Migration", (migrations.Migration,), plan)("9999_planted", "payments")
    loader.graph.add_node(("payments", "9999_planted"), migration)
    loader.disk_migrations["payments", "9999_planted"] = migration
    loader.graph.add_dependency(migration, ("payments", "9999_planted"), leaf)
    return [line.removeprefix("payments.9999_planted: ") for line in asked(migration, loader)]


@pytest.mark.parametrize(
    ("step", "rule"),
    [
        (migrations.RemoveField("order", "bank_reason"), "ban-drop-column"),
        (migrations.RenameField("order", "number", "code"), "renaming-column"),
        (migrations.AlterField("order", "total_kopecks", models.IntegerField()), "changing-column-type"),
        (
            migrations.AddIndex("order", models.Index(fields=["number"], name="planted")),
            "require-concurrent-index",
        ),
        (
            migrations.AddConstraint(
                "order", models.CheckConstraint(condition=models.Q(total_kopecks__gt=1), name="planted")
            ),
            "constraint-missing-not-valid",
        ),
        (
            migrations.RunSQL(f"ALTER TABLE {TABLE} ADD COLUMN planted bigint NOT NULL"),
            "adding-required-field",
        ),
        (migrations.DeleteModel("Order"), "ban-drop-table"),
    ],
    ids=lambda each: each if isinstance(each, str) else type(each).__name__,
)
def test_a_planted_step_that_would_keep_people_waiting_is_found(step: Any, rule: str) -> None:
    said = planted(step)
    assert any(rule in line for line in said), said
    assert planted(step, squawk={line.split()[2]: "planted" for line in said}) == []


def test_an_excuse_needs_its_reason() -> None:
    step = migrations.RunSQL(f"ALTER TABLE {TABLE} DROP COLUMN number")
    assert planted(step, squawk={"ban-drop-column": " "}) == ["ban-drop-column is allowed without a reason"]


def test_our_own_steps_are_found_gentle_unless_they_share_a_transaction() -> None:
    made = AddNotValid(TABLE, name="planted", rule="CHECK (total_kopecks > 0)")
    proved = Validate(TABLE, name="planted")
    index = AddIndexConcurrently("order", INDEX)
    assert planted(made) == []
    assert planted(proved) == []
    assert planted(index, atomic=False) == []
    assert planted(made, proved)[0] == "planted is proved where it is made"


def test_squawk_itself_is_asked() -> None:
    assert warnings("CREATE TABLE a (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);") == []
    assert len(warnings("DROP TABLE a;")) == 1
    with pytest.raises(AssertionError):
        assert warnings("ALTER TABEL a;") == []
