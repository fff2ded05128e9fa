"""What stands in one place of the house, and nowhere a second time."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent

#: (what, a sign of it in the text, the one file that may have it)
SINGLE = [
    ("advisory locks", re.compile(r"pg_(?:try_)?advisory|hashtext", re.IGNORECASE), "svet/kernel/locks.py"),
    ("numbers for programs", re.compile(r"normalize\(\)(?::f|, \"f\")"), "svet/kernel/writing.py"),
]


def found(sign: re.Pattern[str], *, but: str) -> list[str]:
    """Files of ``svet`` and ``bench`` outside tests that show the sign, without the one that may."""
    return [
        name
        for folder in ("svet", "bench")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if (name := path.relative_to(ROOT).as_posix()) != but
        and "tests" not in path.relative_to(ROOT).parts
        and sign.search(path.read_text("utf-8"))
    ]


@pytest.mark.parametrize(("what", "sign", "place"), SINGLE, ids=[row[0] for row in SINGLE])
def test_it_stands_in_its_place_and_nowhere_else(what: str, sign: re.Pattern[str], place: str) -> None:
    assert sign.search((ROOT / place).read_text("utf-8")), f"{place} has no {what}: the sign is out of date"
    assert found(sign, but=place) == []


#: A state is written where its row is made, or moved by the one place that compares and sets.
STATE = "svet/kernel/moving.py"
_SETS_STATE = re.compile(r"\bSET state\b")


def state_writes(text: str) -> list[int]:
    """Lines that set a state past the table: ``update(state=…)``, ``row.state = …``, SQL."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "update":
            found += [node.lineno for word in node.keywords if word.arg == "state"]
        elif (
            isinstance(node, ast.Constant) and isinstance(node.value, str) and _SETS_STATE.search(node.value)
        ):
            found.append(node.lineno)
    return found


def test_states_change_along_their_tables_only() -> None:
    texts = {
        path.relative_to(ROOT).as_posix(): path.read_text("utf-8")
        for path in sorted((ROOT / "svet").rglob("*.py"))
        if not {"tests", "migrations"} & set(path.relative_to(ROOT).parts)
    }
    assert state_writes(texts.pop(STATE))
    assert [f"{name}:{line}" for name, text in texts.items() for line in state_writes(text)] == []
    planted = 'Order.objects.filter(pk=1).update(state="paid")\ncursor.execute("UPDATE t SET state = 1")'
    assert state_writes(planted) == [1, 2]


def test_nobody_checks_an_outer_id_by_hand() -> None:
    names = found(re.compile(r"PUBLIC_ID_LENGTH\b"), but="svet/kernel/ids.py")
    assert names == ["svet/kernel/fields.py"], "look it up: the field and the route know what can be an id"
