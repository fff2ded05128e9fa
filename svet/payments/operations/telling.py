"""What the payer is told, in the transaction that makes it true."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from svet.kernel.money import Money
from svet.kernel.places import Place
from svet.look.formats import roubles
from svet.notices import operations as notices
from svet.payments import events
from svet.payments.models import Order
from svet.payments.queries.payees import payee_of
from svet.people import queries as people


def tell_credited(order: Order, *, now: datetime) -> None:
    """Bell and, where an address is known, the receipt: number, accounts, sums."""
    place = Place("payment-order", (order.public_id,))
    total = roubles(order.taken_kopecks if order.taken_kopecks is not None else order.total)
    notices.notify(
        recipient_id=people.recipient_of(order.person_id),
        event=events.PAYMENT_CREDITED,
        params={"order": order.number, "total": total},
        place=place,
        now=now,
    )
    if order.receipt_email:
        lines = [line for line in order.lines.select_related("account").order_by("position") if line.credited]
        zone = ZoneInfo(payee_of(order).time_zone)
        notices.send_email(
            address=order.receipt_email,
            event=events.RECEIPT,
            params={
                "order": order.number,
                "total": total,
                "at": events.moment((order.paid_at or now).astimezone(zone)),
                "lines": "\n".join(events.receipt_line(line.account.number, line.credited) for line in lines),
            },
            now=now,
        )


def tell_refunded(order: Order, money: Money, *, now: datetime) -> None:
    """The bank gave so much of the payment back; somebody who has left the cabinet is not told any more."""
    recipient_id = people.recipients_of([order.person_id]).get(order.person_id)
    if recipient_id is None:
        return
    notices.notify(
        recipient_id=recipient_id,
        event=events.PAYMENT_REFUNDED,
        params={"order": order.number, "total": roubles(money)},
        place=Place("payment-order", (order.public_id,)),
        now=now,
    )


def tell_failed(order: Order, *, now: datetime) -> None:
    """The payment did not go through."""
    notices.notify(
        recipient_id=people.recipient_of(order.person_id),
        event=events.PAYMENT_FAILED,
        params={"order": order.number, "total": roubles(order.total)},
        place=Place("payment-order", (order.public_id,)),
        now=now,
    )
