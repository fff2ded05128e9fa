"""Reads of household access: who holds an account, for its owner, and who is invited where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from svet.accounts.models import Account, Invitation, InvitationState, Link
from svet.accounts.queries.views import account_view, shown_address
from svet.accounts.rules import Right
from svet.kernel.actors import Actor
from svet.people import queries as people
from svet.people.rules import mask_phone


@dataclass(frozen=True, slots=True)
class HouseholdMember:
    """A cabinet that holds the account, as the owner sees it; the phone is whole where the owner typed it."""

    link_public_id: str
    own: bool
    owner: bool
    invited: bool
    phone: str
    rights: frozenset[Right]
    since: datetime
    until: date | None
    suspended: bool
    over: bool


@dataclass(frozen=True, slots=True)
class InvitationView:
    """A waiting invitation; ``address`` masks the flat, which only accepting opens."""

    public_id: str
    account_number: str
    provider: str
    address: str
    phone: str
    rights: frozenset[Right]
    until: date | None
    open_until: datetime


def owns(actor: Actor, *, account_id: int) -> bool:
    """Whether the actor may let others into the account."""
    links = Link.objects.standing().filter(person_id=actor.person_id or 0, account_id=account_id)
    return any(link.is_owner for link in links)


def members(actor: Actor, *, account_id: int, now: datetime) -> list[HouseholdMember]:
    """Every cabinet that holds the account, oldest first; for its owner only."""
    links = Link.objects.kept().filter(account_id=account_id)
    rows = links.select_related("person", "account__provider").order_by("linked_at", "pk")
    return [
        HouseholdMember(
            link_public_id=link.public_id,
            own=link.person_id == actor.person_id,
            owner=link.is_owner,
            invited=link.invited_by_id is not None,
            phone=link.person.phone if link.invited_by_id else mask_phone(link.person.phone),
            rights=_rights(link),
            since=link.linked_at,
            until=_last_day(link.ends_at, account=link.account),
            suspended=link.suspended_at is not None,
            over=link.ends_at is not None and link.ends_at <= now,
        )
        for link in rows
    ]


def invitations_of(*, account_id: int, now: datetime) -> list[InvitationView]:
    """The unanswered invitations to an account, newest first; for its owner only."""
    return _views(Invitation.objects.filter(account_id=account_id), now=now)


def invitations_to(actor: Actor, *, now: datetime) -> list[InvitationView]:
    """The unanswered invitations to the actor's phone, newest first."""
    phone = people.phones_of([actor.person_id or 0]).get(actor.person_id or 0)
    return _views(Invitation.objects.filter(phone=phone), now=now) if phone else []


def _views(rows: QuerySet[Invitation], *, now: datetime) -> list[InvitationView]:
    found = (
        rows.filter(state=InvitationState.WAITING, open_until__gt=now)
        .select_related("account__provider", "account__premises")
        .order_by("-created_at", "-pk")
    )
    return [
        InvitationView(
            public_id=row.public_id,
            account_number=row.account.number,
            provider=row.account.provider.name,
            address=shown_address(account_view(row.account), confirmed=False),
            phone=row.phone,
            rights=_rights(row) | {Right.VIEW},
            until=_last_day(row.ends_at, account=row.account),
            open_until=row.open_until,
        )
        for row in found
    ]


def _rights(row: Link | Invitation) -> frozenset[Right]:
    return frozenset(right for right in Right if getattr(row, f"can_{right.value}", False))


def _last_day(ends_at: datetime | None, *, account: Account) -> date | None:
    if ends_at is None:
        return None
    return (ends_at - timedelta(seconds=1)).astimezone(ZoneInfo(account.provider.time_zone)).date()
