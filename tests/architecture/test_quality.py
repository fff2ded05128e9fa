"""docs/quality.md names tests that exist: a fault whose test was renamed away is a fault nobody watches."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.compile(r"`((?:svet|tests)/[\w/]+\.py)(?:::(\w+))?")


def test_every_fault_names_a_test_that_is_there() -> None:
    rows = (ROOT / "docs" / "quality.md").read_text("utf-8")
    named = NAMED.findall(rows)
    assert len(named) > 100
    missing = [
        f"{path}::{name}"
        for path, name in named
        if not (ROOT / path).is_file()
        or (name and not re.search(rf"^(?:async )?def {name}\b", (ROOT / path).read_text("utf-8"), re.M))
    ]
    assert missing == []
