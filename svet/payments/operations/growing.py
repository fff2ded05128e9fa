"""A dispute above what was left with us grows when money of its payment stays with us after all."""

from __future__ import annotations

from datetime import datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.kernel.transactions import require_transaction
from svet.ledger import operations as ledger
from svet.ledger.queries import transaction_exists
from svet.ledger.rules import Book, Leg, TransactionKind
from svet.payments.models import Chargeback, ChargebackLine, Order
from svet.payments.operations.reserving import lines_left
from svet.payments.queries.payees import payee_of
from svet.payments.rules import share_refund
from svet.payments.rules.chargebacks import ChargebackState
from svet.payments.rules.states import OrderState

BY: Final = "payments.chargeback"


def grow_disputes(order: Order, *, now: datetime) -> None:
    """Let open disputes of a locked order take what is left now, the oldest first (a step).

    A refund that was refused or called back, and a dispute that was won, leave room. One that has ended grows
    no more: its accounts were told what it took, and a person has its rest before them.
    """
    require_transaction()
    if order.state != OrderState.CREDITED:
        return
    small = order.chargebacks.select_for_update().filter(state=ChargebackState.TOLD, above_kopecks__gt=0)
    for found in small.order_by("pk"):
        left = lines_left(order, to_sign=True)
        room = sum(max(money.kopecks, 0) for _, money in left)
        more = Money(min(found.above_kopecks, room))
        if not more:
            return
        parts = share_refund(more, [Money(max(money.kopecks, 0)) for _, money in left])
        for (line, _), part in zip(left, parts, strict=True):
            if part:
                kept, fresh = ChargebackLine.objects.get_or_create(
                    chargeback=found, line=line, defaults={"kopecks": part.kopecks}
                )
                if not fresh:
                    kept.kopecks += part.kopecks
                    kept.save(update_fields=["kopecks"])
        found.above_kopecks -= more.kopecks
        found.save(update_fields=["above_kopecks"])
        _post(order, found, more)
        journal.record(
            by=Actor.system(BY),
            action="payments.chargeback.grown",
            subject="order",
            subject_id=order.public_id,
            now=now,
            after={"reference": found.reference, "no": found.no, "kopecks": more.kopecks},
        )


def _post(order: Order, found: Chargeback, more: Money) -> None:
    payee = payee_of(order)
    times = 1
    while transaction_exists(f"chargeback-more{times}:{found.public_id}"):
        times += 1
    ledger.post(
        key=f"chargeback-more{times}:{found.public_id}",
        kind=TransactionKind.CHARGEBACK,
        legs=[Leg(Book.BANK, None, -more), Leg(Book.DISPUTE, None, more)],
        occurred_at=datetime.combine(found.told_on, time(12), tzinfo=ZoneInfo(payee.time_zone)),
        effective_on=found.told_on,
        provider_id=payee.provider_id,
        memo=order.number,
    )
