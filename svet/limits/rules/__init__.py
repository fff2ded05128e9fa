"""The one table of limits, and the riddles a busy network's browsers solve. Pure."""

from svet.limits.rules.buckets import (
    COUNTER,
    LIMITS,
    Limit,
    LimitName,
    loosened,
    network_of,
    wait_in_minutes,
)
from svet.limits.rules.work import Purpose, Riddle

__all__ = [
    "COUNTER",
    "LIMITS",
    "Limit",
    "LimitName",
    "Purpose",
    "Riddle",
    "loosened",
    "network_of",
    "wait_in_minutes",
]
