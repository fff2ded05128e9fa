"""Events belong to rooms: ``notices`` spells none of them, and no room calls another's job by a string."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from svet.notices.rules import registry

ROOT = Path(__file__).resolve().parent.parent.parent


def files_of(room: str) -> list[Path]:
    """The room's modules without tests and migrations."""
    found = sorted((ROOT / "svet" / room).rglob("*.py"))
    return [path for path in found if not {"tests", "migrations"} & set(path.parts)]


def spelled(text: str) -> Iterator[str]:
    """Codes of events that stand in a module as texts; a code of one word may be any word."""
    codes = {event.code for event in registry.declared() if "_" in event.code}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and node.value in codes:
            yield node.value


def called_by_a_string(text: str, room: str) -> Iterator[str]:
    """Jobs that a module of ``room`` enqueues by a name that is not plainly the room's own."""
    tree = ast.parse(text)
    own = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr == "configure_task":
            name = node.args[0] if node.args else None
            known = own.get(name.id) if isinstance(name, ast.Name) else getattr(name, "value", None)
            if not isinstance(known, str) or not known.startswith(f"{room}."):
                yield ast.unparse(node)


def test_notices_knows_no_event_by_name() -> None:
    assert [
        f"{path.relative_to(ROOT)}: {code}"
        for path in files_of("notices")
        for code in spelled(path.read_text("utf-8"))
    ] == []


def test_only_the_room_itself_spells_the_code_of_its_event() -> None:
    """Whoever else needs an event imports it: a code changed in one place would be lost in another."""
    for event in registry.declared():
        home = event.words.__module__.split(".")[1]
        text = "\n".join(path.read_text("utf-8") for path in files_of(home))
        assert f'code="{event.code}"' in text, event.code


def test_no_room_calls_the_job_of_another_by_a_string() -> None:
    rooms = [path.name for path in (ROOT / "svet").iterdir() if (path / "__init__.py").exists()]
    assert [
        f"{path.relative_to(ROOT)}: {call}"
        for room in rooms
        for path in files_of(room)
        for call in called_by_a_string(path.read_text("utf-8"), room)
    ] == []


@pytest.mark.parametrize("planted", ['if delivery.event == "bill_ready":', 'OBLIGATORY = {"due_near"}'])
def test_a_planted_event_is_found(planted: str) -> None:
    assert list(spelled(f"{planted}\n    pass" if planted.endswith(":") else planted))


@pytest.mark.parametrize(
    "planted", ['app.configure_task("metering.read_sms")', "app.configure_task(READ_SMS)"]
)
def test_a_planted_call_upwards_is_found(planted: str) -> None:
    assert list(called_by_a_string(planted, "notices"))
    assert not list(called_by_a_string('app.configure_task("notices.deliver")', "notices"))
