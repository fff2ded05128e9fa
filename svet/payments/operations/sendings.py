"""Money one supplier has to send another: owed by an act, sent by a payment order, dropped by an undoing."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils import timezone

from svet.accounts.operations import lock_account
from svet.accounts.queries import ProviderView
from svet.journal import operations as journal
from svet.kernel.actors import Actor, ActorKind
from svet.kernel.transactions import use_case
from svet.payments.models import MoneyAct, MoneySending
from svet.payments.operations.claiming import check_claim
from svet.payments.rules.acts import MoneyActConflict, MoneyActNotFound, MoneyActReason, MoneyActRefused
from svet.payments.rules.registers import CaseKind
from svet.payments.rules.sendings import SENDING_MOVES, PaymentOrderSlip, SendingState, check_slip
from svet.staffing.rules import checked_reason


def owe_sending(act: MoneyAct, own: ProviderView, other: ProviderView, *, now: datetime) -> None:
    """What a posted act makes one supplier owe the other (a step).

    The undoing of an act whose money was not sent yet drops both: there is nothing to send either way.
    """
    first = MoneySending.objects.select_for_update().filter(act_id=act.undoes_id).first()
    dropped = first is not None and first.state == SendingState.OPEN
    if first is not None and dropped:
        first.state = SendingState.DROPPED.value
        first.save()
    owes, owed = (own, other) if act.kopecks > 0 else (other, own)
    MoneySending.objects.create(
        act=act,
        state=(SendingState.DROPPED if dropped else SendingState.OPEN).value,
        from_provider_id=owes.provider_id,
        to_provider_id=owed.provider_id,
        kopecks=abs(act.kopecks),
        since=now,
    )


def mark_sent(*, by: Actor, act_public_id: str, slip: PaymentOrderSlip, now: datetime) -> None:
    """Write down that the money of an act went to the other supplier, by which payment order.

    :raises MoneyActNotFound: no money is owed by it :raises MoneyActRefused: it can be no payment order
    :raises MoneyActConflict: sent already, or the act was undone :raises ClaimConflict: a colleague has it
    """
    _staff_only(by)
    with use_case():
        sending = _locked(act_public_id)
        check_claim(kind=CaseKind.SENDING, subject=act_public_id, by=by)
        check_slip(slip, today=timezone.localdate(now), oldest_days=settings.PAYMENT_OLDEST_DAYS)
        _move(sending, SendingState.SENT)
        sending.number, sending.sent_on = " ".join(slip.number.split()), slip.on
        sending.sent_by_id, sending.sent_by_name, sending.sent_at = by.person_id, by.name, now
        sending.save()
        _record(sending, "payments.sending.sent", by=by, now=now)


def take_mark_back(*, by: Actor, act_public_id: str, reason: str, now: datetime) -> None:
    """The money was not sent after all: it is owed again.

    :raises MoneyActNotFound: no money is owed by it :raises StaffRefused: no reason
    :raises MoneyActConflict: not sent, or the act was undone since and the money is owed back
    """
    _staff_only(by)
    said = checked_reason(reason)
    with use_case():
        sending = _locked(act_public_id)
        if MoneySending.objects.filter(act__undoes=sending.act_id).exists():
            raise MoneyActConflict(MoneyActReason.SENDING_CHANGED)
        _move(sending, SendingState.OPEN)
        _record(sending, "payments.sending.unsent", by=by, now=now, reason=said)
        sending.number, sending.sent_on = "", None
        sending.sent_by, sending.sent_by_name, sending.sent_at = None, "", None
        sending.save()


def _staff_only(by: Actor) -> None:
    if by.kind is not ActorKind.STAFF or by.person_id is None:
        raise MoneyActRefused(MoneyActReason.NOT_STAFF)


def _locked(act_public_id: str) -> MoneySending:
    """Behind the accounts of its act, as an undoing locks them: that one sees this, or this one that."""
    act = MoneyAct.objects.filter(public_id=act_public_id, sending__isnull=False).first()
    if act is None:
        raise MoneyActNotFound(MoneyActReason.NOT_FOUND)
    for account_id in sorted(key for key in (act.account_id, act.to_account_id) if key is not None):
        lock_account(account_id)
    return MoneySending.objects.select_for_update(of=("self",)).select_related("act").get(act=act)


def _move(sending: MoneySending, state: SendingState) -> None:
    if not SENDING_MOVES.allows(SendingState(sending.state), state):
        raise MoneyActConflict(MoneyActReason.SENDING_CHANGED)
    sending.state = state.value


def _record(sending: MoneySending, action: str, *, by: Actor, now: datetime, reason: str = "") -> None:
    journal.record(
        by=by,
        action=action,
        subject="money_act",
        subject_id=sending.act.public_id,
        account_id=sending.act.account_id,
        now=now,
        after={
            "kopecks": sending.kopecks,
            "number": sending.number,
            "day": sending.sent_on.isoformat() if sending.sent_on else "",
        },
        reason=reason,
    )
