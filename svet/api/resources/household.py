"""Household access: who holds an account, inviting, answering, changing, closing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Annotated, Any, TypeVar

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status
from pydantic import Field, StrictStr

from svet.accounts import operations, queries
from svet.accounts.queries import household
from svet.accounts.queries.household import HouseholdMember, InvitationView
from svet.accounts.rules import Right
from svet.api.resources.accounts import note_stranger
from svet.api.shell.idempotency import once
from svet.api.shell.identity import AUTH, Caller, allowed
from svet.api.shell.problems import not_found
from svet.api.shell.schemas import Body, Day, ProblemOut
from svet.api.shell.shapes import Shape
from svet.kernel.refusals import NotFound
from svet.people.rules import Scope

T = TypeVar("T")
router = Router(tags=["Household"], auth=AUTH)
FAILS = {400: ProblemOut, 404: ProblemOut, 409: ProblemOut, 422: ProblemOut, 429: ProblemOut}


class AccessIn(Body):
    """``rights`` beside seeing: submit, pay, manage; ``until`` is the last day of the access."""

    rights: Annotated[list[StrictStr], Field(max_length=4, examples=[["submit", "pay"]])]
    until: Day | None = None


class InvitationIn(AccessIn):
    phone: Annotated[StrictStr, Field(max_length=20_000, examples=["+7 999 000-01-01"])]


class MemberOut(Shape):
    """A cabinet that holds the account; the phone is masked unless its holder was invited by it."""

    id: str
    own: bool
    owner: bool
    invited: bool
    phone: str
    rights: list[str]
    since: datetime
    until: date | None
    closed: bool


class InvitationOut(Shape):
    id: str
    account_number: str
    phone: str
    rights: list[str]
    until: date | None
    open_until: datetime


class HouseholdOut(Shape):
    members: list[MemberOut]
    invitations: list[InvitationOut]


class AcceptedOut(Shape):
    account_id: str


@router.get(
    "/accounts/{account_id}/household",
    response={200: HouseholdOut, 404: ProblemOut},
    summary="Who holds my account",
)
def who_holds(request: HttpRequest, account_id: str) -> dict[str, Any]:
    """Every cabinet and every unanswered invitation; for the account's owner only."""
    caller = allowed(request, Scope.ACCOUNTS_READ)
    now = timezone.now()
    key = _owned(caller, account_id)
    return {
        "members": [_member(each) for each in household.members(caller.actor, account_id=key, now=now)],
        "invitations": [_invitation(each) for each in household.invitations_of(account_id=key, now=now)],
    }


@router.post(
    "/accounts/{account_id}/invitations", response={201: InvitationOut, **FAILS}, summary="Invite by phone"
)
def invite(request: HttpRequest, account_id: str, payload: InvitationIn) -> Status[Any]:
    """Let the holder of a phone in: an SMS with a link goes out; it waits for an answer seven days."""
    caller = allowed(request, Scope.HOUSEHOLD_WRITE)
    now = timezone.now()
    key_of_account = _owned(caller, account_id)

    def act(key: str) -> tuple[int, dict[str, Any]]:
        made = operations.invite(
            by=caller.actor,
            account_public_id=account_id,
            phone=payload.phone,
            rights=payload.rights,
            until=payload.until,
            now=now,
        )
        views = household.invitations_of(account_id=key_of_account, now=now)
        return 201, _plain(next(_invitation(each) for each in views if each.public_id == made))

    return once(request, actor=caller.actor, now=now, act=act)


@router.post(
    "/accounts/{account_id}/household/{link_id}",
    response={200: MemberOut, **FAILS},
    summary="Change an access",
)
def change(request: HttpRequest, account_id: str, link_id: str, payload: AccessIn) -> Status[Any]:
    """Give another cabinet these rights and this term; a closed access opens again."""
    caller = allowed(request, Scope.HOUSEHOLD_WRITE)
    now = timezone.now()
    key_of_account = _owned(caller, account_id)

    def act(key: str) -> tuple[int, dict[str, Any]]:
        _or_404(
            caller,
            link_id,
            lambda: operations.change_access(
                by=caller.actor, link_public_id=link_id, rights=payload.rights, until=payload.until, now=now
            ),
        )
        views = household.members(caller.actor, account_id=key_of_account, now=now)
        return 200, _plain(next(_member(each) for each in views if each.link_public_id == link_id))

    return once(request, actor=caller.actor, now=now, act=act)


@router.post(
    "/accounts/{account_id}/household/{link_id}/approve",
    response={200: MemberOut, **FAILS},
    summary="Approve a cabinet",
)
def approve(request: HttpRequest, account_id: str, link_id: str) -> Status[Any]:
    """Say that a cabinet that came by the two numbers is one of yours: name and flat open to it."""
    caller = allowed(request, Scope.HOUSEHOLD_WRITE)
    now = timezone.now()
    key_of_account = _owned(caller, account_id)

    def act(key: str) -> tuple[int, dict[str, Any]]:
        _or_404(
            caller,
            link_id,
            lambda: operations.approve_link(by=caller.actor, link_public_id=link_id, now=now),
        )
        views = household.members(caller.actor, account_id=key_of_account, now=now)
        return 200, _plain(next(_member(each) for each in views if each.link_public_id == link_id))

    return once(request, actor=caller.actor, now=now, act=act)


@router.delete(
    "/accounts/{account_id}/household/{link_id}",
    response={204: None, 404: ProblemOut, 422: ProblemOut},
    summary="Close an access",
)
def close(request: HttpRequest, account_id: str, link_id: str) -> Status[None]:
    """Close another cabinet's access to the account."""
    caller = allowed(request, Scope.HOUSEHOLD_WRITE)
    _owned(caller, account_id)
    now = timezone.now()
    _or_404(
        caller,
        link_id,
        lambda: operations.suspend_link(by=caller.actor, link_public_id=link_id, now=now),
    )
    return Status(204, None)


@router.get("/invitations", response={200: list[InvitationOut]}, summary="Invitations to me")
def invitations(request: HttpRequest) -> list[dict[str, Any]]:
    """What the holder of the caller's phone is invited to."""
    caller = allowed(request, Scope.ACCOUNTS_READ)
    return [_invitation(each) for each in household.invitations_to(caller.actor, now=timezone.now())]


@router.post(
    "/invitations/{invitation_id}/accept",
    response={201: AcceptedOut, **FAILS},
    summary="Accept an invitation",
)
def accept(request: HttpRequest, invitation_id: str) -> Status[Any]:
    """Take the account into the caller's cabinet; twice is the same as once."""
    caller = allowed(request, Scope.HOUSEHOLD_WRITE)
    now = timezone.now()

    def act(key: str) -> tuple[int, dict[str, Any]]:
        try:
            account_id = operations.accept_invitation(
                by=caller.actor, invitation_public_id=invitation_id, now=now
            )
        except NotFound:
            note_stranger(caller, "api.invitation_not_found", invitation_id)
            raise not_found() from None
        return 201, {"account_id": account_id}

    return once(request, actor=caller.actor, now=now, act=act)


@router.delete(
    "/invitations/{invitation_id}",
    response={204: None, 404: ProblemOut},
    summary="Refuse an invitation or take one back",
)
def drop(request: HttpRequest, invitation_id: str) -> Status[None]:
    """The invited refuses, the owner takes back."""
    caller = allowed(request, Scope.HOUSEHOLD_WRITE)
    now = timezone.now()
    mine = household.invitations_to(caller.actor, now=now)
    answer = (
        operations.refuse_invitation
        if any(each.public_id == invitation_id for each in mine)
        else operations.withdraw_invitation
    )
    _or_404(
        caller,
        invitation_id,
        lambda: answer(by=caller.actor, invitation_public_id=invitation_id, now=now),
    )
    return Status(204, None)


def _owned(caller: Caller, account_id: str) -> int:
    """The inside key of an account the caller owns. :raises Problem: 404"""

    def find() -> int:
        card = queries.card_of(caller.actor, account_public_id=account_id)
        if not household.owns(caller.actor, account_id=card.account_id):
            raise queries.AccountNotFound(queries.AccountReason.NOT_FOUND)
        return card.account_id

    return _or_404(caller, account_id, find)


def _or_404(caller: Caller, public_id: str, act: Callable[[], T]) -> T:
    try:
        return act()
    except NotFound:
        note_stranger(caller, "api.household_not_found", public_id)
        raise not_found() from None


def _names(rights: frozenset[Right]) -> Sequence[str]:
    return sorted(right.value for right in rights)


def _member(member: HouseholdMember) -> dict[str, Any]:
    return {
        "id": member.link_public_id,
        "own": member.own,
        "owner": member.owner,
        "invited": member.invited,
        "phone": member.phone,
        "rights": _names(member.rights),
        "since": member.since,
        "until": member.until,
        "closed": member.suspended or member.over,
    }


def _invitation(view: InvitationView) -> dict[str, Any]:
    return {
        "id": view.public_id,
        "account_number": view.account_number,
        "phone": view.phone,
        "rights": _names(view.rights),
        "until": view.until,
        "open_until": view.open_until,
    }


def _plain(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer as it can be kept for a repeated call."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in answer.items()}
