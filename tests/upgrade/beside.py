"""Whether the version before goes on over the tables of this one: every step of a migration, looked at.

Between ``svet migrate`` and the last restart the former version writes and reads tables that are not its
own. It names no new column, so that one needs a value of its own accord; it knows no new rule; it asks for
what was taken away; it deletes a row without the new rows that hang on it. squawk reads SQL and sees none of
this: Django gives a new column a default and takes it away again within the same migration.

A step that is safe for a reason which no program can see says it: ``beside = {"its name": "why"}`` in its
migration. Steps of before 0.1.0 have theirs in a list that only ever becomes shorter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from django.db.migrations import Migration, RunPython, RunSQL, SeparateDatabaseAndState
from django.db.migrations import operations as steps
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from svet.kernel.append_only import AppendOnly
from svet.kernel.migration_steps import AddNotValid, Validate
from tests.upgrade.before_0_1_0 import BEFORE_0_1_0

_GONE = steps.DeleteModel | steps.RenameModel | steps.AlterModelTable | steps.RemoveField | steps.RenameField
#: Tables of whose rows no version deletes any: nothing can hang on one that goes.
_STAYING = {"people.person", "accounts.account", "notices.recipient", "exchange.loadedfile"}
_TAKING_ALONG = (models.CASCADE, models.SET_NULL, models.SET_DEFAULT)


@dataclass(frozen=True, slots=True)
class Step:
    """``name`` is how an excuse calls it; ``wrong`` what the version before would run into."""

    name: str
    wrong: str


def judged(migration: Migration, state: ProjectState) -> list[str]:
    """Everything to say against a migration; excuses need a reason, and a step that they excuse.

    ``state`` is what stands before it, and moves on to what is behind it.
    """
    called = f"{migration.app_label}.{migration.name}"
    excuses: dict[str, str] = getattr(migration, "beside", {}) | BEFORE_0_1_0.get(called, {})
    found = list(_steps(migration, state))
    wrong = [f"{step.name}: {step.wrong}" for step in found if step.name not in excuses]
    wrong += [f"{name} is excused without a reason" for name, why in excuses.items() if len(why) < 15]
    wrong += [f"{name} needs no excuse" for name in excuses.keys() - {step.name for step in found}]
    return [f"{called}: {each}" for each in wrong]


def _steps(migration: Migration, state: ProjectState) -> Iterator[Step]:
    """What of a migration the version before would run into; tables and columns of its own are free."""
    label = migration.app_label
    known = set(state.models)
    # Columns that this migration brings, and that stay empty where nobody fills them.
    empty: set[tuple[str, str]] = set()
    for op in _flat(migration.operations):
        model = getattr(op, "model_name_lower", getattr(op, "name_lower", ""))
        if isinstance(op, RunSQL | RunPython | SeparateDatabaseAndState):
            if not op.__dict__.get("state_operations") and not isinstance(op, Validate | AddNotValid):
                yield from _unseen(op, {"_".join(each) for each in known})
            continue
        old = _field(state, label, op) if isinstance(op, steps.AlterField) else None
        op.state_forwards(label, state)
        if isinstance(op, steps.CreateModel):
            for name, field in op.fields:
                yield from _hanging(f"CreateModel {op.name}.{name}", field, known, label)
        elif (label, model) in known:
            yield from _change(op, old, known, label, empty)


def _flat(operations: Iterable[Operation]) -> Iterator[Any]:
    """The operations, and what stands for others in the memory of models."""
    for op in operations:
        yield op
        if isinstance(op, RunSQL):
            yield from _flat(op.state_operations)
        elif isinstance(op, SeparateDatabaseAndState):
            yield from _flat([*op.database_operations, *op.state_operations])


def _change(
    op: Any, old: Any, known: set[tuple[str, str]], label: str, empty: set[tuple[str, str]]
) -> Iterator[Step]:
    """A step about a table that the version before knows; ``old`` is the column that it changes."""
    name = f"{type(op).__name__} {_named(op)}"
    column = (getattr(op, "model_name_lower", ""), getattr(op, "name", ""))
    if isinstance(op, _GONE):
        yield Step(name, "the version before reads and writes it")
    elif isinstance(op, steps.AddField):
        if op.field.null:
            empty.add(column)
        elif op.field.unique:
            yield Step(name, "rows that leave it out all have the same value in it")
        elif not (op.field.has_db_default() or op.field.many_to_many or op.field.generated):
            yield Step(name, "an INSERT that leaves it out finds no default in the database")
        yield from _hanging(name, op.field, known, label)
    elif isinstance(op, steps.AlterField):
        if column not in empty:
            yield from (Step(name, wrong) for wrong in _tightened(old, op.field))
    elif isinstance(op, steps.AddConstraint):
        columns = _columns(op.constraint)
        if not columns or not all((op.model_name_lower, each) in empty for each in columns):
            yield Step(name, "what the version before writes is not known to keep this rule")
    elif isinstance(op, steps.AlterUniqueTogether):
        yield Step(name, "what the version before writes is not known to keep this rule")


def _tightened(old: Any, new: Any) -> Iterator[str]:
    """What a changed column asks for beyond the old one."""
    if old.null and not new.null:
        yield "an old INSERT or UPDATE may leave it empty"
    if old.db_column != new.db_column:
        yield "the version before calls it otherwise"
    if old.has_db_default() and not new.has_db_default() and not new.null:
        yield "the version before leaves it to its default"
    if new.unique and not old.unique:
        yield "what the version before writes is not known to be the only one"
    if getattr(new, "db_constraint", False) and not getattr(old, "db_constraint", False):
        yield "what the version before writes is not known to point at a row"
    pointing = [each.remote_field is not None for each in (old, new)]
    was, now = (
        "of a key" if key else str(each.db_type(connection))
        for key, each in zip(pointing, (old, new), strict=True)
    )
    if was != now and not _is_wider(was, now):
        yield f"{was} becomes {now}"


def _is_wider(was: str, now: str) -> bool:
    """Whether every value of a type stands in the other, and is read back as it was."""
    lengths = [re.fullmatch(r"varchar\((\d+)\)", each) for each in (was, now)]
    if lengths[0] is not None:
        return now == "text" or (lengths[1] is not None and int(lengths[1][1]) >= int(lengths[0][1]))
    sizes = ("smallint", "integer", "bigint")
    return was in sizes and now in sizes and sizes.index(was) <= sizes.index(now)


def _hanging(name: str, field: Any, known: set[tuple[str, str]], label: str) -> Iterator[Step]:
    """A column by which rows would have to go with a row that the version before deletes."""
    if not getattr(field, "db_constraint", False) or field.remote_field.on_delete not in _TAKING_ALONG:
        return
    target = str(getattr(field.remote_field.model, "_meta", field.remote_field.model)).lower()
    if target not in _STAYING and (tuple(target.split(".")) if "." in target else (label, target)) in known:
        yield Step(name, f"the version before deletes rows of {target} and not those that hang on them")


def _field(state: ProjectState, label: str, op: steps.AlterField) -> Any:
    return state.models[label, op.model_name_lower].fields[op.name]


def _columns(constraint: Any) -> set[str]:
    """The columns that a rule looks at; none if it cannot be told."""
    if isinstance(constraint, models.UniqueConstraint):
        return set(constraint.fields)
    return set(_of(constraint.condition)) if isinstance(constraint, models.CheckConstraint) else set()


def _of(condition: Any) -> Iterator[str]:
    for each in condition.children:
        if isinstance(each, models.Q):
            yield from _of(each)
        else:
            column, value = each
            yield column.split("__")[0]
            if isinstance(value, models.F):
                yield str(getattr(value, "name", "")).split("__")[0]


def _named(op: Any) -> str:
    """Which column, rule or table a step is about."""
    rule = getattr(op, "constraint", None)
    model, name = getattr(op, "model_name", ""), getattr(op, "name", getattr(op, "old_name", ""))
    return str(rule.name) if rule is not None else f"{model}.{name}".strip(".")


def _unseen(op: Any, tables: set[str]) -> Iterator[Step]:
    """SQL or Python that says nothing to Django of what it does; indexes and defaults are no rules."""
    if isinstance(op, AppendOnly):
        if op.table not in tables:
            return
        yield Step(f"AppendOnly {op.name}", "the version before may change its rows")
        return
    text = " ".join(_sql(op).split())
    harmless = r"(CREATE INDEX|DROP INDEX|ALTER TABLE \S+ ALTER COLUMN \S+ SET DEFAULT) "
    if not text or not all(re.match(harmless, part.strip()) for part in text.split(";") if part.strip()):
        yield Step(f"{type(op).__name__} {text[:40]}".strip(), "nobody can see what it does")


def _sql(op: Any) -> str:
    sql = getattr(op, "sql", "")
    return (
        sql if isinstance(sql, str) else ";".join(each if isinstance(each, str) else each[0] for each in sql)
    )
