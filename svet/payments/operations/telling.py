"""What the payer is told, in the transaction that makes it true."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from svet.accounts.queries import accounts_by_id, recipients_of
from svet.kernel.money import Money
from svet.kernel.places import Place
from svet.look.formats import moment, roubles
from svet.notices import operations as notices
from svet.notices.rules import EventSpec
from svet.payments import events
from svet.payments.models import Order, PaymentRefund
from svet.payments.queries.payees import payee_of
from svet.people import queries as people


def tell_credited(order: Order, *, now: datetime) -> None:
    """Bell and, where an address is known, the receipt: number, payee, accounts, sums."""
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
        payee = payee_of(order)
        notices.send_email(
            address=order.receipt_email,
            event=events.RECEIPT,
            params={
                "order": order.number,
                "total": total,
                "at": moment(order.paid_at or now),
                "payee": events.payee_line(payee.legal_name or payee.name, payee.inn),
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
    """The payment did not go through; of one that nobody pressed for, whoever agreed to it tells."""
    if order.unattended:
        return
    notices.notify(
        recipient_id=people.recipient_of(order.person_id),
        event=events.PAYMENT_FAILED,
        params={"order": order.number, "total": roubles(order.total)},
        place=Place("payment-order", (order.public_id,)),
        now=now,
    )


def tell_refund_started(order: Order, refund: PaymentRefund, *, now: datetime) -> None:
    """So much of the payment is on its way back: the payer, and whoever holds the accounts."""
    _tell_payer(order, refund, event=events.REFUND_STARTED, now=now)
    tell_holders(order, _parts(refund), more=True, now=now)


def tell_refund_failed(order: Order, refund: PaymentRefund, *, now: datetime) -> None:
    """It did not come to it: the money stands on the accounts again."""
    _tell_payer(order, refund, event=events.REFUND_FAILED, now=now)
    tell_holders(order, _parts(refund), more=False, now=now)


def tell_refund_declined(order: Order, refund: PaymentRefund, *, now: datetime) -> None:
    """What the payer asked for was not signed: nothing has moved."""
    _tell_payer(order, refund, event=events.REFUND_DECLINED, now=now)


def tell_holders(order: Order, parts: Sequence[tuple[int, Money]], *, more: bool, now: datetime) -> None:
    """Whoever holds an account that somebody else's payment was for: they owe so much more (or less)."""
    payer = people.recipients_of([order.person_id]).get(order.person_id)
    for account in accounts_by_id([account_id for account_id, _ in parts]):
        money = next(part for account_id, part in parts if account_id == account.account_id)
        for recipient_id in recipients_of(account_id=account.account_id):
            if recipient_id == payer:
                continue
            notices.notify(
                recipient_id=recipient_id,
                event=events.ACCOUNT_REFUNDED,
                params={
                    "account": account.number,
                    "total": roubles(money),
                    "order": order.number,
                    "way": "more" if more else "less",
                },
                place=Place("account", (account.public_id,)),
                now=now,
            )


def _tell_payer(order: Order, refund: PaymentRefund, *, event: EventSpec, now: datetime) -> None:
    recipient_id = people.recipients_of([order.person_id]).get(order.person_id)
    if recipient_id is not None:
        notices.notify(
            recipient_id=recipient_id,
            event=event,
            params={"order": order.number, "total": roubles(refund.money)},
            place=Place("payment-order", (order.public_id,)),
            now=now,
        )


def _parts(refund: PaymentRefund) -> list[tuple[int, Money]]:
    rows = refund.lines.order_by("line__position").values_list("line__account_id", "kopecks")
    return [(account_id, Money(kopecks)) for account_id, kopecks in rows]
