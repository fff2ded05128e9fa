"""What stands in one place of the house, and nowhere a second time."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent

#: (what, a sign of it in the text, the one file that may have it)
SINGLE = [
    ("advisory locks", re.compile(r"pg_(?:try_)?advisory|hashtext", re.IGNORECASE), "svet/kernel/locks.py"),
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
