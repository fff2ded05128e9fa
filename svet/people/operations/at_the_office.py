"""Steps by which the office carries out what a person cannot do alone. In the caller's transaction."""

from __future__ import annotations

from datetime import datetime

from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.transactions import require_transaction
from svet.people.models import Person
from svet.people.operations.contacts import keep_phone
from svet.people.operations.devices import close_sessions
from svet.people.operations.factors import note_change, remove_factors
from svet.people.operations.messengers import cut_messenger_off
from svet.people.operations.tokens import revoke_all_tokens
from svet.people.rules.codes import RECOVERY_PAUSE


def hold_person(*, person_id: int) -> None:
    """Let nobody else change the person until the transaction ends."""
    _held(person_id)


def move_cabinet(*, person_id: int, phone: str, by: Actor, reason: str, now: datetime) -> bool:
    """Move the cabinet to another phone and tell both; False when that phone has a cabinet meanwhile."""
    return keep_phone(person=_held(person_id), phone=phone, by=by, reason=reason, now=now) is None


def take_factors_away(*, person_id: int, by: Actor, reason: str, now: datetime) -> None:
    """Take the lost second step away and tell the person."""
    person = _held(person_id)
    remove_factors(person=person, by=by, reason=reason, now=now)
    note_change(person=person, change="office", by=by, now=now)


def shut_everywhere(*, person_id: int, by: Actor, reason: str, now: datetime) -> None:
    """End every session, every key for programs and the messenger of the person."""
    close_sessions(person_id=person_id)
    cut_messenger_off(person_id=person_id, by=by, now=now)
    revoke_all_tokens(person_id=person_id, by=by, now=now, reason=reason)


def pause_cards(*, person_id: int, by: Actor, now: datetime) -> None:
    """What was opened without the old phone does not pay by bound card for a day, as after a recovery."""
    person = _held(person_id)
    Person.objects.filter(pk=person_id).update(recovered_at=now)
    journal.record_security(
        by=by,
        action="cards.paused",
        subject="person",
        subject_id=person.public_id,
        details={"until": (now + RECOVERY_PAUSE).isoformat()},
        now=now,
    )


def _held(person_id: int) -> Person:
    require_transaction()
    return Person.objects.select_for_update().get(pk=person_id)
