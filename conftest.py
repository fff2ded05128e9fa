"""What every test run shares."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.backends.postgresql.operations import DatabaseOperations
from xdist.scheduler import LoadScopeScheduling


class JourneysTogether(LoadScopeScheduling):
    """Every test goes to whichever worker is free, but the journeys share one: they share one demo.

    The marker of pytest-xdist for this writes into an attribute that pytest 9.2 no longer reads.
    """

    def _split_scope(self, nodeid: str) -> str:
        return "journeys" if nodeid.startswith("tests/journeys/") else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: Any, log: Any) -> JourneysTogether:
    return JourneysTogether(config, log)


@pytest.fixture(scope="session", autouse=True)
def flushing_may_empty_append_only_tables() -> Any:
    """Let Django empty the tables after a transactional test, which append-only triggers rightly refuse.

    The test database's owner is a superuser; inside that one transaction ordinary triggers are silent. The
    agreements come from a migration, not from a test: they stay, or every later test would miss them.
    """
    original = DatabaseOperations.sql_flush

    def sql_flush(self: DatabaseOperations, style: Any, tables: Any, **kwargs: Any) -> list[str]:
        emptied = [table for table in tables if table != "site_agreement"]
        statements = original(self, style, emptied, **kwargs)
        if not statements:
            return statements
        # The queue is not Django's: a job left behind would be run, or counted, by another test.
        queue = "TRUNCATE procrastinate_jobs CASCADE;"
        return ["SET LOCAL session_replication_role = replica;", *statements, queue]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", sql_flush)
        yield
