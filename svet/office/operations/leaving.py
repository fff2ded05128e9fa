"""A cabinet is deleted: what its person has asked of the office is withdrawn and emptied."""

from __future__ import annotations

from datetime import datetime

from svet.kernel.actors import Actor
from svet.kernel.moving import move_standing
from svet.kernel.transactions import require_transaction
from svet.office.models import OfficeRequest
from svet.office.rules import MOVES, OfficeState


def forget_requests(*, person_id: int, by: Actor, now: datetime) -> None:
    """Withdraw what waits and clear what was written in all of them. In the caller's transaction."""
    require_transaction()
    asked = OfficeRequest.objects.filter(person_id=person_id)
    changes = {"decided_at": now}
    move_standing(asked, moves=MOVES, before=OfficeState.OPEN, to=OfficeState.WITHDRAWN, changes=changes)
    asked.update(phone="", comment="", decision="", address="")
