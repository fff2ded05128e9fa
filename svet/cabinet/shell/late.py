"""What of an account's debt is late, as «Сегодня» counts it: by the oldest bill that is not paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from svet.bills.queries import BillSummary
from svet.bills.rules.arrears import Arrears, PromisedPart, arrears_of
from svet.kernel.money import Money


@dataclass(frozen=True, slots=True)
class AskedByBill:
    """A bill as arrears are counted by it."""

    due_on: date
    closing: int
    taken: int


def late_of(
    newest: Sequence[BillSummary],
    *,
    balance: Money,
    transit: Money,
    promised: PromisedPart | None,
    today: date,
) -> Arrears:
    """What of the debt is late on the provider's ``today``; the bills are the newest first."""
    bills = [AskedByBill(one.due_on, one.sums.closing, one.sums.taken) for one in newest]
    return arrears_of(balance=balance, transit=transit, bills=bills, promised=promised, today=today)
