"""The owner knows who came by the two numbers."""

from __future__ import annotations

from datetime import datetime

from svet.accounts.operations.household import others_link
from svet.accounts.operations.telling import tell_access
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.transactions import use_case


def approve_link(*, by: Actor, link_public_id: str, now: datetime) -> None:
    """The owner says who it is: name and flat open to a cabinet that came by the two numbers.

    Its rights stay as they are; from now on it is one the owner let in. Twice is the same as once.

    :raises AccountNotFound: not a link of an account the actor owns, the actor's own, or another owner's
    """
    with use_case():
        link = others_link(by, link_public_id=link_public_id)
        if link.confirmed_at is not None and link.suspended_at is None:
            return
        link.confirmed_at, link.invited_by_id, link.suspended_at = now, by.person_id, None
        link.save(update_fields=["confirmed_at", "invited_by", "suspended_at"])
        journal.record(
            by=by,
            action="household.approved",
            subject="link",
            subject_id=link.public_id,
            now=now,
            account_id=link.account_id,
        )
        tell_access(link, change="approved", now=now)
