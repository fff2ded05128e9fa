"""The tools of `make mutants` and `make coverage` themselves."""

from __future__ import annotations

import ast
import importlib
import sys

import pytest

from tests.coverage import rooms, table
from tests.mutants import _Finder, changes, mutants_of, mutated

SOURCE = '''
LIMIT = 3
def judge(value: int, *, strict: bool = True) -> bool:
    """Not 1."""
    tell(value)
    if value > 2 and strict:
        note(value)
        raise ValueError(7)
    return value + 1 == LIMIT
'''


def test_each_change_changes_the_module_and_only_once() -> None:
    found = [what for _line, what, _make in changes(ast.parse(SOURCE))]
    assert sorted(found) == sorted(
        ["without tell(…)", "without note(…)", "if value > 2 and strict → if not", "And → Or", "Gt → GtE",
         "2 → 3", "Eq → NotEq", "Add → Sub", "1 → 2"]
    )  # fmt: skip
    plain = ast.unparse(ast.parse(SOURCE))
    made = {ast.unparse(mutated(SOURCE, number)) for number in range(len(found))}
    assert plain not in made
    assert len(made) == len(found)
    with pytest.raises(IndexError):
        mutated(SOURCE, len(found))


def test_a_mutant_stands_in_the_place_of_its_module(monkeypatch: pytest.MonkeyPatch) -> None:
    mutant = next(each for each in mutants_of("kernel") if each.path == "svet/kernel/periods.py")
    plain = importlib.import_module("svet.kernel.periods")
    monkeypatch.setattr(sys, "meta_path", [_Finder(mutant.path, mutant.number), *sys.meta_path])
    monkeypatch.delitem(sys.modules, "svet.kernel.periods")
    changed = importlib.import_module("svet.kernel.periods")
    monkeypatch.setattr("svet.kernel.periods", plain)
    assert changed.__file__ == plain.__file__
    assert type(changed.__loader__) is not type(plain.__loader__)


def test_neither_tests_nor_migrations_nor_words_are_mutated() -> None:
    paths = {each.path for each in mutants_of("payments")}
    assert paths
    assert not [path for path in paths if "/tests/" in path or "/migrations/" in path or "texts" in path]


def test_branches_are_added_up_by_room() -> None:
    one = {"covered_branches": 1, "num_branches": 4, "covered_lines": 5, "num_statements": 10}
    found = rooms(
        {
            "svet/ledger/rules.py": {"summary": one},
            "svet/ledger/queries.py": {"summary": one},
            "svet/site/rules.py": {"summary": one | {"covered_branches": 4}},
            "svet/__init__.py": {"summary": one},
        }
    )
    assert found == {"ledger": (2, 8, 10, 20), "site": (4, 4, 5, 10)}
    assert [line.split()[0] for line in table(found).splitlines()] == ["room", "ledger", "site"]
    assert "25%" in table(found)
