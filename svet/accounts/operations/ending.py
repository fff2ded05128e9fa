"""What has run out ends by itself: a guest's term, the bills they asked for, an unanswered invitation."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from svet.accounts import events
from svet.accounts.models import INVITATION_MOVES, Account, Invitation, InvitationState, Link
from svet.accounts.operations.access import end_access
from svet.accounts.operations.delivery import end_delivery_to, end_lapsed_delivery
from svet.accounts.operations.telling import tell_access, tell_owners
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.moving import move_standing
from svet.kernel.places import Place
from svet.kernel.transactions import require_transaction, use_case
from svet.notices import operations as notices
from svet.people import queries as people

_CLOCK = Actor.system("terms")


def end_what_has_run_out(*, now: datetime) -> int:
    """End the links and invitations whose time is over and tell whom it concerns; says how many ended.

    Each is a transaction of its own, so a killed or repeated run does nothing twice. Nothing waits for it:
    access is over with its term, and so are letters.
    """
    ended = 0
    for link_id in _keys_of_links(now=now):
        ended += _end_term(link_id, now=now)
    for invitation_id in _keys_of_invitations(now=now):
        ended += _expire(invitation_id, now=now)
    for account_id in _lapsed_choices():
        ended += end_lapsed_delivery(account_id=account_id, now=now)
    return ended


def end_link(link: Link, *, now: datetime) -> bool:
    """Take a link whose term is over out of its cabinet (a step); says whether bills went there by e-mail."""
    require_transaction()
    link.removed_at = link.ends_at
    link.save(update_fields=["removed_at"])
    went = end_delivery_to(account_id=link.account_id, person_id=link.person_id, by=_CLOCK, now=now)
    end_access(person_id=link.person_id, account_id=link.account_id, now=now)
    journal.record(
        by=_CLOCK,
        action="household.term_over",
        subject="link",
        subject_id=link.public_id,
        now=now,
        account_id=link.account_id,
    )
    return went


def _keys_of_links(*, now: datetime) -> list[int]:
    return list(Link.objects.run_out(at=now).order_by("pk").values_list("pk", flat=True))


def _end_term(link_id: int, *, now: datetime) -> bool:
    account_id = Link.objects.values_list("account_id", flat=True).get(pk=link_id)
    with use_case():
        # In the order in which customers and the office lock a household.
        account = Account.objects.select_for_update(no_key=True).get(pk=account_id)
        link = (
            Link.objects.run_out(at=now)
            .select_for_update(of=("self",), no_key=True)
            .select_related("account")
            .filter(pk=link_id)
            .first()
        )
        if link is None:  # the owner gave a new term meanwhile
            return False
        went = end_link(link, now=now)
        tell_access(link, change="term_over", now=now)
        tell_owners(account, change="guest_term_over_paper" if went else "guest_term_over", now=now)
    return True


def forget_invitations(*, before: datetime, most: int) -> int:
    """Delete invitations made before a moment that are over, ``most`` of them; says how many.

    They name phones of people who never came, too; who was let in stands with the access.
    """
    over = Invitation.objects.filter(created_at__lt=before).exclude(state=InvitationState.WAITING)
    keys = list(over.order_by("pk").values_list("pk", flat=True)[:most])
    with use_case():
        return Invitation.objects.filter(pk__in=keys).delete()[0] if keys else 0


def _keys_of_invitations(*, now: datetime) -> list[int]:
    over = Invitation.objects.filter(state=InvitationState.WAITING, open_until__lte=now)
    return list(over.order_by("pk").values_list("pk", flat=True))


def _expire(invitation_id: int, *, now: datetime) -> bool:
    with use_case():
        if not end_invitations(
            Invitation.objects.filter(pk=invitation_id), to=InvitationState.EXPIRED, now=now
        ):
            return False
        invitation = Invitation.objects.select_related("account").get(pk=invitation_id)
        journal.record(
            by=_CLOCK,
            action="household.expired",
            subject="invitation",
            subject_id=invitation.public_id,
            now=now,
            account_id=invitation.account_id,
        )
        host = Link.objects.standing(at=now).filter(
            person_id=invitation.invited_by_id, account_id=invitation.account_id, person__is_active=True
        )
        if host.exists():
            notices.notify(
                recipient_id=people.recipient_of(invitation.invited_by_id),
                event=events.ACCESS_CHANGED,
                params={"account": invitation.account.number, "access": "invitation_expired"},
                place=Place("household", (invitation.account.public_id,)),
                now=now,
            )
    return True


def _lapsed_choices() -> list[int]:
    """Accounts whose bills somebody chose who no longer holds them: a suspended cabinet, a spoilt e-mail."""
    rightful = Link.objects.standing().filter(
        account=OuterRef("pk"),
        person=OuterRef("delivery_by"),
        can_view=True,
        person__email_confirmed_at__isnull=False,
    )
    lapsed = Account.objects.filter(~Exists(rightful), delivery_by__isnull=False)
    return list(lapsed.order_by("pk").values_list("pk", flat=True))


def end_invitations(
    sent: QuerySet[Invitation], *, now: datetime, to: InvitationState = InvitationState.WITHDRAWN
) -> int:
    """End those of the invitations that still wait (a step); says how many they were."""
    require_transaction()
    changes = {"answered_at": now}
    return move_standing(sent, moves=INVITATION_MOVES, before=InvitationState.WAITING, to=to, changes=changes)
