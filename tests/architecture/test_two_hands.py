"""What may give charges back is entered through the one door that asks for a second hand (ADR 237)."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2] / "svet"
#: Operations whose facts move charged months, by the rooms that own them.
GIVES_BACK = {
    "svet.accounts.operations": {"end_contract", "change_terms"},
    "svet.metering.operations": {
        "replace_meter",
        "remove_meter",
        "take_control_reading",
        "keep_control",
        "uphold_dispute",
        "decide_review",
        "correct_review",
    },
    "svet.metering.operations.acts": {"write_act", "end_act", "withdraw_act"},
}
NAMES = frozenset().union(*GIVES_BACK.values())


def _called(path: Path) -> set[str]:
    """Names of these operations that a file calls, from those rooms."""
    tree = ast.parse(path.read_text())
    rooms: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for each in node.names:
                rooms[each.asname or each.name] = f"{node.module}.{each.name}"
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.attr in NAMES:
            room = rooms.get(node.value.id, "")
            if node.attr in GIVES_BACK.get(room, ()):
                found.add(f"{room}.{node.attr}")
        elif isinstance(node, ast.Name) and node.id in NAMES:
            room, _, name = rooms.get(node.id, "").rpartition(".")
            if any(room.startswith(each) and name in names for each, names in GIVES_BACK.items()):
                found.add(f"{room}.{name}")
    return found


def test_no_face_enters_what_may_give_back_past_the_second_hand() -> None:
    faces = [
        path
        for room in ("staff", "api", "cabinet", "cli")
        for path in (ROOT / room).rglob("*.py")
        if "tests" not in path.parts
    ]
    assert {str(path.relative_to(ROOT)): found for path in faces if (found := _called(path))} == {}


def test_the_one_door_carries_all_of_them_out() -> None:
    door = _called(ROOT / "billing/operations/drafts/facts.py")
    assert {each.rpartition(".")[2] for each in door} == NAMES - {"remove_meter", "keep_control"}
