"""Pure rules of late payment: what it costs, what money pays first, what of it is shown."""

from svet.penalties.rules.accruing import (
    Credit,
    DueDebt,
    LatePart,
    PenaltySegment,
    accrue,
    penalty,
    percent_per_year,
    settled,
    term,
)

__all__ = [
    "Credit",
    "DueDebt",
    "LatePart",
    "PenaltySegment",
    "accrue",
    "penalty",
    "percent_per_year",
    "settled",
    "term",
]
