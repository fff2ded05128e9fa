"""What a connection has planned outlives what was taken back, but not the tables it speaks of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DataError, NotSupportedError, ProgrammingError, connection, connections

from svet.kernel.postgres.base import DatabaseWrapper
from svet.kernel.postgres.plans import MOST

ASKED = "SELECT count(*) FROM generate_series(1, %s)"


@pytest.fixture(params=[None, {"min_size": 1, "max_size": 1}], ids=["alone", "pooled"])
def link(request: pytest.FixtureRequest, transactional_db: None) -> Iterator[DatabaseWrapper]:
    """A connection of its own, as a process makes it."""
    told: dict[str, Any] = {**connections["default"].settings_dict, "CONN_MAX_AGE": 0}
    if request.param:
        told["OPTIONS"] = {**told["OPTIONS"], "pool": request.param}
    wrapper = DatabaseWrapper(told, alias="apart")
    wrapper.connect()
    wrapper.set_autocommit(False)
    try:
        yield wrapper
    finally:
        wrapper.rollback()
        wrapper.close()
        wrapper.close_pool()


def ask(link: DatabaseWrapper, times: int = 5, text: str = ASKED) -> list[Any]:
    with link.cursor() as cursor:
        for turn in range(1, times + 1):
            cursor.execute(text, [turn])
        return [row[0] for row in cursor.fetchall()]


def planned(link: DatabaseWrapper, word: str = "generate_series") -> list[tuple[str, int]]:
    """Names of the statements that the server has prepared, and how often it has run them so."""
    with link.cursor() as cursor:
        cursor.execute(
            "SELECT name, generic_plans + custom_plans FROM pg_prepared_statements"
            " WHERE strpos(statement, %s) > 0 AND strpos(statement, 'pg_prepared') = 0",
            [word],
        )
        return list(cursor.fetchall())


def test_a_plan_outlives_a_rollback(link: DatabaseWrapper) -> None:
    ask(link)
    ((name, runs),) = planned(link)
    link.rollback()
    assert ask(link) == [5]
    assert planned(link) == [(name, runs + 5)]


def test_a_plan_outlives_a_savepoint_that_is_taken_back(link: DatabaseWrapper) -> None:
    ask(link)
    ((name, runs),) = planned(link)
    for _ in range(5):
        saved = link.savepoint()
        link.savepoint_rollback(str(saved))
    assert ask(link) == [5]
    assert planned(link) == [(name, runs + 5)]


def test_a_statement_that_failed_is_asked_again_behind_the_rollback(link: DatabaseWrapper) -> None:
    divided = "SELECT 6 / (%s::int - 3)"
    for _ in range(6):
        with pytest.raises(DataError):
            ask(link, 3, divided)
        link.rollback()
        assert ask(link, 1, divided) == [-3]


@pytest.mark.parametrize("kind", ["TABLE", "TEMP TABLE"])
def test_a_table_that_is_taken_back_takes_the_plans_along(link: DatabaseWrapper, kind: str) -> None:
    """The next of its name has other columns."""
    for column, given in (("integer", 1), ("text", "1"), ("integer", 1), ("date", None)):
        with link.cursor() as cursor:
            cursor.execute(f"CREATE {kind} taken_back (one {column})")
            for _ in range(6):
                cursor.execute("INSERT INTO taken_back VALUES (%s)", [given])
                cursor.execute("SELECT one FROM taken_back LIMIT %s", [1])
                assert cursor.fetchall() == [(given,)]
        assert planned(link, "taken_back")
        link.rollback()
        assert planned(link, "taken_back") == []
    # Behind the rollback the connection keeps its plans again.
    ask(link)
    link.rollback()
    assert len(planned(link)) == 1


def test_a_savepoint_leaves_the_rest_of_the_change_to_the_rollback(link: DatabaseWrapper) -> None:
    """A table from before the savepoint goes with the transaction, and so does what speaks of it."""
    for column, given in (("integer", 1), ("text", "1")):
        with link.cursor() as cursor:
            cursor.execute(f"CREATE TABLE taken_back (one {column})")
            link.savepoint_rollback(str(link.savepoint()))
            for _ in range(6):
                cursor.execute("INSERT INTO taken_back VALUES (%s)", [given])
                cursor.execute("SELECT one FROM taken_back LIMIT %s", [1])
                assert cursor.fetchall() == [(given,)]
        link.rollback()


def test_a_table_that_another_process_changes_fails_once(link: DatabaseWrapper) -> None:
    """An upgrade beside us: the rollback behind the failure forgets every plan."""
    asked = ["SELECT one FROM changed_beside LIMIT %s", "SELECT max(one) FROM changed_beside LIMIT %s"]
    with connection.cursor() as beside:
        beside.execute("CREATE TABLE changed_beside (one integer)")
        try:
            beside.execute("INSERT INTO changed_beside VALUES (7)")
            assert [ask(link, 6, text) for text in asked] == [[7], [7]]
            link.commit()
            beside.execute("ALTER TABLE changed_beside ALTER one TYPE text")
            with pytest.raises(NotSupportedError):
                ask(link, 1, asked[0])
            link.rollback()
            assert planned(link, "changed_beside") == []
            assert [ask(link, 6, text) for text in asked] == [["7"], ["7"]]
            link.rollback()
        finally:
            link.rollback()
            beside.execute("DROP TABLE changed_beside")


@pytest.mark.parametrize("whole", [False, True], ids=["by itself", "in a transaction"])
def test_plans_that_the_server_has_lost_are_made_anew(link: DatabaseWrapper, whole: bool) -> None:
    """What stands between may have thrown them away: a pool of connections, an operator."""
    link.set_autocommit(not whole)
    asked = [ASKED, f"{ASKED} AS again", f"{ASKED} AS more"]
    assert [ask(link, 5, text) for text in asked] == [[5], [5], [5]]
    driver: Any = link.connection
    driver.pgconn.exec_(b"DEALLOCATE ALL")
    with pytest.raises(ProgrammingError):
        ask(link, 1, asked[0])
    if whole:
        link.rollback()
    assert [ask(link, 5, text) for text in asked] == [[5], [5], [5]]
    assert len(planned(link)) == 3


def test_a_table_that_is_changed_beside_statements_by_themselves_fails_once(link: DatabaseWrapper) -> None:
    """Most reads have no transaction, and so no rollback behind them."""
    link.set_autocommit(True)
    asked = ["SELECT one FROM changed_beside LIMIT %s", "SELECT max(one) FROM changed_beside LIMIT %s"]
    with connection.cursor() as beside:
        beside.execute("CREATE TABLE changed_beside (one integer)")
        try:
            beside.execute("INSERT INTO changed_beside VALUES (7)")
            assert [ask(link, 6, text) for text in asked] == [[7], [7]]
            beside.execute("ALTER TABLE changed_beside ALTER one TYPE text")
            with pytest.raises(NotSupportedError):
                ask(link, 1, asked[0])
            assert [ask(link, 6, text) for text in reversed(asked)] == [["7"], ["7"]]
            assert len(planned(link, "changed_beside")) == 2
        finally:
            beside.execute("DROP TABLE changed_beside")


def test_a_change_behind_another_statement_is_one(link: DatabaseWrapper) -> None:
    ask(link)
    with link.cursor() as cursor:
        cursor.execute("SELECT 1; CREATE TABLE taken_back (one integer)")
        for _ in range(6):
            cursor.execute("SELECT one FROM taken_back LIMIT %s", [1])
    link.rollback()
    assert planned(link, "taken_back") == []


def test_a_connection_keeps_so_many_plans_and_no_more(link: DatabaseWrapper) -> None:
    driver: Any = link.connection
    assert driver.prepared_max == MOST
    driver.prepared_max = 20
    for number in range(40):
        ask(link, 4, f"SELECT {number} + count(*) FROM generate_series(1, %s)")
    assert 20 <= len(planned(link)) <= 21
