"""kWh into kopecks, and a reading as a line of a charge keeps it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from svet.kernel.money import Money


class Reading(NamedTuple):
    """A value on a scale, its date and the set it came with."""

    value: Decimal
    on: date
    set_id: int | None


def amount(kwh: Decimal, price: Decimal) -> int:
    """Kopecks of one line."""
    return Money.of_roubles(kwh * price).kopecks
