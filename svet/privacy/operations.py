"""Deleting a cabinet: one transaction over every room that knows the person."""

from __future__ import annotations

from datetime import datetime

from svet.kernel.actors import Actor
from svet.kernel.personal import LeavingRefused
from svet.kernel.transactions import use_case
from svet.look.formats import moment
from svet.notices.operations.leaving import say_farewell
from svet.people.operations.leaving import check_leaving
from svet.privacy import events
from svet.privacy.shares import shares

__all__ = ["LeavingRefused", "delete_cabinet"]


def delete_cabinet(*, person_id: int, password: str, address: str, now: datetime) -> None:
    """Delete the person's cabinet for good: links, cards, notices, sessions and everything personal.

    Bills, readings and payments stay with the accounts: the law keeps them. The phone can register anew.

    :raises PasswordRefused: :raises LeavingRefused: money is on its way. :raises LimitReached:
    """
    person = check_leaving(person_id=person_id, password=password, now=now)
    by = Actor.person(person_id, address=address)
    with use_case():
        for share in shares().values():
            if share.forget is not None:
                share.forget(person_id=person_id, by=by, now=now)
        say_farewell(
            recipient_id=person.recipient_id,
            event=events.FAREWELL,
            params={"at": moment(now)},
            now=now,
        )
