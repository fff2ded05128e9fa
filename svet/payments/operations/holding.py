"""Steps of settling: money that was taken and does not fit stands in suspense until a person decides."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Sum

from svet.accounts.queries import ProviderView, provider_by_id, provider_today
from svet.gateways.acquiring.port import BankState, BankStatus
from svet.kernel.money import Money
from svet.kernel.transactions import require_transaction
from svet.ledger import operations as ledger
from svet.ledger.rules import Book, Leg, TransactionKind
from svet.payments.models import Order, PaymentRefund
from svet.payments.rules.states import RefundState


def keep_taken(order: Order, status: BankStatus, *, now: datetime) -> None:
    """Keep what the bank says it took for an order in review, and put it into suspense (a step).

    What is known already is kept as it is. Another currency is kept by its name: nobody knows its kopecks.
    """
    require_transaction()
    if status.state is not BankState.PAID or status.reference != order.bank_reference or order.taken_currency:
        return
    changes = {
        "taken_currency": status.currency[:8],
        "taken_kopecks": status.amount.kopecks if status.currency == "RUB" else None,
        "paid_at": status.paid_at or now,
    }
    _set(order, **changes)
    taken_out = suspended(order)
    money = status.amount - taken_out
    if status.currency != "RUB" or money.kopecks <= 0:
        return
    provider = _holder(order)
    _post(
        order.held_key,
        TransactionKind.PAYMENT,
        money,
        order=order,
        provider=provider,
        at=status.paid_at or now,
    )
    _set(order, held_kopecks=money.kopecks, held_for_id=provider.provider_id)


def suspended(order: Order) -> Money:
    """What the bank gave back out of suspense and is not taken off the accounts instead."""
    rows = order.refunds.filter(posted_at__isnull=True, suspense_kopecks__isnull=False)
    return Money(rows.aggregate(sum=Sum("suspense_kopecks"))["sum"] or 0)


def take_out(order: Order) -> list[PaymentRefund]:
    """Take what the bank gave back out of suspense, each refund once (a step).

    Returns those that were more than what stood there.
    """
    require_transaction()
    if order.held_for_id is None:
        return []
    above = []
    provider = provider_by_id(order.held_for_id)
    new = order.refunds.filter(
        state=RefundState.DONE, posted_at__isnull=True, suspense_kopecks__isnull=True
    ).order_by("id")
    for refund in new:
        part = Money(min(refund.kopecks, order.held_kopecks))
        if part:
            at = refund.refunded_at or refund.known_at
            _post(refund.ledger_key, TransactionKind.REFUND, -part, order=order, provider=provider, at=at)
        refund.suspense_kopecks = part.kopecks
        refund.save(update_fields=["suspense_kopecks"])
        _set(order, held_kopecks=order.held_kopecks - part.kopecks)
        if part != refund.money:
            above.append(refund)
    return above


def let_go(order: Order, *, now: datetime) -> None:
    """Take back what still stands in suspense: by the bank's own word it is not there any more (a step)."""
    require_transaction()
    if order.held_for_id is not None and order.held_kopecks:
        provider = provider_by_id(order.held_for_id)
        money = Money(-order.held_kopecks)
        key = f"un{order.held_key}"
        _post(key, TransactionKind.CORRECTION, money, order=order, provider=provider, at=now)
    _set(order, held_kopecks=0, held_for_id=None)


def out_of_suspense(order: Order, *, payee: ProviderView, now: datetime) -> Money:
    """What a credit takes out of suspense; what stands in another provider's is taken back first (a step)."""
    require_transaction()
    if order.held_for_id not in (None, payee.provider_id):
        let_go(order, now=now)
        order.refunds.filter(posted_at__isnull=True, suspense_kopecks__isnull=False).update(
            suspense_kopecks=0
        )
    held = Money(order.held_kopecks) + suspended(order)
    _set(order, held_kopecks=0, held_for_id=None)
    return held


def _holder(order: Order) -> ProviderView:
    """In whose suspense it stands: the payee's; of several the first one's until it is known."""
    first = order.lines.order_by("position").values_list("account__provider_id", flat=True)[0]
    return provider_by_id(first)


def _post(
    key: str, kind: TransactionKind, money: Money, *, order: Order, provider: ProviderView, at: datetime
) -> None:
    ledger.post(
        key=key,
        kind=kind,
        legs=[Leg(Book.BANK, None, money), Leg(Book.SUSPENSE, None, -money)],
        occurred_at=at,
        effective_on=provider_today(provider, at),
        provider_id=provider.provider_id,
        memo=order.number,
    )


def _set(order: Order, **changes: object) -> None:
    Order.objects.filter(pk=order.pk).update(**changes)
    for name, value in changes.items():
        setattr(order, name, value)
