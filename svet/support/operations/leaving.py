"""When a person deletes the cabinet: their appeals end, and their words go."""

from __future__ import annotations

from datetime import datetime

from svet.kernel.actors import Actor, ActorKind
from svet.kernel.transactions import require_transaction
from svet.support.models import Appeal, Message
from svet.support.operations.appeals import end_appeal
from svet.support.rules import AppealState

#: What stands where a person's words stood.
GONE = "—"


def forget_writer(*, person_id: int, by: Actor, now: datetime) -> None:
    """Close what is open and wipe the person's own words (a step); the company's answers stay its own."""
    require_transaction()
    for appeal in Appeal.objects.select_for_update().filter(person_id=person_id):
        if appeal.state != AppealState.CLOSED:
            end_appeal(appeal, by=by, now=now)
    own = Message.objects.filter(appeal__person_id=person_id, by_kind=ActorKind.PERSON.value)
    own.update(words=GONE)
