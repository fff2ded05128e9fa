"""«Простой вид» as a preference of the person; whose account it shows is judged by whoever calls."""

from __future__ import annotations

from datetime import datetime

from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.transactions import require_transaction
from svet.people.models import Person


def choose_simple_view(*, by: Actor, account_public_id: str, now: datetime) -> None:
    """The person's own word: the account to show, empty for the usual cabinet (a step).

    From now on nobody else turns it on for them. The same word again changes nothing.
    """
    person = _locked(by.person_id or 0)
    before, person.simple_account = person.simple_account, account_public_id
    person.simple_decided_at = now
    person.save(update_fields=["simple_account", "simple_decided_at"])
    if before != account_public_id:
        _note(by, person, on=bool(account_public_id), now=now)


def offer_simple_view(*, person_id: int, by: Actor, account_public_id: str, now: datetime) -> bool:
    """Somebody close turns it on (a step); False: the person has decided themselves, or has it already."""
    person = _locked(person_id)
    if person.simple_decided_at is not None or person.simple_account or not person.is_active:
        return False
    person.simple_account = account_public_id
    person.save(update_fields=["simple_account"])
    _note(by, person, on=True, now=now)
    return True


def _locked(person_id: int) -> Person:
    require_transaction()
    return Person.objects.select_for_update(no_key=True).get(pk=person_id)


def _note(by: Actor, person: Person, *, on: bool, now: datetime) -> None:
    journal.record(
        by=by,
        action="simple_view.on" if on else "simple_view.off",
        subject="person",
        subject_id=person.public_id,
        now=now,
    )
