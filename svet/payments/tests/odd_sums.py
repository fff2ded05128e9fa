"""Sums as people and programs get them wrong: what each row of the list must come to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from svet.payments.rules import AmountReason

ROWS: Final[list[dict[str, Any]]] = json.loads(
    (Path(__file__).parent / "data" / "bad_inputs.json").read_text("utf-8")
)["amount"]
#: By the number of the row: kopecks, or why it is refused. The others are no text of one field.
EXPECTED: Final[dict[int, AmountReason | int]] = {
    1: AmountReason.REQUIRED,
    2: AmountReason.MIN,
    4: AmountReason.NEGATIVE,
    6: 30_000,
    7: 30_000,
    9: 30_050,
    11: 123_456,
    12: 123_456,
    14: AmountReason.AMBIGUOUS,
    16: AmountReason.CHARS,
    17: AmountReason.CHARS,
    19: AmountReason.CHARS,
    21: AmountReason.MIN,
    22: AmountReason.FRACTION,
    24: AmountReason.MAX,
    26: AmountReason.TOO_LONG,
    27: AmountReason.CHARS,
    29: AmountReason.CHARS,
}
TYPED: Final = [row for row in ROWS if "raw" in row]


def typed(row: dict[str, Any]) -> str:
    """What stands in the field."""
    return "9" * 5000 if row["raw"] is None else str(row["raw"])
