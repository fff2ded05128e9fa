"""A person's payments and cards, for the copy of their data."""

from __future__ import annotations

from typing import Any

from svet.payments.models import BoundCard, Order
from svet.payments.rules.states import OrderState


def made_by(*, person_id: int, limit: int) -> list[dict[str, Any]]:
    """The payments the person made, newest first; sums in kopecks."""
    orders = Order.objects.filter(person_id=person_id).prefetch_related("lines__account").order_by("-id")
    return [
        {
            "number": order.number,
            "state": OrderState(order.state),
            "total_kopecks": order.total_kopecks,
            "refunded_kopecks": order.refunded_kopecks,
            "accounts": {line.account.number: line.kopecks for line in order.lines.all()},
            "receipt_email": order.receipt_email,
            "created_at": order.created_at,
            "credited_at": order.credited_at,
        }
        for order in orders[:limit]
    ]


def cards_named_by(*, person_id: int) -> list[dict[str, Any]]:
    """The cards the person bound: what the bank told us of them."""
    rows = BoundCard.objects.filter(person_id=person_id).order_by("id")
    return [dict(row) for row in rows.values("system", "last4", "bank", "name", "bound_at", "unbound_at")]
