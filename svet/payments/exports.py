"""A person's payments and cards, for the copy of their data."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from svet.kernel.money import Money
from svet.kernel.personal import MOST_ROWS, ExportSection, PersonalShare
from svet.look import formats
from svet.payments.models import BoundCard, Order
from svet.payments.operations.leaving import forget_payer
from svet.payments.rules.states import OrderState
from svet.payments.texts import state_name


def made_by(*, person_id: int, limit: int) -> list[dict[str, Any]]:
    """The payments the person made, newest first; sums in kopecks."""
    orders = Order.objects.filter(person_id=person_id).prefetch_related("lines__account").order_by("-id")
    return [
        {
            "number": order.number,
            "state": order.state,
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
    return [dict(row) for row in rows.values("system", "last4", "name", "bound_at", "unbound_at")]


def _words(name: str, value: Any) -> str | Promise | None:
    if name in ("total_kopecks", "refunded_kopecks"):
        return formats.roubles(Money(int(value)))
    if name == "accounts":
        return ", ".join(f"{number}: {formats.roubles(Money(int(one)))}" for number, one in value.items())
    if name == "state":
        return state_name(OrderState(value))
    return None


EXPORT = PersonalShare(
    sections=(
        ExportSection(
            key="payments",
            title=gettext_lazy("Платежи"),
            place=50,
            rows=lambda who: made_by(person_id=who.person_id, limit=MOST_ROWS),
            words=_words,
        ),
        ExportSection(
            key="cards",
            title=gettext_lazy("Карты"),
            place=51,
            rows=lambda who: cards_named_by(person_id=who.person_id),
        ),
    ),
    forget=forget_payer,
)
