"""Every frozen query sends what the ORM would send today: the same text, the same values, the same types."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from enum import Enum
from itertools import product
from typing import Any, get_type_hints
from uuid import UUID

import pytest
from django.core.exceptions import EmptyResultSet
from django.db import transaction

import svet
from svet.kernel.frozen import Frozen, PublicIdText

TURNS = range(1, 4)


def _all() -> list[Frozen[Any, Any]]:
    """Those of every room and face."""
    for module in pkgutil.walk_packages(svet.__path__, "svet."):
        parts = set(module.name.split("."))
        if not parts & {"tests", "migrations", "__main__", "wsgi"}:
            importlib.import_module(module.name)
    return [each for each in Frozen.known if ".tests." not in each.build.__module__]


def _value(hint: Any, turn: int) -> Any:
    text = str(hint)
    if hint == PublicIdText:
        return f"{turn:016d}"
    for kind, value in (
        ("Collection", [turn, turn + 10, turn + 20][: turn + 1]),
        ("datetime.datetime", datetime(2026, 11, turn, tzinfo=UTC)),
        ("datetime.date", date(2026, 11, turn)),
        ("UUID", UUID(int=turn)),
        ("str", f"text {turn}"),
    ):
        if kind in text:
            return value
    return turn + 7


def _shapes(query: Frozen[Any, Any]) -> Iterator[dict[str, Any]]:
    hints = get_type_hints(query.build)
    named = [
        each.name
        for each in inspect.signature(query.build).parameters.values()
        if each.kind is each.KEYWORD_ONLY
    ]
    members = [(False, True) if hints[name] is bool else tuple(hints[name]) for name in named]
    assert all(isinstance(one, bool | Enum) for each in members for one in each)
    for chosen in product(*members):
        yield dict(zip(named, chosen, strict=True))


def _today(query: Frozen[Any, Any], values: list[Any], shape: dict[str, Any]) -> tuple[str, list[Any]] | None:
    queryset = query.build(*values, **shape)
    try:
        text, parameters = queryset.query.get_compiler(using=queryset.db).as_sql()
    except EmptyResultSet:
        return None
    return text, list(parameters)


@pytest.mark.django_db
def test_what_was_kept_is_what_the_orm_writes_today() -> None:
    queries = _all()
    assert len(queries) > 10
    wrong = []
    with transaction.atomic():
        for query in queries:
            hints = get_type_hints(query.build, include_extras=True)
            named = inspect.signature(query.build).parameters.values()
            places = [hints[each.name] for each in named if each.kind is not each.KEYWORD_ONLY]
            for shape, turn in product(_shapes(query), TURNS):
                values = [_value(hint, turn) for hint in places]
                statement = query.statement(*values, **shape)
                kept = None if statement is None else (statement[0].text, statement[1])
                fresh = _today(query, values, shape)
                if kept != fresh or [*map(type, (kept or ("", []))[1])] != [
                    *map(type, (fresh or ("", []))[1])
                ]:
                    wrong.append((query.build.__module__, query.build.__qualname__, shape, kept, fresh))
    assert not wrong, wrong
