"""What fiscal receipts are owed for, where they go, and who makes those of a shop."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from svet.kernel.money import Money
from svet.payments.models import (
    Chargeback,
    Order,
    OrderLine,
    PaymentRefund,
    ReceiptDue,
    RefundLine,
    ShopReceipts,
)
from svet.payments.rules.chargebacks import ChargebackState
from svet.payments.rules.receipts import DueKind, ReceiptMaker
from svet.payments.rules.states import SPOKEN_FOR, OrderState, RefundState


@dataclass(frozen=True, slots=True)
class ReceiptDueLine:
    """What came to one account, or went from it."""

    account_id: int
    account_number: str
    money: Money


@dataclass(frozen=True, slots=True)
class ReceiptDueView:
    """Money a till of ours owes a receipt for; ``ledger_key`` names the posting of what was paid.

    ``at`` is when the bank took it or gave it back.
    """

    name: str
    kind: DueKind
    order_id: int
    order_public_id: str
    number: str
    provider_id: int
    ledger_key: str
    lines: tuple[ReceiptDueLine, ...]
    at: datetime


def receipts_due(*, limit: int) -> list[ReceiptDueView]:
    """The oldest notes of which no receipt was made."""
    rows = ReceiptDue.objects.filter(taken_at__isnull=True).select_related("order", "refund").order_by("id")
    return [_view(row) for row in rows[:limit]]


#: The vendor of the till takes no longer one.
LONGEST_CONTACT: Final = 64


@dataclass(frozen=True, slots=True)
class ReceiptContact:
    """Where the receipt of a payment goes: one of both."""

    email: str
    phone: str


def contact_of(order_id: int) -> ReceiptContact:
    """The address the payer typed, else the phone they sign in with: what a bank would be given.

    A receipt knows addresses of 64 characters at most. Neither of a payer who has left.
    """
    order = Order.objects.select_related("person").get(pk=order_id)
    if order.person.closed_at is not None:
        return ReceiptContact("", "")
    email = order.receipt_email if len(order.receipt_email) <= LONGEST_CONTACT else ""
    return ReceiptContact(email, "" if email else order.person.phone or "")


def order_public_id(order_id: int) -> str:
    """The outer id of a payment."""
    return Order.objects.values_list("public_id", flat=True).get(pk=order_id)


def makers() -> dict[str, ReceiptMaker]:
    """By the code of a shop ("": that of ``SVET_ACQUIRING_URL``) who makes receipts; the bank has no row."""
    rows = ShopReceipts.objects.values_list("shop__code", "maker")
    return {code or "": ReceiptMaker(maker) for code, maker in rows}


def payments_with_cashbox() -> list[tuple[int, str, Money]]:
    """Every credited payment whose receipt is a till's of ours: id, number, what came to the accounts."""
    orders = Order.objects.filter(receipts=ReceiptMaker.CASHBOX.value, state=OrderState.CREDITED)
    found: dict[int, tuple[str, int]] = {}
    rows = OrderLine.objects.filter(order__in=orders)
    for order_id, number, kopecks in rows.values_list("order_id", "order__number", "credited_kopecks"):
        found[order_id] = (number, found.get(order_id, ("", 0))[1] + (kopecks or 0))
    return [(order_id, number, Money(kopecks)) for order_id, (number, kopecks) in found.items()]


def due_orders() -> frozenset[int]:
    """The payments with a note of which no receipt was made yet."""
    return frozenset(ReceiptDue.objects.filter(taken_at__isnull=True).values_list("order_id", flat=True))


def unsettled_orders(order_ids: Collection[int]) -> frozenset[int]:
    """Which of these payments have money on its way back, moved by the payer, disputed, or a note to take."""
    ids = list(order_ids)
    back = PaymentRefund.objects.filter(order_id__in=ids, state__in=sorted(SPOKEN_FOR - {RefundState.DONE}))
    moved = Order.objects.filter(pk__in=ids, moved__isnull=False)
    disputed = Chargeback.objects.filter(order_id__in=ids).exclude(state=ChargebackState.WON.value)
    notes = ReceiptDue.objects.filter(order_id__in=ids, taken_at__isnull=True)
    return frozenset(
        {
            *back.values_list("order_id", flat=True),
            *moved.values_list("pk", flat=True),
            *disputed.values_list("order_id", flat=True),
            *notes.values_list("order_id", flat=True),
        }
    )


def _view(row: ReceiptDue) -> ReceiptDueView:
    order = row.order
    lines = list(order.lines.select_related("account").order_by("position"))
    if row.refund is None:
        parts = [(line, line.credited.kopecks) for line in lines]
        at = order.paid_at or row.owed_at
    else:
        back = dict(RefundLine.objects.filter(refund=row.refund).values_list("line_id", "kopecks"))
        parts = [(line, back.get(line.pk, 0)) for line in lines]
        at = row.refund.refunded_at or row.owed_at
    return ReceiptDueView(
        name=row.name,
        kind=DueKind(row.kind),
        order_id=order.pk,
        order_public_id=order.public_id,
        number=order.number,
        provider_id=lines[0].account.provider_id,
        ledger_key=order.ledger_key,
        lines=tuple(
            ReceiptDueLine(line.account_id, line.account.number, Money(kopecks))
            for line, kopecks in parts
            if kopecks
        ),
        at=at,
    )
