"""The way back: what the bank gave back is taken off the accounts again, each refund once."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import structlog
from django.db.models import Sum

from svet.accounts.queries import provider_today
from svet.gateways.acquiring.port import PATIENT, BankRefund, BankState, BankStatus
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.kernel.moving import move_row
from svet.kernel.transactions import require_transaction, use_case
from svet.ledger import operations as ledger
from svet.ledger.rules import Book, Leg, TransactionKind
from svet.payments.models import Callback, Order, PaymentRefund, RefundLine, Shop
from svet.payments.operations.growing import grow_disputes
from svet.payments.operations.holding import keep_taken, let_go, take_out
from svet.payments.operations.moved import end_moves_without_money
from svet.payments.operations.moving import move
from svet.payments.operations.receipts import owe_receipt_back
from svet.payments.operations.reserving import (
    confirm,
    end_requests_without_money,
    lines_left,
    make_room,
)
from svet.payments.operations.telling import tell_holders, tell_refunded
from svet.payments.operations.truth import Truth, ask_bank, kept, told
from svet.payments.queries.payees import payee_of
from svet.payments.rules import facts, share_refund
from svet.payments.rules.states import AT_BANK, REFUND_MOVES, CallbackOutcome, OrderState, RefundState

log = structlog.get_logger(__name__)

LOOK_AGAIN = timedelta(hours=1)
# What we write into the inbox ourselves, one open row per order and kind.
EXCESS = "svet.refund_above_payment"
CHANGED = "svet.payment_changed"
UNTOLD = "svet.refund_not_listed"
#: About a payment at the bank that no order of ours can be, or that is the second one of an order.
LISTED = "svet.payment_not_ours"


def catch_up(*, order_id: int, now: datetime, by: str, patience: float = PATIENT) -> Order:
    """Learn what the bank did with the money of an order after it was taken, and book what is new.

    The bank is asked before the lock: refunds have names, and the set of names known only grows, so the
    answers of several looks may be joined in any order.

    :raises BankUnavailable: the bank does not answer; nothing changed
    """
    truth = ask_bank(Order.objects.get(pk=order_id), patience=patience)
    with use_case():
        order = Order.objects.select_for_update(of=("self",)).get(pk=order_id)
        join(order, truth, now=now, by=by)
        return order


def join(order: Order, truth: Truth, *, now: datetime, by: str) -> None:
    """Add the bank's answer to what is known of an order whose money was taken (a step, under its lock).

    What does not fit stands in suspense, and what the bank gave back of it comes out of there at once.
    """
    require_transaction()
    _compare(order, truth, now=now)
    if order.state == OrderState.REVIEW:
        keep_taken(order, truth.status, now=now)
    for refund in truth.done:
        _keep(order, refund, now=now, by=by)
    if truth.as_total:
        _keep_total(order, truth.status, now=now, by=by)
    for above in take_out(order):
        _note_excess(order, above, left=Money(above.suspense_kopecks or 0), now=now)
    known = order.refunds.filter(state=RefundState.DONE).aggregate(sum=Sum("kopecks"))["sum"] or 0
    changes: dict[str, object] = {"refunded_kopecks": known, "looked_at": now}
    if order.state != OrderState.REVIEW or order.next_look_at is not None:
        # A list may lag behind; until it tells of everything the order is looked at every hour.
        changes["next_look_at"] = now + LOOK_AGAIN if truth.untold else None
    Order.objects.filter(pk=order.pk).update(**changes)
    for name, value in changes.items():
        setattr(order, name, value)
    if order.state == OrderState.CREDITED:
        post_refunds(order, now=now, by=by)
    elif order.state == OrderState.REVIEW and truth.status.state is BankState.PAID:
        _end_if_returned(order, truth, now=now, by=by)


def post_refunds(order: Order, *, now: datetime, by: str) -> None:
    """Take every refund that is done and not posted off the accounts of a credited order (a step).

    Room that was made for one and is not all needed goes to open disputes.
    """
    require_transaction()
    due = order.refunds.filter(state=RefundState.DONE, posted_at__isnull=True)
    for refund in due.filter(reserved_at__isnull=False).order_by("id"):
        confirm(order, refund, now=now, by=by)
        owe_receipt_back(order, refund, now=now)
    for refund in due.filter(reserved_at__isnull=True).order_by("id"):
        if make_room(order, refund, now=now, by=by):
            _post(order, refund, now=now, by=by)
            owe_receipt_back(order, refund, now=now)
    note = "the bank has given the money back"
    end_requests_without_money(order, note=note, by=Actor.system(by), now=now)
    end_moves_without_money(order, note=note, by=Actor.system(by), now=now)
    grow_disputes(order, now=now)


def note_odd(
    order: Order | None,
    *,
    event: str,
    note: str,
    reference: str,
    money: Money,
    now: datetime,
    shop: Shop | None = None,
) -> bool:
    """Put what contradicts our books before a person (a step), once and for all; says whether it was new."""
    require_transaction()
    told = Callback.objects.filter(
        outcome=CallbackOutcome.NOTED, shop=order.shop if order else shop, event=event, reference=reference
    )
    if told.filter(note=note[:300]).exists():
        return False
    log.error("payments.contradiction", about=event, reference=reference, note=note)
    body = {"object": {"id": reference, "amount": {"value": str(money.roubles), "currency": "RUB"}}}
    Callback.objects.create(
        raw=json.dumps(body).encode(),
        received_at=now,
        outcome=CallbackOutcome.NOTED,
        event=event,
        reference=reference,
        order=order,
        shop=order.shop if order else shop,
        note=note[:300],
    )
    return True


def _keep(order: Order, told: BankRefund, *, now: datetime, by: str) -> None:
    """One row per name; one that we asked for ourselves and whose answer was lost is known by its sum."""
    known = PaymentRefund.objects.filter(shop=order.shop, reference=told.reference).first()
    if known is None:
        asked = order.refunds.filter(
            state__in=sorted(AT_BANK), kopecks=told.amount.kopecks, reference=""
        ).first()
        if asked is not None:
            end_asked(asked, told, now=now)
            return
        PaymentRefund.objects.create(
            order=order,
            state=RefundState.DONE,
            reference=told.reference,
            kopecks=told.amount.kopecks,
            known_at=now,
            refunded_at=told.at or now,
            by=by,
        )
    elif known.order_id != order.pk or known.kopecks != told.amount.kopecks:
        note = f"refund {told.reference} was {known.kopecks} kopecks, now it is {told.amount.kopecks}"
        _note(order, CHANGED, note, money=told.amount, now=now)
    elif known.state != RefundState.DONE:
        end_asked(known, told, now=now)


def _keep_total(order: Order, status: BankStatus, *, now: datetime, by: str) -> None:
    """Of a bank that tells only how much it gave back in all, what is new is the difference to what is known.

    A refund we asked for and whose answer was lost is known by its sum. Any other is named by the total it
    made, which only grows: a late answer with a lower one does nothing.
    """
    done = order.refunds.filter(state=RefundState.DONE).aggregate(sum=Sum("kopecks"))["sum"] or 0
    grown = status.refunded.kopecks - done
    asked = order.refunds.filter(state__in=sorted(AT_BANK)).first()
    if asked is not None and grown >= asked.kopecks:
        end_asked(asked, BankRefund(asked.key, BankState.PAID, asked.money), now=now)
        grown -= asked.kopecks
    if grown > 0:
        PaymentRefund.objects.create(
            order=order,
            state=RefundState.DONE,
            reference=f"{order.bank_reference}-{status.refunded.kopecks}",
            kopecks=grown,
            known_at=now,
            refunded_at=now,
            by=by,
        )


def end_asked(refund: PaymentRefund, told: BankRefund, *, now: datetime) -> None:
    """The bank has made a refund that we asked for (a step)."""
    require_transaction()
    changes = {"reference": told.reference, "refunded_at": told.at or now, "next_look_at": None}
    move_row(refund, moves=REFUND_MOVES, to=RefundState.DONE, changes=changes)


def _compare(order: Order, truth: Truth, *, now: datetime) -> None:
    """What was posted is never overwritten: a bank that says something else now is put before a person."""
    status = truth.status
    unsaid = truth.credited and status.state is not BankState.PAID
    if unsaid or facts.join(kept(order), told(status)).conflict:
        note_change(order, status, now=now)
    if not truth.untold:
        noted = Callback.objects.filter(order=order, event=UNTOLD, closed_at__isnull=True)
        noted.update(closed_at=now, closed_by="payments", closed_comment="the list tells of it by now")
    elif order.looks > 0:
        # Not at the first look: the bank's list may be a little behind its payment.
        note = f"the bank gave back {status.refunded.kopecks} kopecks, its list of refunds shows less"
        _note(order, UNTOLD, note, money=status.refunded, now=now)


def note_change(order: Order, status: BankStatus, *, now: datetime) -> None:
    """Put it before a person that the bank says something else now (a step); what is known stays as it is."""
    verb = "credited" if order.state == OrderState.CREDITED else "the bank took"
    note = (
        f"{verb} {order.taken_kopecks} kopecks, now the bank says: {status.state},"
        f" {status.amount.kopecks} kopecks, {status.currency[:8]}"
    )
    _note(order, CHANGED, note, money=status.amount, now=now)


def note_listed(order: Order | None, status: BankStatus, *, shop: Shop | None, now: datetime) -> bool:
    """Put it before a person that the bank has a payment of nobody, or one more of an order (a step)."""
    note = f"the bank lists a payment of {status.amount.kopecks} kopecks that is not ours"
    if order is not None:
        note = f"the bank lists a second payment of this order, {status.amount.kopecks} kopecks"
    name = status.reference[:64]
    return note_odd(order, event=LISTED, note=note, reference=name, money=status.amount, now=now, shop=shop)


def has_contradicted(order: Order) -> bool:
    """Whether the bank has ever said two things of the order that cannot both be true."""
    return Callback.objects.filter(order=order, event=CHANGED, outcome=CallbackOutcome.NOTED).exists()


def _end_if_returned(order: Order, truth: Truth, *, now: datetime, by: str) -> None:
    taken = truth.status.amount
    if order.refunded_kopecks < taken.kopecks:
        return
    let_go(order, now=now)
    in_roubles = truth.status.currency == "RUB"
    move(
        order,
        new=OrderState.RETURNED,
        at=now,
        by=by,
        note="the bank gave all of it back",
        taken_kopecks=taken.kopecks if in_roubles else None,
        next_look_at=None,
    )
    if in_roubles:
        tell_refunded(order, taken, now=now)
    journal.record(
        by=Actor.system(by),
        action="payments.order.return",
        subject="order",
        subject_id=order.public_id,
        now=now,
        after={"kopecks": taken.kopecks},
    )


def _post(order: Order, refund: PaymentRefund, *, now: datetime, by: str) -> None:
    payee = payee_of(order)
    lines = lines_left(order, to_sign=False)
    shares = share_refund(refund.money, [left for _, left in lines])
    parts = [(line, part) for (line, _), part in zip(lines, shares, strict=True) if part]
    taken_off = Money.total(part for _, part in parts)
    happened_at = refund.refunded_at or now
    if taken_off:
        RefundLine.objects.bulk_create(
            RefundLine(refund=refund, line=line, kopecks=part.kopecks) for line, part in parts
        )
    # Where it came out of suspense already, the accounts fill that up again.
    from_suspense = Money(refund.suspense_kopecks or 0)
    control = [Leg(Book.BANK, None, from_suspense - taken_off), Leg(Book.SUSPENSE, None, -from_suspense)]
    if legs := [leg for leg in control if leg.money]:
        ledger.post(
            key=refund.off_key,
            kind=TransactionKind.REFUND,
            legs=[*legs, *(Leg(Book.RECEIVABLE, line.account_id, part) for line, part in parts)],
            occurred_at=happened_at,
            effective_on=provider_today(payee, happened_at),
            provider_id=payee.provider_id,
            memo=order.number,
        )
    if taken_off:
        tell_refunded(order, taken_off, now=now)
        tell_holders(order, [(line.account_id, part) for line, part in parts], more=True, now=now)
    PaymentRefund.objects.filter(pk=refund.pk).update(posted_at=now)
    if taken_off != refund.money:
        _note_excess(order, refund, left=taken_off, now=now)
    journal.record(
        by=Actor.system(by),
        action="payments.order.refund",
        subject="order",
        subject_id=order.public_id,
        now=now,
        after={"refund": refund.reference, "kopecks": taken_off.kopecks, "lines": len(parts)},
    )


def _note_excess(order: Order, refund: PaymentRefund, *, left: Money, now: datetime) -> None:
    note = f"refund {refund.reference} is {refund.kopecks} kopecks, {left.kopecks} were left to return"
    _note(order, EXCESS, note, money=refund.money, now=now)


def _note(order: Order, event: str, note: str, *, money: Money, now: datetime) -> None:
    note_odd(order, event=event, note=note, reference=order.bank_reference, money=money, now=now)
