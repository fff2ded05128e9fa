"""A cabinet is deleted: what its person has asked of the office is withdrawn and emptied."""

from __future__ import annotations

from datetime import datetime

from svet.kernel.transactions import require_transaction
from svet.office.models import OfficeRequest
from svet.office.rules import OfficeState


def forget_requests(*, person_id: int, now: datetime) -> None:
    """Withdraw what waits and clear what was written in all of them. In the caller's transaction."""
    require_transaction()
    asked = OfficeRequest.objects.filter(person_id=person_id)
    asked.filter(state=OfficeState.OPEN).update(state=OfficeState.WITHDRAWN, decided_at=now)
    asked.update(phone="", comment="", decision="", address="")
