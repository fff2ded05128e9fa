"""Writes: a supplier's choices, and what a month's run shows."""

from svet.penalties.operations.policies import PenaltyPolicyOutcome, set_penalty_policy
from svet.penalties.operations.showing import PenaltiesShown, keep_penalty_run, show_penalties

__all__ = [
    "PenaltiesShown",
    "PenaltyPolicyOutcome",
    "keep_penalty_run",
    "set_penalty_policy",
    "show_penalties",
]
