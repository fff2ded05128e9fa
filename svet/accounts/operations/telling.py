"""Telling people what became of somebody's hold on an account."""

from __future__ import annotations

from datetime import datetime

from svet.accounts import events
from svet.accounts.models import Account, Link
from svet.kernel.places import Place
from svet.notices import operations as notices
from svet.notices.operations import NoticeMessage
from svet.people import queries as people


def tell_access(link: Link, *, change: str, now: datetime) -> None:
    """Tell the cabinet of the link (a step); ``change`` is one of ``events.ACCESS_CHANGES``."""
    open_still = Link.objects.standing(at=now).filter(pk=link.pk).exists()
    notices.notify(
        recipient_id=people.recipient_of(link.person_id),
        event=events.ACCESS_CHANGED,
        params={"account": link.account.number, "access": change},
        place=Place("account", (link.account.public_id,)) if open_still else Place("accounts"),
        now=now,
    )


def tell_owners(account: Account, *, change: str, now: datetime) -> None:
    """Tell the account's owners, or whoever holds it while it has none (a step)."""
    links = list(Link.objects.standing(at=now).filter(account=account, person__is_active=True))
    owners = [link for link in links if link.is_owner] or links
    recipients = people.recipients_of([link.person_id for link in owners])
    notices.notify_many(
        event=events.ACCESS_CHANGED,
        tidings=[
            NoticeMessage(
                key, {"account": account.number, "access": change}, Place("account", (account.public_id,))
            )
            for key in recipients.values()
        ],
        now=now,
    )
