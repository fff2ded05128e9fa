"""The acts of a person on what settling could not decide: credit, send back, close."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from svet.gateways.acquiring.port import HURRIED, BankReason, BankState
from svet.journal import operations as journal
from svet.kernel.actors import Actor, ActorKind
from svet.kernel.money import Money
from svet.kernel.refusals import Conflict, NotFound, Refused
from svet.kernel.transactions import use_case
from svet.payments.models import TO_CLOSE, Callback, Order, PaymentRefund
from svet.payments.operations.crediting import credit
from svet.payments.operations.holding import let_go
from svet.payments.operations.moving import move
from svet.payments.operations.refunding import join, post_refunds
from svet.payments.operations.returning import ASK_AGAIN, ask_refund
from svet.payments.operations.settling import settle
from svet.payments.operations.telling import tell_failed
from svet.payments.operations.truth import Truth, ask_bank
from svet.payments.queries.payees import has_one_payee
from svet.payments.rules.refusals import OrderReviewReason
from svet.payments.rules.states import ON_ITS_WAY, OrderState, RefundState

COMMENT_LONGEST = 300


class ReviewNotFound(NotFound):
    """No such order or callback."""


class OrderReviewRefused(Refused):
    """The act does not fit what the bank says; nothing changed."""


class ReviewConflict(Conflict):
    """Somebody (or the bank itself) decided it first."""


def always() -> None:
    """Nobody objects to a decision at the moment it is kept."""


def credit_reviewed(
    *, order_public_id: str, by: Actor, now: datetime, comment: str, may: Callable[[], None] = always
) -> None:
    """Credit an order in review: what the bank, asked afresh, took, minus what it gave back of it.

    ``may`` is asked in the transaction that decides, and stops it by what it raises.
    The sum taken fills the lines in their order; what is over comes to the last one. Every refund of the
    bank is taken off again by a posting of its own, so that both stand in the books as they happened.

    :raises ReviewNotFound: no such order
    :raises ReviewConflict: not in review any more (``DECIDED``), or being sent back (``REFUND_ASKED``)
    :raises ReviewRefused: ``NOTHING_TAKEN``, ``NOTHING_LEFT``, ``OTHER_CURRENCY``, ``OTHER_ORDER``,
        ``SEVERAL_PAYEES``, ``BANK_UNCLEAR``, ``COMMENT_MISSING``, ``COMMENT_TOO_LONG``, ``NOT_STAFF``
    :raises BankUnavailable: the bank does not answer; nothing changed
    """
    said = judge_comment(by, comment)
    order = _settled(order_public_id, now=now, by=by)
    truth = _ask(order, now=now)
    _left(order, truth)
    if truth.status.order_id != order.public_id:
        raise OrderReviewRefused(OrderReviewReason.OTHER_ORDER)
    if not has_one_payee(order):
        raise OrderReviewRefused(OrderReviewReason.SEVERAL_PAYEES)
    with use_case():
        locked = _locked(order)
        if locked.refunds.filter(state__in=sorted(ON_ITS_WAY)).exists():
            raise ReviewConflict(OrderReviewReason.REFUND_ASKED)
        _still_true(locked, truth)
        may()
        credit(locked, status=truth.status, now=now, by=_name(by), actor=by, comment=said)
        # The refunds are known already, from the same answer: nothing is left to look for.
        Order.objects.filter(pk=locked.pk).update(next_look_at=None)
        post_refunds(locked, now=now, by=_name(by))


def send_back(
    *, order_public_id: str, by: Actor, now: datetime, comment: str, may: Callable[[], None] = always
) -> None:
    """Give back at the bank what is left of an order in review; it ends as ``returned``.

    The refund is kept before the bank is asked. When its answer does not come, ``BankUnavailable`` is raised
    and the refund stays asked: the janitor repeats it with the same key, so it is never given twice, and
    doing it again here does the same at once.

    :raises ReviewNotFound: :raises ReviewConflict: :raises ReviewRefused: as :func:`credit_reviewed`, and
        ``BANK_REFUSED``: the bank said no, the order is still in review
    :raises BankUnavailable: the bank does not answer; the order is in review, its refund asked
    """
    said = judge_comment(by, comment)
    order = _settled(order_public_id, now=now, by=by)
    refund = order.refunds.filter(state__in=sorted(ON_ITS_WAY)).first()
    if refund is None:
        refund = _ask_back(order, _ask(order, now=now), by=by, now=now, comment=said, may=may)
    else:
        with use_case():
            may()
    ended = ask_refund(refund_id=refund.pk, now=now)
    if ended.state == RefundState.REFUSED:
        raise OrderReviewRefused(OrderReviewReason.BANK_REFUSED, details={"code": ended.note})


def cancel_reviewed(
    *, order_public_id: str, by: Actor, now: datetime, comment: str, may: Callable[[], None] = always
) -> None:
    """Close an order in review for which there is no money at the bank; it ends as ``canceled``.

    The bank is asked afresh, also about the payments its callbacks named; only an order that the bank has no
    name for at all is closed on the person's word. Money that the bank said it had taken before comes out of
    suspense again.

    :raises ReviewNotFound: :raises ReviewConflict: as above
    :raises ReviewRefused: ``MONEY_TAKEN``: the bank has money for it, or may still get it
    :raises BankUnavailable: the bank does not answer; nothing changed
    """
    said = judge_comment(by, comment)
    order = _settled(order_public_id, now=now, by=by)
    if order.bank_reference and ask_bank(order, patience=HURRIED).status.state is not BankState.CANCELED:
        raise OrderReviewRefused(OrderReviewReason.MONEY_TAKEN)
    with use_case():
        locked = _locked(order)
        if (locked.bank_reference, locked.taken_kopecks) != (order.bank_reference, order.taken_kopecks):
            # The bank told of money between its answer and the lock.
            raise ReviewConflict(OrderReviewReason.DECIDED)
        may()
        let_go(locked, now=now)
        move(
            locked,
            new=OrderState.CANCELED,
            at=now,
            by=_name(by),
            note=said,
            bank_reason=BankReason.CANCELED.value,
            taken_kopecks=None,
            taken_currency="",
            next_look_at=None,
        )
        tell_failed(locked, now=now)
        _record(locked, "payments.review.cancel", by=by, now=now, comment=said)


def close_callback(
    *, callback_id: int, by: Actor, now: datetime, comment: str, may: Callable[[], None] = always
) -> None:
    """A person has dealt with an open callback: keep who, when and what they say.

    :raises ReviewNotFound: no such callback, or not one that waits for anybody
    :raises ReviewConflict: closed before, or by the bank's own answer just now
    :raises BankUnavailable: it names a payment that only the bank can tell of, and it does not answer
    :raises ReviewRefused: ``COMMENT_MISSING``, ``COMMENT_TOO_LONG``, ``NOT_STAFF``
    """
    said = judge_comment(by, comment)
    told = Callback.objects.filter(pk=callback_id, closed_at=None, order__bank_reference="").first()
    if told is not None and told.order_id is not None:
        # News of a payment that nobody asks about any more: it must not be put away with the money in it.
        settle(order_id=told.order_id, now=now, by=_name(by))
    with use_case():
        found = Callback.objects.select_for_update().filter(pk=callback_id, outcome__in=sorted(TO_CLOSE))
        row = found.first()
        if row is None:
            raise ReviewNotFound(OrderReviewReason.NOT_FOUND)
        if row.closed_at is not None:
            raise ReviewConflict(OrderReviewReason.DECIDED)
        may()
        row.closed_at, row.closed_by, row.closed_comment = now, (by.name or str(by.person_id)), said
        row.save(update_fields=["closed_at", "closed_by", "closed_comment"])
        journal.record(
            by=by,
            action="payments.callback.close",
            subject="callback",
            subject_id=str(row.pk),
            now=now,
            after={"event": row.event, "reference": row.reference},
            reason=said,
        )


def judge_comment(by: Actor, comment: str) -> str:
    """The comment without the spaces around it; only staff may decide, and must say why."""
    if by.kind is not ActorKind.STAFF:
        raise OrderReviewRefused(OrderReviewReason.NOT_STAFF)
    said = comment.replace("\0", "").strip()
    if not said:
        raise OrderReviewRefused(OrderReviewReason.COMMENT_MISSING, field="comment")
    if len(said) > COMMENT_LONGEST:
        raise OrderReviewRefused(
            OrderReviewReason.COMMENT_TOO_LONG, field="comment", details={"max": COMMENT_LONGEST}
        )
    return said


def _in_review(public_id: str) -> Order:
    order = Order.objects.filter(public_id=public_id).first()
    if order is None:
        raise ReviewNotFound(OrderReviewReason.NOT_FOUND)
    if order.state != OrderState.REVIEW:
        raise ReviewConflict(OrderReviewReason.DECIDED)
    return order


def _settled(public_id: str, *, now: datetime, by: Actor) -> Order:
    """The order in review; one without the bank's name of its payment is settled by its callbacks first.

    :raises ReviewConflict: that has decided it :raises BankUnavailable: the bank does not answer
    """
    order = _in_review(public_id)
    if order.bank_reference:
        return order
    settle(order_id=order.pk, now=now, by=_name(by))
    return _in_review(public_id)


def _locked(order: Order) -> Order:
    """The order under its lock, still in review. :raises ReviewConflict:"""
    locked = Order.objects.select_for_update(of=("self",)).get(pk=order.pk)
    if locked.state != OrderState.REVIEW:
        raise ReviewConflict(OrderReviewReason.DECIDED)
    return locked


def _still_true(locked: Order, truth: Truth) -> None:
    """No refund was made between the bank's answer and the lock: such an answer would give the money twice.

    :raises ReviewConflict: a colleague's refund was, and the order is about to follow it
    """
    if truth.as_total:
        done = sum(locked.refunds.filter(state=RefundState.DONE).values_list("kopecks", flat=True))
        if done > truth.status.refunded.kopecks:
            raise ReviewConflict(OrderReviewReason.DECIDED)
        return
    told = [refund.reference for refund in truth.done]
    if locked.refunds.filter(state=RefundState.DONE).exclude(reference__in=told).exists():
        raise ReviewConflict(OrderReviewReason.DECIDED)


def _ask(order: Order, *, now: datetime) -> Truth:
    """The bank's word of this moment, its refunds kept; an order it has given all of back ends here."""
    if not order.bank_reference:
        raise OrderReviewRefused(OrderReviewReason.NOTHING_TAKEN)
    truth = ask_bank(order, patience=HURRIED)
    with use_case():
        locked = _locked(order)
        join(locked, truth, now=now, by="payments.review")
    if locked.state != OrderState.REVIEW:
        raise ReviewConflict(OrderReviewReason.DECIDED)
    return truth


def _left(order: Order, truth: Truth) -> Money:
    """What is left of the money the bank took for this order. :raises ReviewRefused:"""
    status = truth.status
    if status.state is not BankState.PAID:
        raise OrderReviewRefused(OrderReviewReason.NOTHING_TAKEN)
    if status.reference != order.bank_reference:
        raise OrderReviewRefused(OrderReviewReason.OTHER_ORDER)
    if status.currency != "RUB":
        raise OrderReviewRefused(OrderReviewReason.OTHER_CURRENCY, details={"currency": status.currency[:8]})
    if truth.untold:
        raise OrderReviewRefused(OrderReviewReason.BANK_UNCLEAR)
    left = status.amount - status.refunded
    if left.kopecks <= 0:
        raise OrderReviewRefused(OrderReviewReason.NOTHING_LEFT)
    return left


def _ask_back(
    order: Order, truth: Truth, *, by: Actor, now: datetime, comment: str, may: Callable[[], None]
) -> PaymentRefund:
    """Keep the refund before the bank is asked for it."""
    left = _left(order, truth)
    with use_case():
        locked = _locked(order)
        asked = locked.refunds.filter(state__in=sorted(ON_ITS_WAY)).first()
        may()
        if asked is not None:
            return asked
        _still_true(locked, truth)
        refund = PaymentRefund.objects.create(
            order=locked,
            state=RefundState.APPROVED,
            key=f"refund-{locked.public_id}-{locked.refunds.count() + 1}",
            kopecks=left.kopecks,
            known_at=now,
            next_look_at=now + ASK_AGAIN,
            by=_name(by),
            note=comment,
        )
        _record(locked, "payments.review.send_back", by=by, now=now, comment=comment, kopecks=left.kopecks)
    return refund


def _name(by: Actor) -> str:
    return f"staff: {by.name or by.person_id}"[:60]


def _record(order: Order, action: str, *, by: Actor, now: datetime, comment: str, **after: object) -> None:
    journal.record(
        by=by,
        action=action,
        subject="order",
        subject_id=order.public_id,
        now=now,
        after={"number": order.number, **after},
        reason=comment,
    )
