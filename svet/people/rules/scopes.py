"""What a personal API token may be allowed to do, and for how long."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Final

from svet.people.rules.names import ProfileReason, ProfileRefused


class Scope(StrEnum):
    ACCOUNTS_READ = "accounts:read"
    READINGS_READ = "readings:read"
    READINGS_WRITE = "readings:write"
    BILLS_READ = "bills:read"
    PAYMENTS_READ = "payments:read"
    PAYMENTS_WRITE = "payments:write"
    CABINET_WRITE = "cabinet:write"
    HOUSEHOLD_WRITE = "household:write"
    APPEALS_READ = "appeals:read"
    APPEALS_WRITE = "appeals:write"
    TOKENS_WRITE = "tokens:write"


#: The terms that are offered, in days; an installation may allow only shorter ones.
TERMS: Final = (30, 90, 365)
#: How long before its end the holder of a token is told.
WARN_BEFORE: Final = timedelta(days=7)
#: How long an expired token is still told apart from an unknown one.
KEEP_EXPIRED: Final = timedelta(days=30)


def terms(*, most_days: int) -> tuple[int, ...]:
    """The terms on offer where no token may live longer than ``most_days``; the last one is the usual one."""
    last = min(most_days, TERMS[-1])
    return (*(term for term in TERMS if term < last), last)


def term_of(days: int | None, *, most_days: int) -> timedelta:
    """A token's life. :raises ProfileRefused: none at all, or longer than the installation allows"""
    chosen = terms(most_days=most_days)[-1] if days is None else days
    if not 1 <= chosen <= most_days:
        raise ProfileRefused(ProfileReason.TERM, field="expires_in_days", details={"most": most_days})
    return timedelta(days=chosen)
