"""Household access: the owner lets others in by phone, with rights and a term, and closes the door again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from svet.accounts import events, queries
from svet.accounts.models import INVITATION_MOVES, Account, Invitation, InvitationState, Link
from svet.accounts.operations.ending import end_invitations
from svet.accounts.operations.groups import default_group
from svet.accounts.queries import AccountNotFound, AccountReason
from svet.accounts.rules import Right
from svet.accounts.rules.refusals import HouseholdReason
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.moving import move_row
from svet.kernel.places import Place
from svet.kernel.refusals import NotFound, Refused
from svet.kernel.transactions import require_transaction, use_case
from svet.limits import operations as limits
from svet.limits.rules import LimitName
from svet.notices import operations as notices
from svet.people import queries as people
from svet.people.rules import normalise_phone

OPEN_FOR = timedelta(days=7)
LONGEST_TERM = timedelta(days=3_660)


class HouseholdRefused(Refused):
    """Nobody can be let in this way."""


class InvitationNotFound(NotFound):
    """No such invitation, or not for this actor."""


def invite(
    *,
    by: Actor,
    account_public_id: str,
    phone: str,
    rights: Collection[str],
    now: datetime,
    until: date | None = None,
) -> str:
    """Let the holder of a phone in: an SMS with a link goes out, a waiting invitation is replaced.

    ``until`` is the last day of the access. Seeing belongs to every invitation. Says its outside id.

    :raises AccountNotFound: the actor does not own the account
    :raises PhoneRefused: :raises HouseholdRefused: :raises LimitReached:
    """
    owned = _owned(by, account_public_id=account_public_id)
    number = normalise_phone(phone)
    chosen = _rights(rights)
    ends_at = _end_of(until, account=owned.account, now=now)
    if number == people.person(owned.person_id).phone:
        raise HouseholdRefused(HouseholdReason.OWN_PHONE, field="phone")
    limits.spend(limit=LimitName.INVITATIONS_PER_PERSON, key=str(by.person_id), now=now)
    limits.spend(limit=LimitName.INVITATIONS_PER_PHONE, key=number, now=now)
    limits.spend(limit=LimitName.SMS_PER_INSTALLATION, key="all", now=now)
    with use_case():
        account = _lock(account_id=owned.account_id)
        owned = _owned(by, account_public_id=account_public_id)
        holds = Link.objects.standing(at=now).filter(account=account, person__phone=number)
        if holds.filter(invited_by__isnull=False).exists() or any(link.is_owner for link in holds):
            raise HouseholdRefused(HouseholdReason.ALREADY, field="phone")
        end_invitations(Invitation.objects.filter(account=account, phone=number), now=now)
        invitation = Invitation.objects.create(
            account=account,
            invited_by_id=owned.person_id,
            phone=number,
            ends_at=ends_at,
            created_at=now,
            open_until=min(now + OPEN_FOR, ends_at or now + OPEN_FOR),
            **chosen,
        )
        notices.send_sms(
            phone=number,
            event=events.INVITED,
            params={},
            place=Place("invitation", (invitation.public_id,)),
            now=now,
        )
        _note(by, "household.invited", invitation=invitation, now=now, after=chosen | _term(ends_at))
    return invitation.public_id


def accept_invitation(*, by: Actor, invitation_public_id: str, now: datetime) -> str:
    """Take the account into the cabinet of the invited phone, name and flat open. Twice is the same as once.

    Says the outside id of the account.

    :raises InvitationNotFound: not to this phone, answered otherwise, or too late
    """
    with use_case():
        invitation = _to_me(by, public_id=invitation_public_id)
        account = _lock(account_id=invitation.account_id)
        invitation.refresh_from_db()
        link = Link.objects.kept().filter(person_id=by.person_id or 0, account=account).first()
        if invitation.state == InvitationState.ACCEPTED and link is not None:
            return account.public_id
        if not _is_open(invitation, now=now) or not _may_still_invite(invitation):
            raise InvitationNotFound(HouseholdReason.NOT_FOUND)
        assert by.person_id is not None
        if link is None:
            link = Link(
                person_id=by.person_id,
                account=account,
                group=default_group(person_id=by.person_id),
                position=10_000,
                linked_at=now,
            )
        if not link.is_owner:
            link.can_view = True
            link.can_submit, link.can_pay = invitation.can_submit, invitation.can_pay
            link.can_manage, link.ends_at = invitation.can_manage, invitation.ends_at
            link.invited_by_id, link.confirmed_at, link.suspended_at = invitation.invited_by_id, now, None
            link.save()
        # Whom the owner invites the office's «no» of earlier does not concern any more.
        Link.objects.filter(person_id=by.person_id, account=account).update(barred_at=None)
        _answer(by, invitation=invitation, state=InvitationState.ACCEPTED, now=now)
        others = queries.people_of(account_id=account.pk)
        for person_id in others:
            notices.notify(
                recipient_id=people.recipient_of(person_id),
                event=events.ACCOUNT_LINKED,
                params={"account": account.number},
                place=Place("account", (account.public_id,)),
                now=now,
            )
    return account.public_id


def refuse_invitation(*, by: Actor, invitation_public_id: str, now: datetime) -> None:
    """Say no. :raises InvitationNotFound: not to this phone, answered, or too late"""
    with use_case():
        invitation = _to_me(by, public_id=invitation_public_id)
        _lock(account_id=invitation.account_id)
        invitation.refresh_from_db()
        if not _is_open(invitation, now=now):
            raise InvitationNotFound(HouseholdReason.NOT_FOUND)
        _answer(by, invitation=invitation, state=InvitationState.REFUSED, now=now)


def withdraw_invitation(*, by: Actor, invitation_public_id: str, now: datetime) -> None:
    """Take an unanswered invitation back. :raises InvitationNotFound: not of an account the actor owns"""
    with use_case():
        invitation = Invitation.objects.filter(
            public_id=invitation_public_id, state=InvitationState.WAITING
        ).first()
        if invitation is None or not _owns(by, account_id=invitation.account_id):
            raise InvitationNotFound(HouseholdReason.NOT_FOUND)
        _lock(account_id=invitation.account_id)
        invitation.refresh_from_db()
        if invitation.state != InvitationState.WAITING:
            raise InvitationNotFound(HouseholdReason.NOT_FOUND)
        _answer(by, invitation=invitation, state=InvitationState.WITHDRAWN, now=now)


def change_access(
    *, by: Actor, link_public_id: str, rights: Collection[str], now: datetime, until: date | None = None
) -> None:
    """Give another cabinet that holds the account other rights, another term; a closed one opens again.

    :raises AccountNotFound: not a link of an account the actor owns, the actor's own, or another owner's
    :raises HouseholdRefused: the rights or the term cannot be
    """
    chosen = _rights(rights)
    with use_case():
        link = others_link(by, link_public_id=link_public_id)
        ends_at = _end_of(until, account=link.account, now=now)
        before = _rights_of(link) | _term(link.ends_at)
        for name, value in chosen.items():
            setattr(link, name, value)
        link.can_view, link.ends_at, link.suspended_at = True, ends_at, None
        link.save()
        journal.record(
            by=by,
            action="household.access_changed",
            subject="link",
            subject_id=link.public_id,
            now=now,
            account_id=link.account_id,
            before=before,
            after=chosen | _term(ends_at),
        )


def _owned(by: Actor, *, account_public_id: str) -> Link:
    """The actor's own link as the owner of the account. :raises AccountNotFound:"""
    links = Link.objects.standing().filter(
        person_id=by.person_id or 0,
        account__public_id=account_public_id,
        confirmed_at__isnull=False,
        invited_by__isnull=True,
    )
    link = links.select_related("account__provider").first()
    if link is None:
        raise AccountNotFound(AccountReason.NOT_FOUND)
    return link


def _owns(by: Actor, *, account_id: int) -> bool:
    links = Link.objects.standing().filter(person_id=by.person_id or 0, account_id=account_id)
    return any(link.is_owner for link in links)


def others_link(by: Actor, *, link_public_id: str) -> Link:
    """Another's hold on an account the actor owns, locked (a step). :raises AccountNotFound:"""
    link = (
        Link.objects.kept()
        .select_for_update(of=("self",), no_key=True)
        .select_related("account__provider")
        .filter(public_id=link_public_id)
        .first()
    )
    if (
        link is None
        or link.person_id == by.person_id
        or link.is_owner
        or not _owns(by, account_id=link.account_id)
    ):
        raise AccountNotFound(AccountReason.NOT_FOUND)
    return link


def _to_me(by: Actor, *, public_id: str) -> Invitation:
    """The invitation, if it went to the actor's phone. :raises InvitationNotFound:"""
    invitation = Invitation.objects.filter(public_id=public_id).first()
    if by.person_id is None or invitation is None:
        raise InvitationNotFound(HouseholdReason.NOT_FOUND)
    if invitation.phone != people.person(by.person_id).phone:
        raise InvitationNotFound(HouseholdReason.NOT_FOUND)
    return invitation


def _is_open(invitation: Invitation, *, now: datetime) -> bool:
    in_term = invitation.ends_at is None or invitation.ends_at > now
    return invitation.state == InvitationState.WAITING and invitation.open_until > now and in_term


def _may_still_invite(invitation: Invitation) -> bool:
    """An owner who has gone since lets nobody in any more."""
    return _owns(Actor.person(invitation.invited_by_id), account_id=invitation.account_id)


def _lock(*, account_id: int) -> Account:
    """Changes of one household go one after another (a step)."""
    require_transaction()
    return Account.objects.select_for_update(no_key=True).get(pk=account_id)


def _answer(by: Actor, *, invitation: Invitation, state: InvitationState, now: datetime) -> None:
    move_row(invitation, moves=INVITATION_MOVES, to=state, changes={"answered_at": now})
    _note(by, f"household.{state.value}", invitation=invitation, now=now, after={"state": state.value})


def _note(by: Actor, action: str, *, invitation: Invitation, now: datetime, after: dict[str, object]) -> None:
    journal.record(
        by=by,
        action=action,
        subject="invitation",
        subject_id=invitation.public_id,
        now=now,
        account_id=invitation.account_id,
        after=after,
    )


def _rights(rights: Collection[str]) -> dict[str, object]:
    known = {right.value for right in Right}
    if not set(rights) <= known:
        raise HouseholdRefused(HouseholdReason.RIGHTS, field="rights")
    return {f"can_{right.value}": right.value in rights for right in Right if right is not Right.VIEW}


def _rights_of(link: Link) -> dict[str, object]:
    return {f"can_{right.value}": getattr(link, f"can_{right.value}") for right in Right}


def _term(ends_at: datetime | None) -> dict[str, object]:
    return {"ends_at": ends_at.isoformat() if ends_at else None}


def _end_of(until: date | None, *, account: Account, now: datetime) -> datetime | None:
    """The first moment after the last day, at the provider."""
    if until is None:
        return None
    if until < queries.provider_today(account.provider, now):
        raise HouseholdRefused(HouseholdReason.PAST, field="until")
    if until > now.date() + LONGEST_TERM:
        raise HouseholdRefused(HouseholdReason.TOO_FAR, field="until")
    zone = ZoneInfo(account.provider.time_zone)
    return datetime.combine(until + timedelta(days=1), time.min, tzinfo=zone)
