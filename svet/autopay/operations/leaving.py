"""Somebody deletes their cabinet: their agreements end with it."""

from __future__ import annotations

from datetime import datetime

from svet.autopay.models import AutopayAgreement
from svet.autopay.operations.moving import move_agreement
from svet.autopay.rules import AgreementCause, AgreementState
from svet.kernel.actors import Actor
from svet.kernel.transactions import require_transaction


def end_all(*, person_id: int, by: Actor, now: datetime) -> None:
    """End every agreement of a person (a step)."""
    require_transaction()
    alive = AutopayAgreement.objects.select_for_update().filter(person_id=person_id)
    for agreement in alive.exclude(state=AgreementState.ENDED.value).order_by("pk"):
        move_agreement(agreement, new=AgreementState.ENDED, by=by, now=now, cause=AgreementCause.LEFT)
