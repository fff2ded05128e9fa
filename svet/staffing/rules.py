"""Roles of the retailer's staff, what each may do, and how long a work session lives. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from svet.kernel.refusals import Refused


class Permission(StrEnum):
    """What a desk asks of the member who opens it."""

    ACCOUNTS = "accounts"  # search, open an account with its holder, money and journal
    LINKS = "links"  # confirm a person, judge «это не я», hand an account over
    CUSTOMER_VIEW = "customer_view"  # see a cabinet as its customer does, changing nothing
    TERMS = "terms"  # dated terms of a contract, acts about meters
    READINGS = "readings"  # judge readings, take control readings, answer disputes
    PHONES = "phones"  # ask for, and as the second pair of eyes confirm, a change of phone
    DELIVERIES = "deliveries"  # what became of SMS and letters
    LIMITS = "limits"  # see who is blocked, unblock one person
    BREAKERS = "breakers"  # let go a limit of the whole installation or of a network
    APPEALS = "appeals"  # read and answer what people write
    OUTAGES = "outages"  # announce works and outages, move them, call them off
    BILLING = "billing"  # tariffs, runs, corrections
    MONEY = "money"  # payments before a person, unclear money: credit, put on an account, send back
    MEMBERS = "members"  # members of staff and their roles
    SETUP = "setup"  # the company, suppliers and their requisites, texts people agree to
    STATE = "state"  # how the installation stands; failed jobs once more
    VIEW_LOG = "view_log"  # who of the staff opened which account


class Role(StrEnum):
    OPERATOR = "operator"
    BILLING = "billing"
    SECURITY = "security"


#: The one table of rights. Nobody both appoints members and works with customers' accounts.
ROLES: Final[Mapping[Role, frozenset[Permission]]] = {
    Role.OPERATOR: frozenset(
        {
            Permission.ACCOUNTS,
            Permission.LINKS,
            Permission.CUSTOMER_VIEW,
            Permission.TERMS,
            Permission.READINGS,
            Permission.APPEALS,
            Permission.OUTAGES,
            Permission.PHONES,
            Permission.DELIVERIES,
            Permission.LIMITS,
        }
    ),
    Role.BILLING: frozenset(
        {
            Permission.ACCOUNTS,
            Permission.TERMS,
            Permission.READINGS,
            Permission.APPEALS,
            Permission.BILLING,
            Permission.MONEY,
        }
    ),
    Role.SECURITY: frozenset(
        {
            Permission.PHONES,
            Permission.DELIVERIES,
            Permission.LIMITS,
            Permission.BREAKERS,
            Permission.MEMBERS,
            Permission.VIEW_LOG,
            Permission.SETUP,
            Permission.STATE,
        }
    ),
}

IDLE: Final = timedelta(minutes=15)
ABSOLUTE: Final = timedelta(hours=12)
#: How long a member sees a cabinet as its customer does, whatever they do there.
VIEW_LASTS: Final = timedelta(minutes=15)
#: The shortest reason that says anything.
SHORTEST_REASON: Final = 5
LONGEST_REASON: Final = 300


class StaffReason(StrEnum):
    NOT_A_MEMBER = "not_a_member"
    ALREADY = "already_a_member"
    HAS_CABINET = "has_a_cabinet"
    OWN_ROLE = "own_role"
    LAST_ADMINISTRATOR = "last_administrator"
    SAME_MEMBER = "same_member"
    NOT_HELD = "not_held"
    NO_SUCH_JOB = "no_such_job"
    PROVIDER_SILENT = "provider_silent"
    PROVIDER_REFUSED = "provider_refused"
    PROVIDER_TOO_EARLY = "provider_too_early"
    PROVIDER_STRANGER = "provider_stranger"
    REASON_REQUIRED = "reason_required"
    REASON_TOO_LONG = "reason_too_long"


class StaffRefused(Refused):
    """Something about members of staff cannot be done as asked."""


def session_ended(*, opened_at: datetime, seen_at: datetime, now: datetime) -> bool:
    """Whether a work session is over: 15 minutes without a page, or 12 hours whatever was done."""
    return now - seen_at >= IDLE or now - opened_at >= ABSOLUTE


def view_ended(*, opened_at: datetime, now: datetime) -> bool:
    """Whether a look at a cabinet with its customer's eyes is over: 15 minutes after it began.

    A clock that went back ends it too: nobody may look longer by that.
    """
    return not timedelta(0) <= now - opened_at < VIEW_LASTS


def checked_reason(raw: str, *, field: str = "reason") -> str:
    """A reason with single spaces. :raises StaffRefused: it says nothing, or too much"""
    reason = " ".join(raw.split())
    if len(reason) < SHORTEST_REASON:
        raise StaffRefused(StaffReason.REASON_REQUIRED, field=field)
    if len(reason) > LONGEST_REASON:
        raise StaffRefused(StaffReason.REASON_TOO_LONG, field=field)
    return reason
