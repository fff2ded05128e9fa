"""What a personal API token may be allowed to do, and for how long."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True, order=True)
class KeyBound:
    """A thing a key is bound to, by outside ids: an account, or one meter of it."""

    account: str
    meter: str = ""


#: What a key of chosen accounts may be allowed: what is about one account and moves no money.
ACCOUNT_SCOPES: Final = frozenset(
    {Scope.ACCOUNTS_READ, Scope.READINGS_READ, Scope.READINGS_WRITE, Scope.BILLS_READ}
)
#: What a key of chosen meters may be allowed.
METER_SCOPES: Final = frozenset({Scope.READINGS_READ, Scope.READINGS_WRITE})
#: How many things one key is bound to at most.
MOST_BOUNDS: Final = 50


def check_bounds(bounds: Collection[KeyBound] | None, scopes: Collection[str]) -> None:
    """Whether a key may be bound so; None is the whole cabinet.

    :raises ProfileRefused: nothing or too much is chosen, or a right is of the whole cabinet
    """
    if bounds is None:
        return
    if not bounds:
        raise ProfileRefused(ProfileReason.NO_BOUNDS, field="bounds")
    if len(bounds) > MOST_BOUNDS:
        raise ProfileRefused(ProfileReason.MANY_BOUNDS, field="bounds")
    if any(bound.meter for bound in bounds) and not set(scopes) <= METER_SCOPES:
        raise ProfileRefused(ProfileReason.METER_SCOPES, field="scopes")
    if not set(scopes) <= ACCOUNT_SCOPES:
        raise ProfileRefused(ProfileReason.ACCOUNT_SCOPES, field="scopes")
