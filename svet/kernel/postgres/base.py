"""What Django loads for ``ENGINE``: its own backend, whose queries our compiler writes."""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base, operations

from svet.kernel.postgres.looking import look_at
from svet.kernel.postgres.plans import keep_plans


class DatabaseOperations(operations.DatabaseOperations):
    """Django's, but for who writes the text of a query."""

    compiler_module = "svet.kernel.postgres.compiler"


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection as Django makes it, but for how long plans are kept."""

    ops_class = DatabaseOperations

    @property
    def pool(self) -> Any:
        """Django's pool, which looks at a connection before it gives it, instead of asking the server."""
        found = super().pool
        if found is not None and found._check is not None:
            found._check = look_at
        return found

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """One that a rollback takes no plans from."""
        connection = super().get_new_connection(conn_params)
        keep_plans(connection)
        return connection
