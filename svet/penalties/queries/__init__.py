"""Reads: what suppliers have chosen, what was shown, how runs ended, and whether it all adds up."""

from svet.penalties.queries.checks import broken
from svet.penalties.queries.paid import PaidStreams, paid_streams
from svet.penalties.queries.policies import choices_of, provider_choice
from svet.penalties.queries.shown import (
    PenaltyRunView,
    ShownRow,
    has_shown,
    last_runs,
    shown_rows,
    untold_runs,
)
from svet.penalties.queries.standing import account_streams

__all__ = [
    "PaidStreams",
    "PenaltyRunView",
    "ShownRow",
    "account_streams",
    "broken",
    "choices_of",
    "has_shown",
    "last_runs",
    "paid_streams",
    "provider_choice",
    "shown_rows",
    "untold_runs",
]
