"""``make mutants ROOM=ledger``: change one thing in the room's code, and see whether its own tests notice.

Nothing on the disk is changed: a mutant is compiled in the place of its module, in a process of its own. What
a subprocess of a test imports is not mutated. Why none of the known tools: docs/adr/0092.
"""

from __future__ import annotations

import argparse
import ast
import importlib.abc
import importlib.machinery
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
COUNTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Div: ast.Mult,
    ast.Mod: ast.FloorDiv, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One change: in which file and line, and what it is; ``number`` finds it again."""

    path: str
    number: int
    line: int
    what: str


Change = tuple[int, str, Callable[[], None]]


def changes(tree: ast.AST) -> Iterator[Change]:
    """Every change that this tree allows: its line, its name, and how it is made, in the tree itself."""
    for parent in ast.walk(tree):
        if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _dropped(parent.body)
            for inside in _body(parent):
                yield from _of(inside)


def _body(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.AST]:
    """What a function does, without its annotations; functions inside come by themselves."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Raise | ast.Assert):
            continue
        yield node
        for name, inner in ast.iter_fields(node):
            if name not in ("annotation", "returns", "type_comment"):
                found = inner if isinstance(inner, list) else [inner]
                waiting += [each for each in found if isinstance(each, ast.AST)]


def _of(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Compare):
        for place, sign in enumerate(node.ops):
            if other := COMPARED.get(type(sign)):
                yield _change(node, f"{_name(sign)} → {other.__name__}", node.ops, place, other())
    elif isinstance(node, ast.BinOp) and (sum_ := COUNTED.get(type(node.op))):
        yield _set(node, f"{_name(node.op)} → {sum_.__name__}", "op", sum_())
    elif isinstance(node, ast.BoolOp):
        bool_ = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield _set(node, f"{_name(node.op)} → {_name(bool_)}", "op", bool_)
    elif isinstance(node, ast.If | ast.IfExp):
        yield _set(node, f"if {ast.unparse(node.test)[:60]} → if not", "test", ast.Not(), wrap=True)
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield _set(node, f"{node.value} → {not node.value}", "value", not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        yield _set(node, f"{node.value} → {node.value + 1}", "value", node.value + 1)
    for field in ("body", "orelse"):
        block = getattr(node, field, None)
        if isinstance(block, list):
            yield from _dropped(block)


def _dropped(block: list[ast.stmt]) -> Iterator[Change]:
    """Calls for their effect alone, left out."""
    for place, step in enumerate(block):
        if isinstance(step, ast.Expr) and isinstance(step.value, ast.Call):
            called = ast.unparse(step.value.func)
            if not called.startswith(("log.", "self.stdout", "click.")):
                yield _change(step, f"without {called}(…)", block, place, ast.Pass())


def _name(node: ast.AST) -> str:
    return type(node).__name__


def _change(node: Any, what: str, parts: list[Any], place: int, new: ast.AST) -> Change:
    def make() -> None:
        parts[place] = ast.copy_location(new, node)

    return node.lineno, what, make


def _set(node: Any, what: str, field: str, new: Any, *, wrap: bool = False) -> Change:
    def make() -> None:
        setattr(node, field, ast.UnaryOp(new, getattr(node, field)) if wrap else new)

    return node.lineno, what, make


def mutated(source: str, number: int) -> ast.Module:
    """The module with this one change. :raises IndexError: it has not so many"""
    tree = ast.parse(source)
    _line, _what, make = list(changes(tree))[number]
    make()
    return ast.fix_missing_locations(tree)


def mutants_of(room: str) -> list[Mutant]:
    """Every mutant of a room's code, its tests, migrations and words left alone."""
    found = []
    for path in sorted((ROOT / "svet" / room).rglob("*.py")):
        inside = path.relative_to(ROOT)
        if {"tests", "migrations"} & set(inside.parts) or "texts" in str(inside):
            continue
        listed = changes(ast.parse(path.read_text("utf-8")))
        found += [Mutant(str(inside), number, line, what) for number, (line, what, _) in enumerate(listed)]
    return found


class _Planted(importlib.machinery.SourceFileLoader):
    """Loads one file as its mutant."""

    number = 0

    def get_code(self, fullname: str) -> CodeType:
        return compile(mutated(Path(self.path).read_text("utf-8"), self.number), self.path, "exec")


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, path: str, number: int) -> None:
        self._path, self._number = ROOT / path, number
        names = Path(path).with_suffix("").parts
        self._name = ".".join(names[:-1] if names[-1] == "__init__" else names)

    def find_spec(
        self, name: str, path: Any = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name != self._name:
            return None
        loader = _Planted(name, str(self._path))
        loader.number = self._number
        folder = [str(self._path.parent)] if self._path.name == "__init__.py" else None
        return spec_from_file_location(name, self._path, loader=loader, submodule_search_locations=folder)


def live(path: str, number: int, arguments: list[str]) -> int:
    """Run pytest in this process with one mutant in the place of its module."""
    import pytest

    if path:
        sys.meta_path.insert(0, _Finder(path, number))
    return int(pytest.main(arguments))


def tried(mutant: Mutant | None, tests: list[str], *, patience: float | None = None) -> bool:
    """Whether the tests are content. A mutant that never ends is noticed too."""
    who = [mutant.path, str(mutant.number)] if mutant else ["", "0"]
    try:
        done = subprocess.run(
            [sys.executable, "-m", "tests.mutants", "--live", *who, "--reuse-db", "-x", "-q", *tests],
            cwd=ROOT, env=os.environ.copy(), capture_output=True, text=True, check=False, timeout=patience,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return False
    if mutant is None and done.returncode:
        raise SystemExit(f"without a mutant the tests fail:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.returncode == 0


def main(room: str, *, count: int, seed: int) -> None:
    """Try a sample of a room's mutants, and say which its tests did not notice."""

    own = [f"svet/{room}"]
    every = mutants_of(room)
    chosen = sorted(
        random.Random(seed).sample(every, min(count, len(every))), key=lambda each: (each.path, each.number)
    )
    began = time.monotonic()
    tried(None, own)
    usual = time.monotonic() - began
    _say(f"{room}: {len(chosen)} of {len(every)} mutants, {usual:.0f} s each at most")
    survived = []
    for mutant in chosen:
        if tried(mutant, own, patience=usual * 3 + 30):
            survived.append(mutant)
            _say(f"  survived: {mutant.path}:{mutant.line} {mutant.what}")
    _say(f"{room}: {len(chosen) - len(survived)} of {len(chosen)} killed")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--live"]:
        sys.exit(live(sys.argv[2], int(sys.argv[3]), sys.argv[4:]))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("room")
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    main(given.room, count=given.count, seed=given.seed)
