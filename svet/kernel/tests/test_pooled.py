"""A pooled connection is looked at, not asked, and one that the server has ended is not given out."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections

from svet.kernel.postgres.base import DatabaseWrapper

pytestmark = pytest.mark.django_db(transaction=True)


@contextlib.contextmanager
def pooled() -> Iterator[DatabaseWrapper]:
    """A connection of our own backend with a pool, to the database of the tests."""
    told: dict[str, Any] = dict(connections["default"].settings_dict)
    told |= {"CONN_HEALTH_CHECKS": True, "CONN_MAX_AGE": 0}
    told["OPTIONS"] = {**told["OPTIONS"], "pool": {"min_size": 1, "max_size": 1, "timeout": 10}}
    wrapper = DatabaseWrapper(told, alias="pooled")
    try:
        yield wrapper
    finally:
        wrapper.close()
        wrapper.close_pool()


def asked(wrapper: DatabaseWrapper, text: str) -> Any:
    with wrapper.cursor() as cursor:
        cursor.execute(text)
        return cursor.fetchone()[0]


#: The last text before the one that asks: of whoever asks by another connection.
_LAST = "SELECT query FROM pg_stat_activity WHERE pid = {}"


def test_a_connection_that_rested_is_not_asked_before_it_is_used() -> None:
    with pooled() as wrapper:
        pid = asked(wrapper, "SELECT pg_backend_pid()")
        wrapper.close()
        wrapper.ensure_connection()
        with connections["default"].cursor() as cursor:
            cursor.execute(_LAST.format(pid))
            assert cursor.fetchone() == ("SELECT pg_backend_pid()",)
        assert asked(wrapper, "SELECT pg_backend_pid()") == pid


def test_a_connection_that_the_server_has_ended_is_replaced() -> None:
    with pooled() as wrapper:
        pid = asked(wrapper, "SELECT pg_backend_pid()")
        wrapper.close()
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        assert asked(wrapper, "SELECT pg_backend_pid()") != pid


def test_a_connection_that_was_only_told_something_is_kept() -> None:
    with pooled() as wrapper:
        pid = asked(wrapper, "SELECT pg_backend_pid()")
        with wrapper.cursor() as cursor:
            cursor.execute("LISTEN of_somebody")
        wrapper.close()
        with connections["default"].cursor() as cursor:
            cursor.execute("NOTIFY of_somebody")
        assert asked(wrapper, "SELECT pg_backend_pid()") == pid
