"""A person's own limit for a month beside the forecast of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from svet.kernel.periods import Month
from svet.kernel.refusals import Refused

#: The highest limit: what nobody pays or uses at home in a month.
MOST_KOPECKS: Final = 100_000_000
MOST_KWH: Final = 100_000


class BudgetReason(StrEnum):
    AMOUNT = "budget_amount"
    KIND = "budget_kind"
    NO_BILLS = "budget_without_bills"


class BudgetRefused(Refused):
    """No such limit can be kept."""


class BudgetKind(StrEnum):
    """What is limited."""

    MONEY = "money"  # kopecks of the bill
    ENERGY = "energy"  # kWh


@dataclass(frozen=True, slots=True)
class Budget:
    """A limit for each month: kopecks or kWh by its kind."""

    kind: BudgetKind
    limit: int


class BudgetStanding(StrEnum):
    """How the forecast stands to the limit."""

    WITHIN = "within"
    CLOSE = "close"  # the range begins below the limit and ends above it, its middle not above
    BEYOND = "beyond"  # the middle of the range is above the limit


def checked_budget(*, kind: str, limit: int) -> Budget:
    """A limit that may be kept. :raises BudgetRefused:"""
    if kind not in list(BudgetKind):
        raise BudgetRefused(BudgetReason.KIND, field="kind")
    most = MOST_KOPECKS if kind == BudgetKind.MONEY else MOST_KWH
    if not 1 <= limit <= most:
        raise BudgetRefused(BudgetReason.AMOUNT, field="limit")
    return Budget(BudgetKind(kind), limit)


def budget_standing(budget: Budget, *, low: Decimal, high: Decimal) -> BudgetStanding:
    """The forecast's bounds, in the limit's own unit, beside the limit; just the limit is within it."""
    if (low + high) / 2 > budget.limit:
        return BudgetStanding.BEYOND
    return BudgetStanding.CLOSE if high > budget.limit else BudgetStanding.WITHIN


@dataclass(frozen=True, slots=True)
class BudgetView:
    """A person's limit beside the open month; ``bounds`` in its own unit, None: nothing can be told.

    ``several``: the next bill will hold several months, which a limit for one cannot be held against.
    """

    budget: Budget
    month: Month
    ends_on: date | None
    bounds: tuple[Decimal, Decimal] | None
    several: bool = False

    @property
    def standing(self) -> BudgetStanding | None:
        """How the month stands to the limit; None: nothing can be told yet."""
        if self.bounds is None:
            return None
        return budget_standing(self.budget, low=self.bounds[0], high=self.bounds[1])
