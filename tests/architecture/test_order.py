"""A table has no order: a test that compares its rows with a list of several says by what they are ordered.

PostgreSQL gives rows back as they lie, which is as they came until the room of a deleted one is used again.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: Worth reading as code: a query and, at most three lines away, a comparison with a list.
NEAR = re.compile(
    r"\.objects\.(?:.*\n){0,3}.*== \[|\[\n(?:.*\n){0,3}\] == .*\.objects\.|== .*\[.* in .*\.objects\."
)


def unordered(text: str) -> list[str]:
    """The comparisons of a query without an order with a list of more than one."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.Eq):
            continue
        sides = [node.left, *node.comparators]
        if not any(isinstance(side, ast.List) and len(side.elts) > 1 for side in sides):
            continue
        asked = " ".join(ast.unparse(side) for side in sides if not isinstance(side, ast.List))
        if ".objects." in asked and "order_by(" not in asked and "sorted(" not in asked:
            found.append(asked)
    return found


def test_rows_compared_with_a_list_are_ordered() -> None:
    files = [path for folder in ("svet", "tests") for path in (ROOT / folder).rglob("test_*.py")]
    texts = {path: path.read_text("utf-8") for path in files}
    found = {
        str(path.relative_to(ROOT)): asked
        for path, text in texts.items()
        if NEAR.search(text) and (asked := unordered(text))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("assert list(Entry.objects.values_list('action')) == ['a', 'b']", 1),
        ("assert ['a', 'b'] == [one.outcome for one in Callback.objects.all()]", 1),
        ("assert list(Entry.objects.order_by('id').values_list('action')) == ['a', 'b']", 0),
        ("assert sorted(Entry.objects.values_list('action')) == ['a', 'b']", 0),
        ("assert list(Entry.objects.values_list('action')) == ['a']", 0),
    ],
)
def test_the_eye_for_order_sees(text: str, asked: int) -> None:
    assert NEAR.search(text)
    assert len(unordered(text)) == asked
