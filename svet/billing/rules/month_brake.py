"""The brake of a whole month: totals unlike those of the month before wait for a second person. Pure.

Limits of one account (``rules.brakes``) do not see a table of prices that is wrong for everybody a little,
nor a register with a shifted column: each account is within them, and the sum is not (ADR 120).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final, NamedTuple

from svet.billing.rules.kinds import Rules

#: Of fewer accounts shares say nothing: whoever bills them knows each.
FEWEST: Final = 100


class MonthTotals(NamedTuple):
    """Accounts charged in a month and the one before, kopecks then and now, accounts that are movers."""

    accounts: int = 0
    former_kopecks: int = 0
    kopecks: int = 0
    movers: int = 0

    @property
    def percent(self) -> Decimal:
        """By how much the sum went up or down, in percent of what it was; of nothing: as much as can be."""
        moved = abs(self.kopecks - self.former_kopecks)
        if not self.former_kopecks:
            return Decimal(1000 if moved else 0)
        return Decimal(moved) * 100 / abs(self.former_kopecks)


def unlike(totals: MonthTotals, rules: Rules) -> bool:
    """Whether a month is so unlike the one before that a person must look before its bills go out."""
    if totals.accounts < FEWEST:
        return False
    return (
        totals.percent > rules.totals_percent
        or Decimal(totals.movers) * 100 > rules.movers_share * totals.accounts
    )
