"""The one table of limits, and the riddles a busy network's browsers solve. Pure."""

from svet.limits.rules.buckets import (
    BOOKKEEPING,
    COUNTER,
    LIMITS,
    OF_PERSON,
    SHARED,
    Limit,
    LimitName,
    loosened,
    network_of,
    sms_a_day,
    wait_in_minutes,
)
from svet.limits.rules.work import Purpose, Riddle

__all__ = [
    "BOOKKEEPING",
    "COUNTER",
    "LIMITS",
    "OF_PERSON",
    "SHARED",
    "Limit",
    "LimitName",
    "Purpose",
    "Riddle",
    "loosened",
    "network_of",
    "sms_a_day",
    "wait_in_minutes",
]
