"""A room is small inside: few arrows between what stands in it, and no function takes a list of arguments."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import grimp
import pytest

from tests.architecture.drawing import floors

ROOT = Path(__file__).resolve().parents[2]
#: Arrows between what stands directly in a room.
MOST_ARROWS = 12
#: Parameters of a function of a domain room, ``self`` left out.
MOST_PARAMETERS = 8
#: What wires a room to the program, and the tables' past: neither is a part one reads to change the room.
WIRING = frozenset({"apps", "migrations", "tests"})
#: Shells: what stands on them (a wing, a desk) may know them, and the list of addresses may know everything.
SHELLS = {
    "cabinet": frozenset({"shell", "urls"}),
    "staff": frozenset({"shell", "menu", "urls"}),
}
#: Rooms that are faces or roofs: their functions take what a form or a command line gives.
NOT_DOMAIN = frozenset({"cli", "launcher", "config", "cabinet", "staff", "api", "sandbox"})
#: (file, function) → why it takes more.
LONG_LISTS = {
    (
        "svet/journal/operations.py",
        "record",
    ): "what the law asks to keep of an act; every call names all of it",
    ("svet/bills/drawing/pen.py", "block"): "geometry and type of a text, as reportlab asks for them",
    ("svet/billing/operations/policies.py", "set_policy"): "one optional value for each rule of a month",
    ("svet/billing/operations/running.py", "run"): "the month, and one switch for each thing insisted on",
    ("svet/billing/rules/policies.py", "chosen"): "one optional value for each rule of a month",
}


def inside(edges: Iterable[tuple[str, str]]) -> dict[str, set[tuple[str, str]]]:
    """Room → arrows between its direct children, from (importing module, imported module)."""
    found: dict[str, set[tuple[str, str]]] = {}
    for importer, imported in edges:
        here, there = importer.split("."), imported.split(".")
        if min(len(here), len(there)) < 3 or here[1] != there[1] or here[2] == there[2]:
            continue
        room, arrow = here[1], (here[2], there[2])
        on_the_shell = SHELLS.get(room, frozenset()) & set(arrow)
        if not WIRING & {*here[2:], *there[2:]} and not on_the_shell:
            found.setdefault(room, set()).add(arrow)
    return found


def parameters(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """(function, how many parameters it takes), ``self`` and ``cls`` left out."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            given = node.args
            names = [each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
            yield node.name, len(names) - (names[:1] in (["self"], ["cls"]))


def test_no_room_has_many_arrows_inside() -> None:
    graph = grimp.build_graph("svet", cache_dir=None)
    edges = [
        (importer, imported)
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
    ]
    found = inside(edges)
    assert set(found) <= {room for layer in floors() for room in layer}
    assert {room: sorted(arrows) for room, arrows in found.items() if len(arrows) > MOST_ARROWS} == {}


@pytest.mark.parametrize(
    ("importer", "imported", "counted"),
    [
        ("svet.ledger.queries", "svet.ledger.models", True),
        ("svet.ledger.operations.posting", "svet.ledger.models.accounts", True),
        ("svet.ledger.operations.posting", "svet.ledger.operations.closing", False),
        ("svet.ledger.queries", "svet.metering.queries", False),
        ("svet.ledger.apps", "svet.ledger.texts", False),
        ("svet.ledger.migrations.0001_initial", "svet.ledger.rules", False),
        ("svet.staff.money.page", "svet.staff.shell.desk", False),
        ("svet.staff.money.page", "svet.staff.links.page", True),
        ("svet.cabinet.urls", "svet.cabinet.help.page", False),
        ("svet.cabinet.menu.page", "svet.cabinet.help.page", True),
    ],
)
def test_an_arrow_between_the_parts_of_one_room_counts(importer: str, imported: str, counted: bool) -> None:
    assert bool(inside([(importer, imported)])) is counted


def test_no_function_of_a_domain_room_takes_a_list_of_arguments() -> None:
    found = {
        (path.relative_to(ROOT).as_posix(), name)
        for path in sorted((ROOT / "svet").rglob("*.py"))
        if not {"tests", "migrations"} & set(path.parts)
        and path.relative_to(ROOT / "svet").parts[0] not in NOT_DOMAIN
        for name, count in parameters(ast.parse(path.read_text("utf-8")))
        if count > MOST_PARAMETERS
    }
    assert found - set(LONG_LISTS) == set(), "pass one frozen value instead"
    assert set(LONG_LISTS) - found == set(), "these take less by now: take them off the list"


@pytest.mark.parametrize(
    ("planted", "count"),
    [
        ("def f(a, b, c, d, e, f, g, h, i): ...", 9),
        ("def f(*, a, b, c, d, e, f, g, h, i): ...", 9),
        ("async def f(a, b, /, c, d, *, e, f, g, h, i): ...", 9),
        ("class C:\n    def f(self, a, b, c, d, e, f, g, h): ...", 8),
    ],
)
def test_a_planted_list_of_arguments_is_counted(planted: str, count: int) -> None:
    assert list(parameters(ast.parse(planted))) == [("f", count)]
