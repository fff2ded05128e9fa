"""Who holds an account now is asked in one place: a second filter of a link's columns fails here."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
#: The question itself, and the table with its constraints.
MAY = {"svet/accounts/models/standing.py", "svet/accounts/models/__init__.py"}
#: Bulk fillers of the load tests write rows; they ask nothing of them.
FILLERS = {"bench/size.py", "bench/town.py"}
COLUMNS = ("removed_at", "suspended_at", "ends_at")
_KEYWORD = re.compile(rf"(?:\w+__)?(?:{'|'.join(COLUMNS)})__(?:isnull|[gl]te?|range|exact|date)")
_SQL = re.compile(rf"\b(?:{'|'.join(COLUMNS)})\b\s*(?:IS\b|[<>=])", re.IGNORECASE)


def copies(text: str) -> Iterator[int]:
    """The lines on which a link's columns are filtered: by keywords, by ``Q``, by names in text or by SQL."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.keyword) and node.arg and _KEYWORD.fullmatch(node.arg):
            yield node.value.lineno
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            about_links = "accounts_link" in text
            if _KEYWORD.fullmatch(node.value) or (about_links and _SQL.search(node.value)):
                yield node.lineno


def files() -> list[Path]:
    return [
        path
        for folder in ("svet", "bench")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if not {"migrations", "tests"} & set(path.relative_to(ROOT).parts)
    ]


def test_only_one_place_says_who_holds_an_account_now() -> None:
    found = [
        f"{name}:{line}"
        for path in files()
        if (name := path.relative_to(ROOT).as_posix()) not in MAY | FILLERS
        for line in copies(path.read_text("utf-8"))
    ]
    assert not found, f"ask Link.objects.standing(), kept() or known() instead: {found}"


@pytest.mark.parametrize(
    "planted",
    [
        "Link.objects.filter(removed_at__isnull=True)",
        "Account.objects.filter(link__suspended_at__isnull=True)",
        "Q(ends_at__gt=now)",
        'Link.objects.filter(**{"ends_at__lte": now})',
        'cursor.execute("SELECT 1 FROM accounts_link WHERE removed_at IS NULL")',
        'cursor.execute("SELECT 1 FROM accounts_link l WHERE l.ends_at > now()")',
    ],
)
def test_a_planted_copy_is_found(planted: str) -> None:
    assert list(copies(planted))


def test_columns_of_other_things_are_no_links() -> None:
    assert not list(copies("Meter.objects.filter(removed_on__isnull=True)"))
