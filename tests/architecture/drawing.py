"""``make drawings``: docs/drawings from the code: the rooms' imports, their size, and the circles."""

from __future__ import annotations

import importlib
import os
import sys
import tomllib
from pathlib import Path
from typing import Any

import django
import grimp

from svet.kernel.states import Moves

ROOT = Path(__file__).resolve().parents[2]


def floors() -> list[list[str]]:
    """The floors of the contract, the roof first."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contract = next(c for c in config["tool"]["importlinter"]["contracts"] if c["id"] == "floors")
    return [[room.strip() for room in layer.split("|")] for layer in contract["layers"]]


def arrows(graph: grimp.ImportGraph, rooms: list[str]) -> dict[tuple[str, str], int]:
    """(importing room, imported room) → number of imports, tests left out."""
    found: dict[tuple[str, str], int] = {}
    for importer in graph.modules:
        if ".tests" in importer or importer.count(".") < 1:
            continue
        here = importer.split(".")[1]
        for imported in graph.find_modules_directly_imported_by(importer):
            parts = imported.split(".")
            if (
                parts[0] == "svet"
                and len(parts) > 1
                and parts[1] != here
                and here in rooms
                and parts[1] in rooms
            ):
                found[here, parts[1]] = found.get((here, parts[1]), 0) + 1
    return found


def circles(edges: set[tuple[str, str]]) -> list[list[str]]:
    """Rooms that reach themselves."""
    reach: dict[str, set[str]] = {}
    for here, there in edges:
        reach.setdefault(here, set()).add(there)
    changed = True
    while changed:
        changed = False
        for known in reach.values():
            further = set().union(*(reach.get(each, set()) for each in known)) - known
            if further:
                known |= further
                changed = True
    return [[room] for room, known in sorted(reach.items()) if room in known]


def lines_of(room: str) -> tuple[int, int]:
    """Lines of code and of tests in a room, migrations left out."""
    code = tests = 0
    for path in (ROOT / "svet" / room).rglob("*.py"):
        if "migrations" in path.parts:
            continue
        count = len(path.read_text("utf-8").splitlines())
        if "tests" in path.parts:
            tests += count
        else:
            code += count
    return code, tests


def document() -> str:
    """The text of docs/drawings/rooms.md."""
    layers = floors()
    rooms = [room for layer in layers for room in layer]
    edges = arrows(grimp.build_graph("svet", cache_dir=None), rooms)
    lines = [
        "# Rooms",
        "",
        "Drawn by `make drawings` from the imports of the code. Arrows only fall: `make check` proves it.",
        "",
        "```mermaid",
        "flowchart TB",
    ]
    for number, layer in enumerate(layers):
        lines += [
            f"  subgraph floor{number}[ ]",
            "    direction LR",
            *(f"    {room}" for room in layer),
            "  end",
        ]
    lines += [f"  {here} --> {there}" for here, there in sorted(edges)]
    found = circles(set(edges))
    lines += ["```", "", f"Circles: {', '.join(each[0] for each in found) or 'none'}.", ""]
    lines += [
        "Lines are in hundreds, so that the drawing changes when the house does and not with every line.",
        "",
        "| room | hundreds of lines of code | of tests | rooms it knows |",
        "|---|---:|---:|---:|",
    ]
    total = [0, 0]
    for room in rooms:
        code, tests = lines_of(room)
        total[0] += code
        total[1] += tests
        known = sum(here == room for here, _ in edges)
        lines.append(f"| {room} | {round(code / 100)} | {round(tests / 100)} | {known} |")
    pairs = len(rooms) * (len(rooms) - 1) // 2
    lines += [
        f"| all | {round(total[0] / 100)} | {round(total[1] / 100)} | {len(edges)} of {pairs} pairs |",
        "",
    ]
    return "\n".join(lines)


def tables_of_moves() -> dict[str, Moves[Any]]:
    """Every table of moves of the rooms, by ``room: name``; found by its type, so that none is forgotten."""
    found: dict[int, tuple[str, Moves[Any]]] = {}
    for path in sorted((ROOT / "svet").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if "tests" in parts or "Moves(" not in path.read_text("utf-8") or parts[1] == "kernel":
            continue
        module = importlib.import_module(".".join(parts).removesuffix(".__init__"))
        for value in vars(module).values():
            if isinstance(value, Moves):
                found[id(value)] = (f"{parts[1]}: `{type(next(iter(value))).__name__}`", value)
    return dict(sorted(found.values(), key=lambda each: each[0]))


def states() -> str:
    """The text of docs/drawings/states.md."""
    lines = [
        "# States",
        "",
        "Drawn by `make drawings` from the tables of moves. A state changes along an arrow only,",
        "compared with the state before. What the states of readings, payments and appeals mean:",
        "[readings and payments](../readings-life.md).",
    ]
    for title, moves in tables_of_moves().items():
        lines += ["", f"## {title}", "", "```mermaid", "stateDiagram-v2"]
        reached = {after for afters in moves.values() for after in afters}
        lines += [f"  [*] --> {state.value}" for state in moves if state not in reached]
        lines += [
            f"  {before.value} --> {after.value}"
            for before, afters in moves.items()
            for after in moves
            if after in afters
        ]
        lines += [f"  {state.value} --> [*]" for state, afters in moves.items() if not afters]
        lines += ["```"]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    os.environ.setdefault("SVET_ENV", "test")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "svet.config.settings")
    django.setup()
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rooms.md").write_text(document(), "utf-8")
    (folder / "states.md").write_text(states(), "utf-8")
