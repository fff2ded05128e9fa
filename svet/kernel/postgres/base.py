"""What Django loads for ``ENGINE``: its own backend, whose queries our compiler writes."""

from __future__ import annotations

from django.db.backends.postgresql import base, operations


class DatabaseOperations(operations.DatabaseOperations):
    """Django's, but for who writes the text of a query."""

    compiler_module = "svet.kernel.postgres.compiler"


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection as Django makes it."""

    ops_class = DatabaseOperations
