"""The one trigger that refuses changes: what it refuses, what it says, and how it goes again."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.migrations.state import ProjectState

from svet.kernel.append_only import AppendOnly

pytestmark = pytest.mark.django_db


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def apply(step: AppendOnly, *, backwards: bool = False) -> None:
    move = step.database_backwards if backwards else step.database_forwards
    with connection.schema_editor() as editor:
        move("kernel", editor, ProjectState(), ProjectState())


@pytest.fixture(autouse=True)
def stone() -> None:
    run("CREATE TABLE stone (id int, seen int)")
    run("INSERT INTO stone VALUES (1, 0)")


def test_rows_stay_and_the_error_says_why() -> None:
    apply(AppendOnly("stone", because="the mason's own words"))
    run("INSERT INTO stone VALUES (2, 0)")
    with pytest.raises(IntegrityError, match="UPDATE of stone is refused: the mason's own words"):
        run("UPDATE stone SET seen = 1")
    with pytest.raises(IntegrityError, match="DELETE of stone is refused"):
        run("DELETE FROM stone WHERE id = 2")


def test_a_row_that_its_condition_does_not_name_may_change() -> None:
    apply(AppendOnly("stone", on="UPDATE", when="OLD.seen > 0"))
    run("UPDATE stone SET seen = 1")
    with pytest.raises(IntegrityError, match="append-only"):
        run("UPDATE stone SET seen = 2")
    run("DELETE FROM stone")


def test_a_statement_is_refused_also_where_it_touches_no_row() -> None:
    apply(AppendOnly("stone", each="STATEMENT", on="UPDATE OF id OR DELETE OR TRUNCATE"))
    run("UPDATE stone SET seen = 5")
    for statement in (
        "UPDATE stone SET id = 3 WHERE false",
        "DELETE FROM stone WHERE false",
        "TRUNCATE stone",
    ):
        with pytest.raises(IntegrityError, match="append-only"):
            run(statement)


def test_it_goes_backwards_and_leaves_the_other_tables_guarded() -> None:
    step = AppendOnly("stone")
    apply(step)
    apply(step, backwards=True)
    run("DELETE FROM stone")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgfoid = 'svet_refuse_change'::regproc")
        assert cursor.fetchone()[0] > 0


def test_a_migration_can_write_it_down() -> None:
    name, args, kwargs = AppendOnly("stone", on="DELETE").deconstruct()
    assert (name, args) == ("AppendOnly", ["stone"])
    assert AppendOnly(*args, **kwargs).sql == AppendOnly("stone", on="DELETE").sql
