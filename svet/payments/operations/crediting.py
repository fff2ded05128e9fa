"""A step of settling and of the money desk: money the bank took comes to the accounts, once."""

from __future__ import annotations

from datetime import datetime

from svet.accounts.queries import provider_today
from svet.gateways.acquiring.port import BankStatus
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.ledger import operations as ledger
from svet.ledger.rules import Book, Leg, TransactionKind
from svet.payments.models import Order, OrderLine
from svet.payments.operations.bank_receipts import await_bank_receipt
from svet.payments.operations.holding import out_of_suspense
from svet.payments.operations.moving import move
from svet.payments.operations.receipts import owe_receipt
from svet.payments.operations.refunding import post_refunds
from svet.payments.operations.telling import tell_credited
from svet.payments.operations.turns import hand_on, learn_card
from svet.payments.queries.payees import payee_of
from svet.payments.rules import fill
from svet.payments.rules.states import OrderState


def credit(
    order: Order, *, status: BankStatus, now: datetime, by: str, actor: Actor, comment: str = ""
) -> None:
    """Post what the bank took to the accounts of the order's one payee, tell the payer, end as ``credited``.

    What of it stood in suspense comes out of there. When the bank has given some of it back already the order
    is to be looked at again at once.

    :raises SeveralPayees: nothing is posted to anybody
    """
    payee = payee_of(order)
    paid_at = status.paid_at or now
    move(
        order,
        new=OrderState.PAID,
        at=now,
        by=by,
        note=comment,
        taken_kopecks=status.amount.kopecks,
        taken_currency=status.currency,
        income_kopecks=status.income.kopecks if status.income is not None else None,
        bank_method=status.method,
        bank_reason="",
        paid_at=paid_at,
    )
    lines = _fill(order, status.amount)
    held = out_of_suspense(order, payee=payee, now=now)
    control = [Leg(Book.BANK, None, status.amount - held), Leg(Book.SUSPENSE, None, held)]
    ledger.post(
        key=order.ledger_key,
        kind=TransactionKind.PAYMENT,
        legs=[
            *(leg for leg in control if leg.money),
            *(Leg(Book.RECEIVABLE, line.account_id, -line.credited) for line in lines if line.credited),
        ],
        occurred_at=paid_at,
        effective_on=provider_today(payee, paid_at),
        provider_id=payee.provider_id,
        memo=order.number,
    )
    again = now if status.refunded else None
    move(order, new=OrderState.CREDITED, at=now, by=by, credited_at=now, next_look_at=again)
    owe_receipt(order, now=now)
    await_bank_receipt(order, now=now)
    if held:
        # What the bank gave back while it stood in suspense comes off the accounts now.
        post_refunds(order, now=now, by=by)
    if order.keeps_card and status.card is not None:
        learn_card(order, status.card, by=Actor.system(by), now=now)
    hand_on(order, now=now)
    tell_credited(order, now=now)
    journal.record(
        by=actor,
        action="payments.order.credit",
        subject="order",
        subject_id=order.public_id,
        now=now,
        after={"total_kopecks": status.amount.kopecks, "lines": len(lines)},
        reason=comment,
    )


def _fill(order: Order, taken: Money) -> list[OrderLine]:
    lines = list(order.lines.order_by("position"))
    for line, money in zip(lines, fill(taken, [line.money for line in lines]), strict=True):
        line.credited_kopecks = money.kopecks
    OrderLine.objects.bulk_update(lines, ["credited_kopecks"])
    return lines
