"""What of a debt is late, by the bills that asked for it."""

from __future__ import annotations

from svet.bills.rules.arrears import Arrears, arrears_in_parts, arrears_of
from svet.today.rules.facts import AccountFactsOfDay

__all__ = ["Arrears", "arrears"]


def arrears(account: AccountFactsOfDay) -> Arrears:
    """What of the debt is late beyond the money on its way, as :func:`arrears_of` counts it."""
    if account.plan is not None:
        return arrears_in_parts(
            ask=account.plan.money, until=account.plan.until, transit=account.transit, today=account.today
        )
    return arrears_of(
        balance=account.balance,
        transit=account.transit,
        bills=account.bills,
        today=account.today,
        promised=account.promised,
    )
