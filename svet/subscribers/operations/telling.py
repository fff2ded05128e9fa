"""Telling a person what became of their hold on an account."""

from __future__ import annotations

from datetime import datetime

from svet.notices import operations as notices
from svet.notices.rules import Event
from svet.people import queries as people
from svet.subscribers.models import Link


def tell_access(link: Link, *, change: str, now: datetime) -> None:
    """Tell the cabinet of the link (a step); ``change`` is one of ``notices.rules.ACCESS_CHANGES``."""
    open_still = link.removed_at is None and link.suspended_at is None
    notices.tell(
        recipient_id=people.recipient_of(link.person_id),
        event=Event.ACCESS_CHANGED,
        params={"account": link.account.number, "access": change},
        url=f"/accounts/{link.account.public_id}/" if open_still else "/accounts/",
        now=now,
    )
