"""Steps that refunds of the money desk and of payers have in common: locked, kept, approved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from svet.accounts.operations import lock_account
from svet.journal import operations as journal
from svet.kernel.actors import Actor, ActorKind
from svet.kernel.moving import move_row
from svet.kernel.transactions import require_transaction
from svet.payments.models import Order, PaymentRefund, RefundLine, RefundRequest
from svet.payments.operations.reserving import reserve
from svet.payments.rules.states import REFUND_MOVES, RefundState


def locked_order(order: Order) -> Order:
    """The order, held until the transaction ends."""
    return Order.objects.select_for_update(of=("self",)).get(pk=order.pk)


def lock_lines(order: Order) -> None:
    """Hold its accounts in the order of keys, as everything locks accounts."""
    for account_id in sorted(order.lines.values_list("account_id", flat=True)):
        lock_account(account_id)


def keep_refund(
    order: Order,
    lines: Mapping[str, int],
    *,
    by: Actor,
    by_two: bool,
    document: str = "",
    reason: str = "",
    now: datetime,
) -> RefundRequest:
    """Write a refund of so many kopecks by the outer ids of the order's accounts; it waits (a step).

    What a payer asks for has no document and no name: it is their own word about their own payment.
    """
    require_transaction()
    by_payer = by.kind is not ActorKind.STAFF
    refund = PaymentRefund.objects.create(
        order=order,
        state=RefundState.TO_SIGN,
        key=f"refund-{order.public_id}-{order.refunds.count() + 1}",
        kopecks=sum(lines.values()),
        known_at=now,
        by="payer" if by_payer else f"staff: {by.name or by.person_id}"[:60],
    )
    RefundLine.objects.bulk_create(
        RefundLine(refund=refund, line=line, kopecks=lines[line.account.public_id])
        for line in order.lines.select_related("account").order_by("position")
        if line.account.public_id in lines
    )
    return RefundRequest.objects.create(
        refund=refund,
        by_two=by_two,
        by_payer=by_payer,
        document=" ".join(document.split()),
        reason=reason,
        written_by_id=by.person_id or 0,
        written_by_name="" if by_payer else by.name,
        written_at=now,
    )


def approve_refund(order: Order, refund: PaymentRefund, *, now: datetime) -> None:
    """The job asks the bank at its next round (a step)."""
    move_row(refund, moves=REFUND_MOVES, to=RefundState.APPROVED, changes={"next_look_at": now})
    reserve(order, refund, now=now)


def record_refund(
    order: Order, request: RefundRequest, action: str, *, by: Actor, now: datetime, reason: str = ""
) -> None:
    """Write down what became of a refund (a step)."""
    refund = request.refund
    journal.record(
        by=by,
        action=action,
        subject="order",
        subject_id=order.public_id,
        now=now,
        after={
            "number": order.number,
            "refund": refund.key,
            "kopecks": refund.kopecks,
            "document": request.document,
            "state": refund.state,
        },
        reason=reason,
    )
