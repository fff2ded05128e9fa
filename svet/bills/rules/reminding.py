"""When one is reminded to pay, and how much of the debt is meant."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

#: From how many days before the due date people are reminded.
DAYS_BEFORE: Final = 3


def reminded_until(today: date) -> date:
    """The last due date that is near enough to be reminded of today."""
    return today + timedelta(days=DAYS_BEFORE)


def still_owed(*, payable: int, balance: int, promised: int = 0) -> int:
    """What of a bill is to be paid yet, kopecks: what was charged since then is not due with it.

    ``promised`` of it waits for the day it is promised by, and is the oldest: a new bill is asked besides.
    """
    return max(0, min(payable, balance) - promised)


def accounts_label(numbers: list[str]) -> str:
    """«0356067000», and «0356067000 (+2)» for three accounts."""
    return numbers[0] if len(numbers) == 1 else f"{numbers[0]} (+{len(numbers) - 1})"
