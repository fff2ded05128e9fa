"""Disputes that a bank's list tells of: of a known payment they are kept, else a person looks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.db.models import Q

from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.kernel.refusals import Refused
from svet.kernel.transactions import require_transaction
from svet.payments.models import Chargeback, Order, Shop
from svet.payments.operations.disputing import (
    known_chargeback,
    record_chargeback,
    settle_chargeback,
    tell_chargeback,
)
from svet.payments.operations.refunding import note_odd
from svet.payments.rules.chargebacks import (
    CHANGED,
    UNKNOWN,
    ChargebackConflict,
    ChargebackReason,
    ChargebackRefused,
    ChargebackState,
    ChargebackWay,
    NewChargeback,
)


@dataclass(frozen=True, slots=True)
class DisputeToApply:
    """One row of a bank's list of disputes; ``payment`` is our number of it or the bank's.

    ``shop`` is the code of the shop, empty: any; ``state`` is where the dispute stands, since ``ended_on``.
    """

    payment: str
    new: NewChargeback
    state: ChargebackState = ChargebackState.TOLD
    ended_on: date | None = None
    shop: str = ""


class DisputeOutcome(StrEnum):
    """What became of a row."""

    APPLIED = "applied"
    REPEATED = "repeated"
    DIFFERS = "differs"
    UNKNOWN = "unknown"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class DisputeFate:
    """What became of one row: the dispute's outer id, or why there is none."""

    outcome: DisputeOutcome
    public_id: str = ""
    refusal: Refused | None = None


def apply_dispute(row: DisputeToApply, *, by: Actor, reason: str, now: datetime) -> DisputeFate:
    """Keep what a bank's list tells of a dispute and end it if it has ended (a step), each once.

    A dispute of no payment of ours, or told otherwise than it is known, is put before a person; nothing known
    is changed.
    """
    require_transaction()
    found = payments_named(row.payment, shop=row.shop)
    if len(found) != 1:
        _note(None, UNKNOWN, row, now=now)
        return DisputeFate(DisputeOutcome.UNKNOWN)
    order = Order.objects.select_for_update(of=("self",)).get(pk=found[0])
    try:
        dispute, known = tell_chargeback(
            order=order, new=row.new, way=ChargebackWay.REGISTER, by=by, reason=reason, now=now
        )
        _add_the_day(dispute, row.new, by=by, reason=reason, now=now)
        if row.state is ChargebackState.TOLD or dispute.state == row.state:
            return DisputeFate(
                DisputeOutcome.REPEATED if known else DisputeOutcome.APPLIED, dispute.public_id
            )
        settle_chargeback(
            order=order,
            found=dispute,
            won=row.state is ChargebackState.WON,
            on=row.ended_on or dispute.told_on,
            by=by,
            reason=reason,
            now=now,
        )
    except ChargebackConflict as conflict:
        _note(order, CHANGED, row, now=now)
        return DisputeFate(DisputeOutcome.DIFFERS, refusal=conflict)
    except ChargebackRefused as refused:
        if refused.reason is ChargebackReason.NOT_CREDITED or _kept(order, row):
            _note(order, CHANGED, row, now=now)
        return DisputeFate(DisputeOutcome.REFUSED, refusal=refused)
    return DisputeFate(DisputeOutcome.APPLIED, dispute.public_id)


def payments_named(name: str, *, shop: str = "") -> list[int]:
    """Keys of the orders with this number, ours or the bank's; two shops may have the same one."""
    orders = Order.objects.filter(Q(number=name.upper()) | Q(bank_reference=name)).exclude(bank_reference="")
    if shop:
        orders = orders.filter(shop__code=shop)
    return list(orders.order_by("pk").values_list("pk", flat=True)[:2])


def _add_the_day(dispute: Chargeback, new: NewChargeback, *, by: Actor, reason: str, now: datetime) -> None:
    """The last day to object, where who told of the dispute before did not know it."""
    if dispute.due_on is None and new.due_on is not None and new.due_on >= new.told_on:
        dispute.due_on = new.due_on
        dispute.save(update_fields=["due_on"])
        record_chargeback(dispute, "payments.chargeback.due", by=by, now=now, reason=reason)


def _kept(order: Order, row: DisputeToApply) -> bool:
    return known_chargeback(order, reference=row.new.reference, no=row.new.no) is not None


def _note(order: Order | None, event: str, row: DisputeToApply, *, now: datetime) -> None:
    new = row.new
    note = f"dispute {new.reference} {new.no} of {row.payment}: {new.kopecks} kopecks, {row.state}"
    note_odd(
        order,
        event=event,
        note=note,
        reference=row.payment[:64],
        money=Money(new.kopecks),
        now=now,
        shop=Shop.objects.filter(code=row.shop).first() if row.shop else None,
    )
