"""Django's ``migrate``, except that each migration is whole or not begun, and waits for no lock for long."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate
from django.db import NotSupportedError, OperationalError, transaction
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState
from psycopg.errors import LockNotAvailable

from svet.kernel.migration_steps import REPEATABLE

#: Whoever waits for a whole table makes everybody wait who comes after: rather give up, and try later.
LOCK_TIMEOUT = "5s"


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
            return super().apply_migration(state, migration, fake, fake_initial)

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
