"""Plans of statements that outlive what was taken back.

The driver forgets every prepared statement of a connection at each rollback, and of a savepoint too, because
what was prepared may speak of a table or a type that the rollback takes away. Svet's pages make neither;
yet each refusal that takes its rows back made the server plan anew whatever the connection asks (ADR 233).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from psycopg._preparing import Prepare, PrepareManager
from psycopg.pq import DiagnosticField, TransactionStatus

#: What leaves every table as it is; whatever else begins otherwise is taken for a change of one.
_ROWS_ONLY: Final = re.compile(
    rb"[\s(]*(?:SELECT|INSERT|UPDATE|DELETE|WITH|SAVEPOINT|RELEASE|ROLLBACK|COPY|SET|LOCK|FETCH|DECLARE|CLOSE"
    rb"|NOTIFY|VALUES|SHOW|EXPLAIN|BEGIN|COMMIT)\b"
).match

#: «cached plan must not change result type»; «prepared statement … does not exist»: whoever stands between us
#: and the server, or sits at it, has thrown ours away.
_PLAN_GONE: Final = (b"0A000", b"26000")

#: How many statements a connection keeps planned: a page asks some twenty of the thousand there are. Each
#: takes some 55 KB of the process that serves the connection, all of them 14 MB.
MOST: Final = 250


class _Plans(PrepareManager):
    """What the driver notes of one connection; behind a change of tables it forgets as ever."""

    def __init__(self, link: Any, before: PrepareManager) -> None:
        super().__init__()
        self._link, self._tables_changed = link, False
        self.prepare_threshold, self.prepared_max = before.prepare_threshold, MOST
        self._prepared_idx = before._prepared_idx

    def get(self, query: Any, prepare: bool | None = None) -> tuple[Prepare, bytes]:
        """Whether to prepare the statement, or under which name it is."""
        # Behind another statement anything may stand.
        if not self._tables_changed and (not _ROWS_ONLY(query.query) or b";" in query.query):
            self._tables_changed = True
        return super().get(query, prepare)

    def maybe_add_to_cache(self, query: Any, prep: Prepare, name: bytes) -> Any:
        """Note the statement; what was prepared long ago is looked at as well when its answer is there."""
        added = super().maybe_add_to_cache(query, prep, name)
        return self.key(query) if prep is Prepare.YES else added

    def validate(self, key: Any, prep: Prepare, name: bytes, results: Sequence[Any]) -> None:
        """Look at an answer: another process may have changed a table under a plan, which fails then.

        Nothing of the statement was done. Others speak of that table too: they all go, at once where there is
        no transaction, else with its rollback, without which nothing more can be asked.
        """
        if prep is not Prepare.YES:
            super().validate(key, prep, name, results)
        elif results and results[0].error_field(DiagnosticField.SQLSTATE) in _PLAN_GONE:
            self._tables_changed = True
            if self._link.transaction_status == TransactionStatus.IDLE:
                self.clear()

    def _should_discard(self, prep: Prepare, results: Sequence[Any], *words: Any) -> bool:
        return self._tables_changed and super()._should_discard(prep, results, *words)

    def clear(self) -> bool:
        """Forget everything, for which the driver asks at each rollback."""
        if not self._tables_changed:
            return False
        # A savepoint takes back a part of what was changed: the rest may go yet.
        self._tables_changed = self._link.transaction_status != TransactionStatus.IDLE
        return super().clear()


def keep_plans(connection: Any) -> None:
    """Let a connection that has prepared nothing yet keep what it will prepare."""
    before: PrepareManager = connection._prepared
    if not isinstance(before, _Plans) and not before._names:
        connection._prepared = _Plans(connection.pgconn, before)
