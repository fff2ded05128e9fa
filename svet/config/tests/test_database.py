"""How Svet speaks to its database: bound and prepared by the server, and never over a dead connection."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from svet.config.environment import database_settings
from svet.kernel.postgres.base import DatabaseWrapper


@contextlib.contextmanager
def opened(monkeypatch: pytest.MonkeyPatch, **environment: str) -> Iterator[DatabaseWrapper]:
    """A connection as a process with this environment makes it, to the database of the tests."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    told: dict[str, Any] = {**connections["default"].settings_dict, **database_settings(Path())}
    told["NAME"] = connections["default"].settings_dict["NAME"]
    wrapper = DatabaseWrapper(told, alias="apart")
    try:
        yield wrapper
    finally:
        wrapper.close()
        wrapper.close_pool()


def prepared(wrapper: DatabaseWrapper) -> list[str]:
    with wrapper.cursor() as cursor:
        cursor.execute(
            "SELECT statement FROM pg_prepared_statements WHERE statement LIKE '%generate_series%'"
        )
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("pool", ["0", "2"])
def test_what_is_asked_again_is_prepared_by_the_server(monkeypatch: pytest.MonkeyPatch, pool: str) -> None:
    with opened(monkeypatch, SVET_DATABASE_POOL=pool) as wrapper:
        with wrapper.cursor() as cursor:
            for turn in range(5):
                cursor.execute("SELECT count(*) FROM generate_series(1, %s)", [turn])
        assert prepared(wrapper) == ["SELECT count(*) FROM generate_series(1, $1)"]


@pytest.mark.django_db(transaction=True)
def test_preparing_can_be_turned_off(monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(monkeypatch, SVET_DATABASE_PREPARE="0") as wrapper:
        with wrapper.cursor() as cursor:
            for turn in range(9):
                cursor.execute("SELECT count(*) FROM generate_series(1, %s)", [turn])
        assert prepared(wrapper) == []


@pytest.mark.chaos
@pytest.mark.django_db(transaction=True)
def test_a_pooled_connection_the_server_dropped_is_found_out_before_use(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with opened(monkeypatch, SVET_DATABASE_POOL="2") as wrapper:
        with wrapper.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            pid = cursor.fetchone()[0]
        wrapper.close()
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        with wrapper.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            assert cursor.fetchone()[0] != pid
