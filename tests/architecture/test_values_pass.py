"""What passes a door is a value: no operation or query that another room calls answers with a row (ADR 87).

The import contract "doors" keeps the classes of tables at home; this keeps their rows there. A set of keys
for ``…_id__in`` (``QuerySet[Row, int]``) is an expression, not rows.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

SVET = Path(__file__).resolve().parent.parent.parent / "svet"


def _sources(room: Path, kind: str) -> list[Path]:
    one, many = room / f"{kind}.py", room / kind
    return [one] if one.exists() else sorted(many.glob("*.py"))


def rows_of(tables: str) -> set[str]:
    """The classes of tables in the source of models."""
    return {
        node.name
        for node in ast.parse(tables).body
        if isinstance(node, ast.ClassDef) and any("Model" in ast.unparse(base) for base in node.bases)
    }


def answers_with_rows(source: str, rows: set[str]) -> Iterator[str]:
    """The public functions of a module whose answer holds a row."""
    for node in ast.parse(source).body:
        if not isinstance(node, ast.FunctionDef) or node.name.startswith("_") or node.returns is None:
            continue
        answer = ast.unparse(node.returns)
        keys = re.sub(r"QuerySet\[\w+, \w+\]", "", answer)
        if rows & set(re.findall(r"\w+", keys)):
            yield node.name


def _callers() -> Mapping[Path, tuple[str, str]]:
    return {
        path: (path.relative_to(SVET).parts[0], path.read_text("utf-8"))
        for path in SVET.rglob("*.py")
        if not {"tests", "migrations"} & set(path.relative_to(SVET).parts)
    }


def calls(source: str, *, room: str, function: str) -> bool:
    """Whether a module of another room calls the function of ``room``."""
    return f"svet.{room}" in source and re.search(rf"\b{function}\(", source) is not None


def test_no_door_gives_a_row_away() -> None:
    callers = _callers()
    leaving = []
    for room in sorted(path for path in SVET.iterdir() if _sources(path, "models")):
        rows = set().union(*(rows_of(path.read_text("utf-8")) for path in _sources(room, "models")))
        for path in [*_sources(room, "operations"), *_sources(room, "queries")]:
            for name in answers_with_rows(path.read_text("utf-8"), rows):
                used = [
                    str(caller.relative_to(SVET))
                    for caller, (home, source) in callers.items()
                    if home != room.name and calls(source, room=room.name, function=name)
                ]
                leaving += [f"{room.name}.{name}: {where}" for where in used]
    assert leaving == []


def test_a_planted_row_at_a_door_is_seen() -> None:
    rows = rows_of("class Thing(models.Model):\n    pass\nclass Kind(StrEnum):\n    pass\n")
    assert rows == {"Thing"}
    source = (
        "def one() -> Thing | None: ...\ndef many() -> list[Thing]: ...\ndef _own() -> Thing: ...\n"
        "def keys() -> QuerySet[Thing, int]: ...\ndef value() -> ThingView: ...\n"
    )
    assert list(answers_with_rows(source, rows)) == ["one", "many"]
    assert calls("from svet.shop import queries\nqueries.many()", room="shop", function="many")
    assert not calls("from svet.shop import queries\nqueries.many_more()", room="shop", function="many")
