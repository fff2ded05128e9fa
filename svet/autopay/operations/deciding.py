"""What a person says about an agreement that stands, and about the next charge."""

from __future__ import annotations

from datetime import datetime

from svet.autopay.models import AutopayAgreement, AutopayTry, AutopayTurn
from svet.autopay.operations.concluding import conclude_locked
from svet.autopay.operations.moving import locked_agreement, move_agreement, move_turn
from svet.autopay.rules import (
    READY,
    AgreementCause,
    AgreementState,
    AutopayConflict,
    AutopayNotFound,
    AutopayReason,
    TurnState,
)
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.transactions import require_transaction, use_case
from svet.payments.operations.unattended import card_for, withdraw_unattended
from svet.payments.queries.unattended import charges

_BY = "autopay.skip"


def pause(*, by: Actor, public_id: str, now: datetime) -> None:
    """Nothing is told or charged until :func:`resume`; again is no harm.

    :raises AutopayNotFound: absent or somebody else's :raises AutopayConflict: it is not active
    """
    _move(by, public_id, AgreementState.PAUSED, now=now)


def resume(*, by: Actor, public_id: str, now: datetime) -> None:
    """Go on with a paused agreement: the next charge is told a day before, as ever; again is no harm.

    :raises AutopayNotFound: absent or somebody else's :raises AutopayConflict: it is not paused
    :raises CardNotFound: :raises CardRefused: the card is gone, rests, or cannot be charged so any more
    """
    with use_case():
        agreement = locked_own(by, public_id)
        if agreement.state == AgreementState.ACTIVE:
            return
        if agreement.state != AgreementState.PAUSED:
            raise AutopayConflict(AutopayReason.MOVED)
        card_for(
            person_id=agreement.person_id,
            public_id=agreement.card.public_id,
            provider_id=agreement.account.provider_id,
            now=now,
        )
        move_agreement(
            agreement, new=AgreementState.ACTIVE, by=by, now=now, cause=AgreementCause.PERSON, since=now
        )


def end(*, by: Actor, public_id: str, now: datetime) -> None:
    """No charge begins from now on; one the bank has been asked for goes to its end. Again is no harm.

    :raises AutopayNotFound: absent or somebody else's
    """
    _move(by, public_id, AgreementState.ENDED, now=now)


def skip(*, by: Actor, public_id: str, turn_public_id: str, now: datetime) -> None:
    """Do not charge the month that was told; the next one is charged as ever. Again is no harm.

    A charge that is kept and that no bank has begun is taken back for it, in the same transaction: killed
    between, the person would have been told nothing and the month charged all the same.

    :raises AutopayNotFound: no such charge of the person
    :raises AutopayConflict: it has begun, or is over
    """
    own = AutopayTurn.objects.filter(agreement__person_id=by.person_id or 0, agreement__public_id=public_id)
    turn = own.filter(public_id=turn_public_id).first()
    if turn is None:
        raise AutopayNotFound(AutopayReason.NOT_FOUND)
    with use_case():
        _take_back(turn, by=by, now=now)
        locked_own(by, public_id)
        _skip(turn.pk, by=by, now=now)


def skip_by_key(*, key: str, address: str, now: datetime) -> None:
    """The same for whoever has the key of the message, without a sign-in.

    :raises AutopayNotFound: no message had this key :raises AutopayConflict: it has begun, or is over
    """
    by = Actor.anonymous(address=address)
    if not key or (found := _by_key(key)) is None:
        raise AutopayNotFound(AutopayReason.NOT_FOUND)
    with use_case():
        _take_back(found, by=by, now=now)
        locked_agreement(found.agreement_id)
        # Told anew meanwhile, the month has another key.
        if _by_key(key) is None:
            raise AutopayNotFound(AutopayReason.NOT_FOUND)
        _skip(found.pk, by=by, now=now)


def locked_own(by: Actor, public_id: str) -> AutopayAgreement:
    """The person's own agreement under its lock (a step). :raises AutopayNotFound:"""
    require_transaction()
    rows = AutopayAgreement.objects.select_for_update(of=("self",)).select_related("account", "card")
    found = rows.filter(person_id=by.person_id or 0, public_id=public_id).first()
    if found is None:
        raise AutopayNotFound(AutopayReason.NOT_FOUND)
    return found


def _move(by: Actor, public_id: str, new: AgreementState, *, now: datetime) -> None:
    with use_case():
        agreement = locked_own(by, public_id)
        if agreement.state == new:
            return
        if new is AgreementState.PAUSED and agreement.state != AgreementState.ACTIVE:
            raise AutopayConflict(AutopayReason.MOVED)
        move_agreement(agreement, new=new, by=by, now=now, cause=AgreementCause.PERSON)


def _by_key(key: str) -> AutopayTurn | None:
    return AutopayTurn.objects.filter(skip_key=key.replace("\0", "")).first()


def _take_back(turn: AutopayTurn, *, by: Actor, now: datetime) -> None:
    """Withdraw the order of a month that no bank has begun (a step), before the agreement is locked."""
    require_transaction()
    if turn.state != TurnState.CHARGING:
        return
    last = AutopayTry.objects.filter(turn=turn).order_by("no").last()
    note = f"skipped by {by.kind}"
    if last is not None and withdraw_unattended(order_id=last.order_id, note=note, by=_BY, now=now):
        conclude_locked(turn.pk, charges([last.order_id])[last.order_id], now=now)


def _skip(turn_id: int, *, by: Actor, now: datetime) -> None:
    turn = AutopayTurn.objects.select_for_update(of=("self",)).select_related("agreement").get(pk=turn_id)
    state = TurnState(turn.state)
    if state is TurnState.SKIPPED:
        return
    if state not in READY:
        raise AutopayConflict(
            AutopayReason.BEGUN if state in (TurnState.CHARGING, TurnState.PAID) else AutopayReason.OVER
        )
    move_turn(turn, new=TurnState.SKIPPED, by=str(by.kind), now=now)
    journal.record(
        by=by,
        action="autopay.skipped",
        subject="autopay",
        subject_id=turn.agreement.public_id,
        account_id=turn.agreement.account_id,
        now=now,
        after={"month": turn.month.isoformat(), "told_kopecks": turn.told_kopecks},
    )
