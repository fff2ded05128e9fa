"""What a rule set is made of: the modules that its functions import, as text without comments."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from pathlib import Path

SVET = Path(__file__).resolve().parents[3]
#: Where a set begins, by its number.
ROOTS = {1: ("svet.billing.rules.should", "svet.billing.rules.difference")}


def modules(ruleset: int) -> list[str]:
    """The names of all modules of Svet that a set reaches by imports; packages' own files are not rules."""
    found: set[str] = set()
    left = list(ROOTS[ruleset])
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += _imported(name)
    return sorted(found)


def fingerprint(ruleset: int) -> str:
    """SHA-256 of the set's code: what is done, not how it is commented or laid out."""
    digest = hashlib.sha256()
    for name in modules(ruleset):
        digest.update(f"{name}\n{ast.dump(_without_words(_tree(name)))}\n".encode())
    return digest.hexdigest()


def _path(name: str) -> Path | None:
    path = SVET.parent.joinpath(*name.split(".")).with_suffix(".py")
    return path if path.exists() else None


def _tree(name: str) -> ast.Module:
    path = _path(name)
    assert path is not None, name
    return ast.parse(path.read_text("utf-8"))


def _imported(name: str) -> Iterator[str]:
    for node in ast.walk(_tree(name)):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("svet."):
            if _path(node.module) is not None:
                yield node.module
            else:  # from a package: its modules, or names that its own file brings from them
                package = SVET.parent.joinpath(*node.module.split("."))
                for alias in node.names:
                    yield from _in_package(node.module, package, alias.name)


def _in_package(module: str, package: Path, name: str) -> Iterator[str]:
    if (package / f"{name}.py").exists():
        yield f"{module}.{name}"
        return
    for node in ast.walk(ast.parse((package / "__init__.py").read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and _path(node.module):
            names = {alias.asname or alias.name for alias in node.names}
            if name in names and node.module.startswith("svet."):
                yield node.module


def _without_words(tree: ast.Module) -> ast.Module:
    """The code without its docstrings."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and ast.get_docstring(node) is not None
        ):
            del node.body[0]
    return tree
