"""The one way in which rows change their state: along the table of moves, by compare-and-set."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import connection, models

from svet.kernel.states import Moves, State
from svet.kernel.transactions import require_transaction

Row = TypeVar("Row", bound=models.Model)


class LostRace(RuntimeError):
    """Somebody else has moved the row first; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Trail:
    """The table that keeps a row per move: its key to what moved, and its columns of both states."""

    model: type[models.Model]
    subject: str
    before: str = "from_state"
    after: str = "to_state"


def move_row(
    row: models.Model,
    *,
    moves: Moves[State],
    to: State,
    changes: Mapping[str, Any] | None = None,
    trail: Trail | None = None,
    step: Mapping[str, Any] | None = None,
) -> State:
    """Move one row (a step) and return where it stood; ``changes`` are columns that change with its state.

    ``trail`` gets a row with ``step`` (who, when, why); what has none is told in the journal by its caller.

    :raises IllegalMove: the table has no such move
    :raises LostRace: the row stands elsewhere by now
    """
    require_transaction()
    before = moves.state(row.state)  # type: ignore[attr-defined]  # every model that moves has one
    moves.require(before, to)
    changed = {"state": to.value, **(changes or {})}
    if not type(row)._base_manager.filter(pk=row.pk, state=before.value).update(**changed):
        raise LostRace(f"{type(row).__name__} {row.pk} is not {before} any more")
    for name, value in changed.items():
        setattr(row, name, value)
    if trail is not None:
        states = {trail.subject: row, trail.before: before.value, trail.after: to.value}
        trail.model._base_manager.create(**states, **(step or {}))
    return before


def move_standing(
    rows: models.QuerySet[Row],
    *,
    moves: Moves[State],
    before: State,
    to: State,
    changes: Mapping[str, Any] | None = None,
) -> int:
    """Move those of the rows that still stand in ``before``; says how many those were.

    For ends that come to many rows at once, or that somebody else may have brought already.

    :raises IllegalMove: the table has no such move
    """
    moves.require(before, to)
    return rows.filter(state=before.value).update(state=to.value, **(changes or {}))


def move_many(
    ids: Collection[int],
    *,
    model: type[models.Model],
    moves: Moves[State],
    before: State,
    to: State,
    trail: Trail,
    step: Mapping[str, Any],
) -> list[int]:
    """Move those of the rows that still stand in ``before``, each with a row of the trail (a step).

    Returns the keys of those that moved. ``step`` has every other column of the trail by its name in the
    database.

    :raises IllegalMove: the table has no such move
    """
    moves.require(before, to)
    states = (before.value, to.value)
    text, subject = _moved(model, trail, step, " WHERE id = ANY(%s) AND state = %s")
    with connection.cursor() as cursor:
        cursor.execute(
            f"{text} RETURNING {subject}", [to.value, list(ids), before.value, *states, *step.values()]
        )
        return [row[0] for row in cursor.fetchall()]


def move_table(
    source: str,
    column: str,
    *,
    model: type[models.Model],
    moves: Moves[State],
    before: State,
    to: State,
    trail: Trail,
    step: Mapping[str, Any],
) -> int:
    """What :func:`move_many` does, for the keys in a column of a temporary table; says how many moved.

    :raises IllegalMove: the table has no such move
    """
    moves.require(before, to)
    quote = connection.ops.quote_name
    found = f" FROM {quote(source)} s WHERE id = s.{quote(column)} AND state = %s"
    text, _ = _moved(model, trail, step, found)
    with connection.cursor() as cursor:
        cursor.execute(text, [to.value, before.value, before.value, to.value, *step.values()])
        moved: int = cursor.rowcount
    return moved


def _moved(model: type[models.Model], trail: Trail, step: Mapping[str, Any], found: str) -> tuple[str, str]:
    """The statement that moves what is ``found`` and leaves the trail, and the trail's key to what moved."""
    require_transaction()
    quote = connection.ops.quote_name
    subject = quote(str(trail.model._meta.get_field(trail.subject).attname))  # type: ignore[union-attr]
    names = [quote(name) for name in (trail.before, trail.after, *step)]
    text = (
        f"WITH moved AS (UPDATE {quote(model._meta.db_table)} SET state = %s{found} RETURNING id)"  # noqa: S608
        f" INSERT INTO {quote(trail.model._meta.db_table)} ({subject}, {', '.join(names)})"
        f" SELECT id, {', '.join(['%s'] * len(names))} FROM moved"
    )
    return text, subject
