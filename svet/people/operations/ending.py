"""Signing a person out everywhere by the word of the office."""

from __future__ import annotations

from datetime import datetime

from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.refusals import NotFound
from svet.kernel.transactions import use_case
from svet.people.models import Person
from svet.people.operations.devices import close_sessions
from svet.people.operations.messengers import cut_messenger_off
from svet.people.operations.tokens import revoke_all_tokens
from svet.people.rules.names import ProfileReason


def end_all_sessions(*, person_public_id: str, by: Actor, reason: str, now: datetime) -> int:
    """End every session of a customer, trust no browser, revoke keys for programs, cut the messenger off.

    Says in how many browsers they were signed in. Their password stays.

    :raises NotFound: no such cabinet; members of the staff have none
    """
    with use_case():
        found = Person.objects.select_for_update().filter(public_id=person_public_id, is_staff=False).first()
        if found is None:
            raise NotFound(ProfileReason.NO_SUCH)
        count = close_sessions(person_id=found.pk)
        cut_messenger_off(person_id=found.pk, by=by, now=now)
        keys = revoke_all_tokens(person_id=found.pk, by=by, now=now, reason=reason)
        journal.record(
            by=by,
            action="session.ended_by_office",
            subject="person",
            subject_id=found.public_id,
            now=now,
            after={"sessions": count, "keys": keys},
            reason=reason,
        )
    return count
