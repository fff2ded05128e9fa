"""For whom one may turn «Простой вид» on: those with whom an account is shared by an invitation."""

from __future__ import annotations

from dataclasses import dataclass

from svet.accounts.models import Link
from svet.accounts.queries.guard import AccountNotFound, AccountReason, live_links
from svet.kernel.actors import Actor


@dataclass(frozen=True, slots=True)
class CloseCabinet:
    """Somebody close; ``phone`` is what the owner has invited, empty when it is the owner themselves.

    ``on``: they have the simple view, ``elsewhere`` of another account.
    ``decided``: they have said themselves what they want.
    """

    link_public_id: str
    phone: str
    on: bool
    elsewhere: bool
    decided: bool


def close_links(actor: Actor, *, account_public_id: str) -> list[Link]:
    """The links by which the actor and others have let one another in, oldest first; for this room.

    :raises AccountNotFound: not in the actor's cabinet
    """
    own = live_links(person_id=actor.person_id).filter(can_view=True, account__public_id=account_public_id)
    mine = own.first()
    if mine is None:
        raise AccountNotFound(AccountReason.NOT_FOUND)
    if not (mine.can_submit or mine.can_pay):
        return []
    others = (
        Link.objects.standing()
        .filter(account_id=mine.account_id, can_view=True, person__is_active=True)
        .exclude(person_id=mine.person_id)
        .select_related("person", "account")
        .order_by("linked_at", "pk")
    )
    return [
        link
        for link in others
        if (link.can_submit or link.can_pay)
        and (link.invited_by_id == mine.person_id or mine.invited_by_id == link.person_id)
    ]


def close_cabinets(actor: Actor, *, account_public_id: str) -> list[CloseCabinet]:
    """For whom the actor may turn it on. :raises AccountNotFound: not in the actor's cabinet"""
    return [
        CloseCabinet(
            link_public_id=link.public_id,
            phone=link.person.phone if link.invited_by_id == actor.person_id else "",
            on=bool(link.person.simple_account),
            elsewhere=link.person.simple_account not in ("", account_public_id),
            decided=link.person.simple_decided_at is not None,
        )
        for link in close_links(actor, account_public_id=account_public_id)
    ]
