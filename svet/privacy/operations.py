"""Deleting a cabinet: one transaction over every room that knows the person."""

from __future__ import annotations

from datetime import datetime

from svet.accounts.operations.leaving import leave_accounts
from svet.kernel.actors import Actor
from svet.kernel.transactions import use_case
from svet.look.formats import moment
from svet.notices.leaving import say_farewell
from svet.office.operations.leaving import forget_requests
from svet.payments.operations.leaving import LeavingReason, LeavingRefused, forget_payer
from svet.people.operations.leaving import check_leaving, forget_person
from svet.support.leaving import forget_writer

__all__ = ["LeavingReason", "LeavingRefused", "delete_cabinet"]


def delete_cabinet(*, person_id: int, password: str, address: str, now: datetime) -> None:
    """Delete the person's cabinet for good: links, cards, notices, sessions and everything personal.

    Bills, readings and payments stay with the accounts: the law keeps them. The phone can register anew.

    :raises PasswordRefused: :raises LeavingRefused: money is on its way. :raises LimitReached:
    """
    person = check_leaving(person_id=person_id, password=password, now=now)
    by = Actor.person(person_id, address=address)
    with use_case():
        forget_payer(person_id=person_id, by=by, now=now)
        leave_accounts(person_id=person_id, by=by, now=now)
        forget_writer(person_id=person_id, by=by, now=now)
        say_farewell(recipient_id=person.recipient_id, at=moment(now), now=now)
        forget_requests(person_id=person_id, now=now)
        forget_person(person_id=person_id, by=by, now=now)
