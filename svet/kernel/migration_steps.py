"""Steps of migrations for tables that people are reading and writing: none keeps them waiting for long.

``svet migrate`` runs each migration in one transaction and waits at most five seconds for a lock. What must
look at every row of a large table does it in steps that let others work: a rule is first made for new rows
(``AddNotValid``), and a migration later proved of the old ones (``Validate``); an index is built beside the
writers (``AddIndexConcurrently``) and goes beside them (``DropIndexes``), in a migration that says
``atomic = False`` and holds nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres import operations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import RunSQL
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class AddNotValid(RunSQL):
    """A constraint that binds what is written from now on; ``rule`` is its SQL, a check or a foreign key.

    ``state`` are Django's own operations for the same (an ``AddConstraint``, an ``AlterField``), of which
    only the memory of the models is kept.
    """

    def __init__(self, table: str, *, name: str, rule: str, state: Sequence[Operation] = ()) -> None:
        self._table, self.name = table, name
        self._given: dict[str, Any] = {"name": name, "rule": rule, "state": list(state)}
        super().__init__(
            f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" {rule} NOT VALID;',
            f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}";',
            state_operations=list(state),
        )

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """How a migration writes this step down."""
        return type(self).__qualname__, [self._table], self._given

    def describe(self) -> str:
        """What ``migrate --plan`` says."""
        return f"Bind new rows of {self._table} by {self.name}"


class Validate(RunSQL):
    """Prove of the old rows what ``AddNotValid`` of an earlier migration asks of new ones; nobody waits."""

    def __init__(self, table: str, *, name: str) -> None:
        self._table, self.name = table, name
        self._given = {"name": name}
        super().__init__(f'ALTER TABLE "{table}" VALIDATE CONSTRAINT "{name}";', RunSQL.noop)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """How a migration writes this step down."""
        return type(self).__qualname__, [self._table], self._given

    def describe(self) -> str:
        """What ``migrate --plan`` says."""
        return f"Prove {self.name} of the old rows of {self._table}"


class AddIndexConcurrently(operations.AddIndexConcurrently):
    """Django's, but it may be run again: what a killed or failed build left behind is dropped first."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        schema_editor.execute(
            f"DROP INDEX CONCURRENTLY IF EXISTS {schema_editor.quote_name(self.index.name)}"
        )
        super().database_forwards(app_label, schema_editor, from_state, to_state)


class DropIndexes(RunSQL):
    """Indexes away that nothing needs, beside the writers, one after the other; gone ones are passed over.

    ``state`` are Django's own operations for the same (``AlterField`` with ``db_index=False``). What Django
    makes beside a unique text for LIKE stands in no memory of the models, so there is none for it.
    """

    def __init__(self, names: Sequence[str], *, state: Sequence[Operation] = ()) -> None:
        self._names = list(names)
        self._given = {"state": list(state)}
        super().__init__(
            [f'DROP INDEX CONCURRENTLY IF EXISTS "{name}"' for name in names],
            RunSQL.noop,
            state_operations=list(state),
        )

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Note it in the memory of the models. Those drawn up already need not be drawn anew for an index."""
        drawn = vars(state).pop("apps", None)
        super().state_forwards(app_label, state)
        if drawn is not None:
            vars(state)["apps"] = drawn

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """How a migration writes this step down."""
        return type(self).__qualname__, [self._names], self._given

    def describe(self) -> str:
        """What ``migrate --plan`` says."""
        return f"Drop indexes that nothing needs: {', '.join(self._names)}"


#: What a migration without a transaction may hold: each may be run again after half of it was done.
REPEATABLE = (AddIndexConcurrently, DropIndexes)
