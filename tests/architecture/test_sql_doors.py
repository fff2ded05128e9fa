"""SQL keeps to its room: a text names the tables of the room it stands in, and of others what they publish.

What a room publishes for the SQL of others is a view whose name ends in ``_door``; it is made by that
room's own migrations, and its columns are a promise (ADR 87).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent.parent
SVET = ROOT / "svet"
#: What makes a text SQL: words of prose are in small letters in our sources, and so are names of columns.
_SQL = re.compile(r"\b(SELECT|INSERT|UPDATE|DELETE|FROM|JOIN|COPY|TRUNCATE|LOCK)\b")
_NAME = re.compile(r"\b[a-z]+_[a-z0-9_]+\b")


@cache
def tables() -> dict[str, str]:
    """Table → the room that owns it."""
    return {
        model._meta.db_table: model.__module__.split(".")[1]
        for model in apps.get_models(include_auto_created=True)
        if model.__module__.startswith("svet.")
    }


def doors() -> dict[str, str]:
    """View → the room whose migrations make it."""
    found = {}
    for path in SVET.glob("*/migrations/*.py"):
        for name in re.findall(r"CREATE VIEW (\w+)", path.read_text("utf-8")):
            found[name] = path.relative_to(SVET).parts[0]
    return found


def texts(source: str) -> Iterator[str]:
    """Every string of a module that is no docstring; what an f-string fills in is a gap."""
    tree = ast.parse(source)
    said = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "…".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.value


def sql_names(source: str) -> set[str]:
    """What the SQL of a module names."""
    return {name for text in texts(source) if _SQL.search(text) for name in _NAME.findall(text)}


def foreign(names: set[str], *, room: str) -> set[str]:
    """The tables of other rooms among what the SQL of a module in ``room`` names."""
    owners = tables()
    return {name for name in names if owners.get(name, room) != room}


@cache
def named_in_svet() -> dict[Path, set[str]]:
    """What the SQL of each module names, read once; without tests and migrations."""
    return {
        path.relative_to(SVET): sql_names(path.read_text("utf-8"))
        for path in sorted(SVET.rglob("*.py"))
        if not {"tests", "migrations"} & set(path.relative_to(SVET).parts)
    }


def breaches() -> set[tuple[str, str]]:
    """File and table, for every text that climbs over a wall."""
    return {
        (inside.as_posix(), name)
        for inside, names in named_in_svet().items()
        for name in foreign(names, room=inside.parts[0])
    }


def test_sql_names_tables_of_its_own_room_or_doors() -> None:
    assert breaches() == set()


@pytest.mark.parametrize(
    "source",
    [
        '_Q = "SELECT 1 FROM ledger_posting p"',
        '_Q = f"SELECT {columns} FROM metering_meter JOIN ledger_posting ON {on}"',
        '_Q = ("SELECT 1 FROM metering_meter m "\n      "JOIN ledger_posting p ON true")',
        "_Q = {'words': '''SELECT 1\nFROM metering_meter, \"ledger_posting\"'''}",
        'def _q() -> str:\n    """Reads."""\n    return "COPY ledger_posting (book) FROM STDIN"',
    ],
)
def test_a_text_that_reaches_into_another_room_is_found(source: str) -> None:
    assert foreign(sql_names(source), room="metering") == {"ledger_posting"}
    assert foreign(sql_names(source), room="ledger") <= {"metering_meter"}


def test_a_door_and_prose_are_no_breach() -> None:
    assert foreign(sql_names('_Q = "SELECT 1 FROM ledger_posting_door p"'), room="bills") == set()
    assert foreign(sql_names('"""Written FROM ledger_posting."""'), room="bills") == set()
    assert foreign(sql_names('_KEY = "ledger_posting"'), room="bills") == set()


@pytest.mark.django_db
def test_every_door_is_a_view_of_its_own_room_and_stands() -> None:
    published = doors()
    assert published
    assert [name for name, room in published.items() if not re.fullmatch(rf"{room}_\w+_door", name)] == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT viewname FROM pg_views WHERE schemaname = current_schema()")
        standing = {name for (name,) in cursor.fetchall()}
    assert set(published) <= standing


def test_no_text_names_a_door_that_nobody_opened() -> None:
    named = {name for names in named_in_svet().values() for name in names if name.endswith("_door")}
    assert named - set(doors()) == set()
    assert set(doors()) - named == set(), "a door nobody uses is a wall with a hole"
