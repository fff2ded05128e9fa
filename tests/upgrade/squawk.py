"""Asks squawk about the SQL of migrations: what would keep people waiting, or break the version before.

A migration that must do what squawk warns of says so itself, with its reason:
``squawk = {"ban-drop-column": "nothing has read it for two versions"}``.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

from svet.kernel.migration_steps import AddNotValid, Validate
from tests.upgrade.recorded import recorded

#: What our ``migrate`` does for every migration, or what Django writes by choice.
SETTLED = {
    "require-lock-timeout": "svet migrate sets it for every migration",
    "require-statement-timeout": "a proof of many rows may take its time: nobody waits for it",
    "prefer-robust-stmts": "a migration is whole and noted, or not begun",
    "prefer-text-field": "a length is a rule of the domain; making it longer rewrites nothing",
    "prefer-bigint-over-int": "small numbers are small: shares, days, digits of a dial",
    "prefer-bigint-over-smallint": "the same",
}


def newer(loader: MigrationLoader) -> list[Migration]:
    """Our migrations that are not recorded, in the order of their names."""
    known = set(recorded())
    found = loader.disk_migrations.items()
    return [
        each for key, each in sorted(found) if key not in known and type(each).__module__.startswith("svet.")
    ]


def sql_of(migration: Migration, loader: MigrationLoader) -> str:
    """What PostgreSQL would be told."""
    state = loader.project_state((migration.app_label, migration.name), at_end=False)
    inside = connection.in_atomic_block
    # Nothing is run, so the transaction of a test is none that a concurrent index need mind.
    connection.in_atomic_block = inside and migration.atomic
    try:
        with connection.schema_editor(collect_sql=True, atomic=migration.atomic) as editor:
            migration.apply(state, editor, collect_sql=True)
    finally:
        connection.in_atomic_block = inside
    return "\n".join(editor.collected_sql)


def warnings(text: str, *, atomic: bool = True, allowed: Iterable[str] = ()) -> list[str]:
    """What squawk says of this SQL, a line for each warning."""
    exclude = ",".join([*SETTLED, *allowed])
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("squawk")), "--reporter", "gcc", "--pg-version", "15.0",
            "--exclude", exclude, *(["--assume-in-transaction"] if atomic else []),
        ],
        input=text, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    return [line for line in done.stdout.splitlines() if ": warning:" in line or ": error:" in line]


def together(steps: Iterable[Operation]) -> list[str]:
    """Constraints that are made and proved in one transaction, whose lock would last as long as the proof."""
    steps = list(steps)
    made = {step.name for step in steps if isinstance(step, AddNotValid)}
    return sorted(made & {step.name for step in steps if isinstance(step, Validate)})


def asked(migration: Migration, loader: MigrationLoader) -> list[str]:
    """Everything to say against a migration; its own excuses need a reason."""
    excuses: dict[str, str] = getattr(migration, "squawk", {})
    name = f"{migration.app_label}.{migration.name}"
    wrong = [
        f"{name}: {rule} is allowed without a reason" for rule, why in excuses.items() if not why.strip()
    ]
    wrong += [f"{name}: {each} is proved where it is made" for each in together(migration.operations)]
    said = warnings(sql_of(migration, loader), atomic=migration.atomic, allowed=excuses)
    return wrong + [f"{name}: {line}" for line in said]
