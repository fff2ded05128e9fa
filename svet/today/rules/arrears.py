"""What of a debt is late, by the bills that asked for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from svet.kernel.money import ZERO, Money
from svet.today.rules.facts import AccountFactsOfDay


@dataclass(frozen=True, slots=True)
class Arrears:
    """An account's debt beyond the money on its way: ``late`` of it since ``since``, the rest by a day."""

    owed: Money
    late: Money
    since: date | None
    due_on: date | None


def arrears(account: AccountFactsOfDay) -> Arrears:
    """What of the debt is late: money pays the oldest bill first.

    A charge that stands on no bill yet is owed by no day; it is never late.
    """
    owed = max(account.balance - account.transit, ZERO)
    if not owed or not account.bills:
        return Arrears(owed, ZERO, None, None)
    newest = account.bills[0]
    spent = max(0, newest.closing - account.balance.kopecks) + account.transit.kopecks
    rest, late, since, due_on = owed.kopecks, 0, None, None
    for bill in account.bills:
        rest = min(rest, bill.closing - spent)
        if rest <= 0:
            break
        if bill.due_on < account.today:
            late, since = max(late, rest), bill.due_on
        elif due_on is None:
            due_on = bill.due_on
        spent += bill.taken
    return Arrears(owed, Money(late), since, due_on)
