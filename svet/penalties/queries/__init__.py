"""Reads: what suppliers have chosen, what was shown, how runs ended, and whether it all adds up."""

from svet.penalties.queries.checks import broken
from svet.penalties.queries.policies import choices_of, provider_choice
from svet.penalties.queries.shown import (
    PenaltyRunView,
    ShownRow,
    has_shown,
    last_runs,
    shown_rows,
    untold_runs,
)

__all__ = [
    "PenaltyRunView",
    "ShownRow",
    "broken",
    "choices_of",
    "has_shown",
    "last_runs",
    "provider_choice",
    "shown_rows",
    "untold_runs",
]
