"""A limit of a month and what the forecast says, of the bare values that a notice keeps."""

from __future__ import annotations

from decimal import Decimal

from svet.usage.rules import Budget, BudgetKind
from svet.usage.texts import bounds_of, limit_of


def limit_and_range(*, kind: str, limit: str, low: str, high: str) -> tuple[str, str]:
    """Both in the reader's language, with their units: units are words too."""
    budget = Budget(BudgetKind(kind), int(limit))
    return limit_of(budget), bounds_of(budget, (Decimal(low), Decimal(high)))
