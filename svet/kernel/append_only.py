"""Tables whose rows stay: one trigger function for all rooms, and the step of a migration that sets it."""

from __future__ import annotations

from typing import Any, Final

from django.db.migrations.operations import RunSQL

#: Refuses whatever it is asked; the trigger's own argument says why, for those who read the error.
FUNCTION: Final = """
CREATE OR REPLACE FUNCTION svet_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $function$
BEGIN
    RAISE EXCEPTION '% of % is refused: %', TG_OP, TG_TABLE_NAME, coalesce(TG_ARGV[0], 'it is append-only')
        USING ERRCODE = 'restrict_violation';
END $function$;
"""

# The last trigger takes the function with it: a room unmigrated by itself leaves the others theirs.
_WITHOUT_FUNCTION: Final = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgfoid = 'svet_refuse_change'::regproc) THEN
        DROP FUNCTION svet_refuse_change();
    END IF;
END $$;
"""


class AppendOnly(RunSQL):
    """Let PostgreSQL refuse changes of a table's rows, whoever asks; an ``IntegrityError`` in Django.

    ``on`` are the events refused (``"UPDATE OF read_on"`` names columns), ``each`` is ``"ROW"`` or
    ``"STATEMENT"`` (refuses also where no row is touched; ``"TRUNCATE"`` needs it), ``when`` is a condition
    on ``OLD`` and ``NEW``, and ``because`` what the error says.
    """

    def __init__(
        self,
        table: str,
        *,
        name: str = "",
        on: str = "UPDATE OR DELETE",
        each: str = "ROW",
        when: str = "",
        because: str = "it is append-only",
    ) -> None:
        self.table, self.name = table, name or f"{table}_append_only"
        self._given: dict[str, Any] = {
            "name": self.name,
            "on": on,
            "each": each,
            "when": when,
            "because": because,
        }
        condition = f" WHEN ({when})" if when else ""
        reason = because.replace("'", "''")
        super().__init__(
            f"{FUNCTION}CREATE TRIGGER {self.name} BEFORE {on} ON {table} FOR EACH {each}{condition}"
            f" EXECUTE FUNCTION svet_refuse_change('{reason}');",
            f"DROP TRIGGER {self.name} ON {table};{_WITHOUT_FUNCTION}",
        )

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """How a migration writes this step down."""
        return type(self).__qualname__, [self.table], self._given

    def describe(self) -> str:
        """What ``migrate --plan`` says."""
        return f"Keep the rows of {self.table}"
