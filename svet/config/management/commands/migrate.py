"""Django's ``migrate``, except that a kill leaves each migration either whole and noted, or not begun."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate
from django.db import transaction
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState


class WholeExecutor(MigrationExecutor):
    """Django notes a migration that has indexes or foreign keys after its commit: a stop in between made
    every later start fail with "already exists"."""

    def apply_migration(
        self, state: ProjectState, migration: Migration, fake: bool = False, fake_initial: bool = False
    ) -> ProjectState:
        if not migration.atomic:
            return super().apply_migration(state, migration, fake, fake_initial)
        with transaction.atomic(using=self.connection.alias):
            return super().apply_migration(state, migration, fake, fake_initial)


class Command(migrate.Command):
    """``svet migrate`` and ``svet manage migrate``."""

    def handle(self, *args: Any, **options: Any) -> None:
        # The command asks its own module for the executor; there is no other way in.
        vars(migrate)["MigrationExecutor"] = WholeExecutor
        super().handle(*args, **options)
