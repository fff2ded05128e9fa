"""A payer disputes a payment at the bank, as a member of staff writes it down from the bank's letters."""

from __future__ import annotations

from datetime import date, datetime

from svet.kernel.actors import Actor, ActorKind
from svet.kernel.transactions import use_case
from svet.payments.models import Chargeback, Order
from svet.payments.operations.disputing import record_chargeback, settle_chargeback, tell_chargeback
from svet.payments.rules.chargebacks import (
    ChargebackConflict,
    ChargebackNotFound,
    ChargebackReason,
    ChargebackRefused,
    ChargebackWay,
    NewChargeback,
)
from svet.staffing.rules import checked_reason


def keep_chargeback(
    *, by: Actor, order_public_id: str, new: NewChargeback, reason: str, now: datetime
) -> str:
    """Keep a dispute that the bank's letter tells of: the money it withholds is not on our way any more.

    Which accounts it falls on is settled now, as for a refund whose lines the bank does not name. A letter
    of what a register or statement told before adds the day of the answer to it. Returns its outer id.
    :raises ChargebackNotFound: no such payment :raises ChargebackRefused:
    :raises ChargebackConflict: it is known; with another sum or day, nothing known is changed
    :raises StaffRefused: no reason
    """
    _staff_only(by)
    said = checked_reason(reason)
    with use_case():
        order = Order.objects.select_for_update(of=("self",)).filter(public_id=order_public_id).first()
        if order is None:
            raise ChargebackNotFound(ChargebackReason.NOT_FOUND)
        found, known = tell_chargeback(
            order=order, new=new, way=ChargebackWay.LETTER, by=by, reason=said, now=now
        )
        if known:
            _add_the_letter(found, new, by=by, reason=said, now=now)
        return found.public_id


def end_chargeback(
    *, by: Actor, chargeback_public_id: str, won: bool, on: date, reason: str, now: datetime
) -> None:
    """Write down how a dispute has ended, by the bank's letter of a day.

    Won: the money is at the bank for us again. Lost: it comes off the accounts, and their people are told.
    :raises ChargebackNotFound: :raises ChargebackConflict: it has ended already
    :raises ChargebackRefused: the day is before it was told, or ahead :raises StaffRefused: no reason
    """
    _staff_only(by)
    said = checked_reason(reason)
    with use_case():
        found = Chargeback.objects.filter(public_id=chargeback_public_id).first()
        if found is None:
            raise ChargebackNotFound(ChargebackReason.NOT_FOUND)
        order = Order.objects.select_for_update(of=("self",)).get(pk=found.order_id)
        settle_chargeback(order=order, found=found, won=won, on=on, by=by, reason=said, now=now)


def _staff_only(by: Actor) -> None:
    if by.kind is not ActorKind.STAFF or by.person_id is None:
        raise ChargebackRefused(ChargebackReason.NOT_STAFF)


def _add_the_letter(found: Chargeback, new: NewChargeback, *, by: Actor, reason: str, now: datetime) -> None:
    """What only the letter tells of a dispute known by another way. :raises ChargebackConflict:"""
    if found.way == ChargebackWay.LETTER or found.due_on is not None or new.due_on is None:
        raise ChargebackConflict(ChargebackReason.KNOWN)
    found.due_on, found.reason = new.due_on, reason
    found.save(update_fields=["due_on", "reason"])
    record_chargeback(found, "payments.chargeback.letter", by=by, now=now, reason=reason)
