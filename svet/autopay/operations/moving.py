"""The one place where agreements and their months change their states; the locks they are changed under.

Order of locks: the agreement, then its months. An order of payments is never locked beneath one of them but
a fresh one; who holds an order's lock may take the agreement's (sending asks whether it may, see charging).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from svet.autopay.models import AgreementChange, AutopayAgreement, AutopayTurn, TurnChange
from svet.autopay.rules import (
    AGREEMENT_MOVES,
    ENDS,
    READY,
    TURN_MOVES,
    AgreementCause,
    AgreementState,
    TurnState,
)
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.moving import Trail, move_row
from svet.kernel.transactions import require_transaction

_AGREEMENTS = Trail(AgreementChange, subject="agreement", before="old", after="new")
_TURNS = Trail(TurnChange, subject="turn", before="old", after="new")
_ACTIONS = {
    AgreementState.ACTIVE: "autopay.active",
    AgreementState.PAUSED: "autopay.paused",
    AgreementState.ENDED: "autopay.ended",
}


def locked_agreement(agreement_id: int) -> AutopayAgreement:
    """The agreement under its lock (a step)."""
    require_transaction()
    return AutopayAgreement.objects.select_for_update(of=("self",)).get(pk=agreement_id)


def move_agreement(
    agreement: AutopayAgreement,
    *,
    new: AgreementState,
    by: Actor,
    now: datetime,
    cause: AgreementCause,
    **changes: Any,
) -> None:
    """Move an agreement (a step); what stops it stops its months that have not begun to be charged.

    :raises IllegalMove: :raises LostRace: as :func:`~svet.kernel.moving.move_row`
    """
    if new is AgreementState.ENDED:
        changes["ended_at"] = now
    before = move_row(
        agreement,
        moves=AGREEMENT_MOVES,
        to=new,
        changes={"cause": cause.value, **changes},
        trail=_AGREEMENTS,
        step={"at": now, "by": by.name or str(by.kind), "cause": cause.value},
    )
    if new is not AgreementState.ACTIVE:
        ready = AutopayTurn.objects.select_for_update().filter(agreement=agreement, state__in=sorted(READY))
        for turn in ready.order_by("pk"):
            move_turn(turn, new=TurnState.STOPPED, by=by.name or str(by.kind), now=now, note=cause.value)
    journal.record(
        by=by,
        action=_ACTIONS[new],
        subject="autopay",
        subject_id=agreement.public_id,
        account_id=agreement.account_id,
        now=now,
        before={"state": str(before)},
        after={"state": new.value, "cause": cause.value},
    )


def stop_by(agreement: AutopayAgreement, *, cause: AgreementCause, by: Actor, now: datetime) -> None:
    """End or pause an agreement for a cause that came by itself (a step)."""
    new = AgreementState.ENDED if cause in ENDS else AgreementState.PAUSED
    move_agreement(agreement, new=new, by=by, now=now, cause=cause)


def move_turn(
    turn: AutopayTurn, *, new: TurnState, by: str, now: datetime, note: str = "", **changes: Any
) -> None:
    """Move a month (a step). :raises IllegalMove: :raises LostRace:"""
    move_row(
        turn,
        moves=TURN_MOVES,
        to=new,
        changes=changes,
        trail=_TURNS,
        step={"at": now, "by": by[:60], "note": note[:120]},
    )
