"""Django's ``migrate``, except that each migration is whole or not begun, and waits for no lock for long.

Tables that a migration makes one behind the other are drawn up together, and of a column or a rule of a table
that stands its model is told: Django draws up every model that has to do with a changed one again, which of a
hundred tables took two thirds of the time of an installation.
"""

from __future__ import annotations

from copy import copy
from itertools import groupby
from typing import Any

from django.core.management.commands import migrate
from django.db import NotSupportedError, OperationalError, transaction
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations import (
    AddConstraint,
    AddField,
    AddIndex,
    CreateModel,
    RemoveConstraint,
    RemoveIndex,
    RunSQL,
)
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from psycopg.errors import LockNotAvailable

from svet.kernel.migration_steps import REPEATABLE

#: Whoever waits for a whole table makes everybody wait who comes after: rather give up, and try later.
LOCK_TIMEOUT = "5s"


class CreateModels(Operation):
    """The same tables in the same order, except that the state is drawn up once, behind the last of them."""

    def __init__(self, steps: list[CreateModel]) -> None:
        self.steps = steps

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        drawn = vars(state).pop("apps", None)
        for step in self.steps:
            step.state_forwards(app_label, state)
        if drawn is not None:
            vars(state)["apps"] = drawn
            state.reload_models([(app_label, step.name_lower) for step in self.steps], delay=False)

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for step in self.steps:
            step.database_forwards(app_label, schema_editor, from_state, to_state)


class ToldInPlace(Operation):
    """The same step, except that the model is told of its new column, rules or indexes and stays the same.

    The state before the step has the same model, and then knows the new ones as well: on the way forwards
    these steps ask it for nothing but the name of the table.
    """

    def __init__(self, step: Operation) -> None:
        self.step = step

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        drawn = vars(state).pop("apps", None)
        self.step.state_forwards(app_label, state)
        if drawn is None:
            return
        vars(state)["apps"] = drawn
        for change in _changes(self.step):
            model = drawn.get_model(app_label, change.model_name)
            known: Any = state.models[app_label, change.model_name.lower()]
            if isinstance(change, AddField):
                model.add_to_class(change.name, known.fields[change.name].clone())
            else:
                model._meta.constraints = [rule.clone() for rule in known.options["constraints"]]
                model._meta.indexes = [index.clone() for index in known.options["indexes"]]
                vars(model._meta).pop("total_unique_constraints", None)

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        self.step.database_forwards(app_label, schema_editor, from_state, to_state)


def _changes(step: Operation) -> list[Any]:
    """What the step changes of models: itself, or what a step of SQL says of them."""
    return list(step.state_operations or ()) if isinstance(step, RunSQL) else [step]


def _is_told(change: Any) -> bool:
    """Whether no other model has to do with it: it is a plain column, a rule or an index."""
    if type(change) is AddField:
        return not change.field.is_relation and not change.field.primary_key
    return type(change) in (AddConstraint, RemoveConstraint, AddIndex, RemoveIndex)


def drawn_together(migration: Migration) -> Migration:
    """The migration with its models drawn up as seldom as may be; the one given stays as it is."""
    together: list[Operation] = []
    for creating, steps in groupby(migration.operations, lambda step: type(step) is CreateModel):
        found: list[Any] = list(steps)
        if creating:
            together += [CreateModels(found)] if len(found) > 1 else found
            continue
        for step in found:
            changes = _changes(step)
            together.append(ToldInPlace(step) if changes and all(map(_is_told, changes)) else step)
    same = copy(migration)
    setattr(same, "operations", together)  # noqa: B010 - said to be the class's, and kept by each instance
    return same


class WholeExecutor(MigrationExecutor):
    """Django notes a migration that has indexes or foreign keys after its commit: a stop in between made
    every later start fail with "already exists"."""

    def apply_migration(
        self, state: ProjectState, migration: Migration, fake: bool = False, fake_initial: bool = False
    ) -> ProjectState:
        """Apply it in one transaction, waiting at most ``LOCK_TIMEOUT`` for each lock.

        A migration with ``atomic = False`` has no transaction: it may hold only what can be run again. Its
        steps wait without keeping anybody, therefore without an end.

        :raises NotSupportedError: it holds something else
        """
        if not migration.atomic:
            for step in migration.operations:
                if not isinstance(step, REPEATABLE):
                    raise NotSupportedError(f"{migration}: {type(step).__name__} needs a transaction")
            return super().apply_migration(state, migration, fake, fake_initial)
        with transaction.atomic(using=self.connection.alias):
            self._wait_shortly()
            whole = migration if fake or fake_initial else drawn_together(migration)
            return super().apply_migration(state, whole, fake, fake_initial)

    def unapply_migration(
        self, state: ProjectState, migration: Migration, fake: bool = False
    ) -> ProjectState:
        """Take it back in one transaction, waiting as shortly."""
        if not migration.atomic:
            return super().unapply_migration(state, migration, fake)
        with transaction.atomic(using=self.connection.alias):
            self._wait_shortly()
            return super().unapply_migration(state, migration, fake)

    def _wait_shortly(self) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])


class Command(migrate.Command):
    """``svet migrate`` and ``svet manage migrate``."""

    def handle(self, *args: Any, **options: Any) -> None:
        """:raises OperationalError: a table was in use for longer than a migration waits"""
        # The command asks its own module for the executor; there is no other way in.
        vars(migrate)["MigrationExecutor"] = WholeExecutor
        try:
            super().handle(*args, **options)
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
            raise OperationalError(
                f"somebody has used a table for more than {LOCK_TIMEOUT}; nothing of this migration"
                " was done: run svet migrate again"
            ) from error
