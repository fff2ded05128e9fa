"""Somebody deletes their cabinet: the accounts stay, their place in it goes."""

from __future__ import annotations

from datetime import datetime

from svet.accounts.models import Group, Invitation, Link
from svet.accounts.operations.delivery import end_delivery_to
from svet.accounts.operations.ending import end_invitations
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.transactions import require_transaction
from svet.people import queries as people


def leave_accounts(*, person_id: int, by: Actor, now: datetime) -> int:
    """Take every account out of the person's cabinet; says how many. In the caller's transaction.

    Whom they had let in keeps seeing the account: that is between them and its holder.
    """
    require_transaction()
    phone = people.person(person_id).phone
    links = list(Link.objects.kept().select_for_update().filter(person_id=person_id))
    for link in links:
        end_delivery_to(account_id=link.account_id, person_id=person_id, by=by, now=now)
        journal.record(
            by=by,
            action="account.unlinked",
            subject="link",
            subject_id=link.public_id,
            now=now,
            account_id=link.account_id,
        )
    mine = Link.objects.filter(person_id=person_id)
    Link.objects.kept().filter(person_id=person_id).update(removed_at=now)
    mine.update(alias="")
    for place, group in enumerate(Group.objects.filter(person_id=person_id).order_by("pk")):
        Group.objects.filter(pk=group.pk).update(name=str(place))
    Invitation.objects.filter(phone=phone).delete()
    end_invitations(Invitation.objects.filter(invited_by_id=person_id), now=now)
    return len(links)
