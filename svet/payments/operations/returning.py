"""Giving money back at the bank: asked for once, however often its answer is lost."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.db.models import Sum

from svet.gateways.acquiring.port import BankRefund, BankState, RefundsTold
from svet.gateways.failures import GatewayFailure, Permanent, Temporary
from svet.kernel.actors import Actor
from svet.kernel.moving import move_row, move_standing
from svet.kernel.transactions import use_case
from svet.payments.models import Order, PaymentRefund
from svet.payments.operations.growing import grow_disputes
from svet.payments.operations.refunding import LOOK_AGAIN, catch_up, end_asked, post_refunds
from svet.payments.operations.reserving import give_up
from svet.payments.operations.sending import BankUnavailable
from svet.payments.operations.shops import SECRET_GONE, abilities_of, bank_of
from svet.payments.operations.truth import status_of
from svet.payments.rules.refusals import BankReasonText
from svet.payments.rules.states import (
    AT_BANK,
    ON_ITS_WAY,
    REFUND_MOVES,
    RESEND_WITHIN,
    OrderState,
    RefundState,
)

log = structlog.get_logger(__name__)

BY = "payments.refund"
ASK_AGAIN = timedelta(minutes=1)
# So long after it was asked for a refund without a key is looked for often.
YOUNG = timedelta(minutes=10)


def ask_refund(*, refund_id: int, now: datetime) -> PaymentRefund:
    """Ask the bank for a refund that is approved; the same key never gives the money twice.

    A bank that does not know our keys (or not of this payment) is asked once: after a lost answer it is only
    looked at what it gave back.

    That it is asked is kept before it is. While the bank knows the key (a day) asking again is safe. After
    that only its list can tell: a refund of this sum there is ours. One that is not there was never made
    where the money stands in suspense still; one that is off the accounts by now goes before a person
    (``next_look_at`` is empty then), and so does one whose list the bank will not show us any more. Where the
    bank is busy with another refund of the order, it waits.

    :raises BankUnavailable: no answer; the janitor repeats it
    """
    try:
        refund, again = _begin(refund_id, now=now)
    except Temporary as failure:
        raise BankUnavailable(BankReasonText.BANK_SILENT, details={"code": failure.code}) from failure
    if refund.state not in AT_BANK:
        return refund
    if now - (refund.sent_at or refund.known_at) >= RESEND_WITHIN or (again and not _has_key(refund)):
        return _look_instead(refund, now=now)
    try:
        told = bank_of(refund.order.shop).refund(
            key=refund.key, reference=refund.order.bank_reference, amount=refund.money
        )
    except Temporary as failure:
        _doubt(refund)
        raise BankUnavailable(BankReasonText.BANK_SILENT, details={"code": failure.code}) from failure
    except Permanent as failure:
        # The first call may have been answered with yes and its answer lost: the list knows.
        return _look_instead(refund, now=now, note=failure.code)
    if told.state is BankState.PAID:
        _end(refund, told, now=now)
        catch_up(order_id=refund.order_id, now=now, by=BY)
    elif told.state is BankState.CANCELED:
        _refuse(refund, note="canceled by the bank", now=now)
    refund.refresh_from_db()
    return refund


def look_at_asked_refunds(*, now: datetime, limit: int = 50) -> int:
    """The janitor: send refunds that are approved, repeat those whose answer is not known; says how many."""
    due = PaymentRefund.objects.filter(state__in=sorted(ON_ITS_WAY), next_look_at__lte=now)
    ids = list(due.order_by("next_look_at").values_list("pk", flat=True)[:limit])
    for refund_id in ids:
        PaymentRefund.objects.filter(pk=refund_id, state__in=sorted(ON_ITS_WAY)).update(
            next_look_at=now + ASK_AGAIN
        )
        try:
            ask_refund(refund_id=refund_id, now=now)
        except BankUnavailable as failure:
            log.warning("payments.bank_unavailable", refund=refund_id, code=failure.details.get("code"))
    return len(ids)


def _has_key(refund: PaymentRefund) -> bool:
    """Whether the bank knows the refund by its key, so that asking again gives nothing twice."""
    can = abilities_of(refund.order.shop)
    return can.knows_refund_key(refund.order.bank_method)


def _begin(refund_id: int, *, now: datetime) -> tuple[PaymentRefund, bool]:
    """Keep that the bank is being asked before it is, so that a crash meanwhile is not forgotten.

    The second value tells that it has been asked before.

    :raises Temporary: the shop's secret is not to be had; nobody was asked, so it can still be called back
    """
    with use_case():
        order_id = PaymentRefund.objects.values_list("order_id", flat=True).get(pk=refund_id)
        order = Order.objects.select_for_update(of=("self",)).get(pk=order_id)
        refund = order.refunds.select_related("order").get(pk=refund_id)
        busy = order.refunds.filter(state__in=sorted(AT_BANK)).exists()
        if refund.state == RefundState.APPROVED and not busy:
            bank_of(order.shop)
            move_row(refund, moves=REFUND_MOVES, to=RefundState.SENT, changes={"sent_at": now})
            return refund, False
        return refund, True


def _doubt(refund: PaymentRefund) -> None:
    """The answer was lost; the bank's list may have told meanwhile that it was made."""
    with use_case():
        move_standing(
            PaymentRefund.objects.filter(pk=refund.pk),
            moves=REFUND_MOVES,
            before=RefundState.SENT,
            to=RefundState.UNKNOWN,
        )


def _look_instead(refund: PaymentRefund, *, now: datetime, note: str = "") -> PaymentRefund:
    """Learn from the bank's list what became of it; ``note`` is the bank's own no."""
    try:
        listed = _given(refund, refused=bool(note))
    except GatewayFailure as failure:
        _doubt(refund)
        if _knows_us_no_more(failure) and now - (refund.sent_at or refund.known_at) >= RESEND_WITHIN:
            PaymentRefund.objects.filter(pk=refund.pk, state__in=sorted(AT_BANK)).update(next_look_at=None)
        raise BankUnavailable(BankReasonText.BANK_SILENT, details={"code": failure.code}) from failure
    known = set(refund.order.refunds.exclude(reference="").values_list("reference", flat=True))
    ours = [told for told in listed if told.amount == refund.money and told.reference not in known]
    made = next((told for told in ours if told.state is BankState.PAID), None)
    if made is not None:
        _end(refund, made, now=now)
    elif any(told.state is not BankState.CANCELED for told in ours):
        # The bank is still busy with it.
        PaymentRefund.objects.filter(pk=refund.pk).update(next_look_at=now + LOOK_AGAIN)
    elif not note and now - (refund.sent_at or refund.known_at) < RESEND_WITHIN:
        # It may be made yet, and must not be asked for twice.
        _doubt(refund)
        young = now - (refund.sent_at or refund.known_at) < YOUNG
        again = now + (ASK_AGAIN if young else LOOK_AGAIN)
        PaymentRefund.objects.filter(pk=refund.pk, state__in=sorted(AT_BANK)).update(next_look_at=again)
    elif note or refund.reserved_at is None:
        _refuse(refund, note=note or "the bank's list does not know it", now=now)
    else:
        log.error("payments.refund_unknown", order=refund.order.public_id, key=refund.key)
        _doubt(refund)
        PaymentRefund.objects.filter(pk=refund.pk).update(next_look_at=None)
    catch_up(order_id=refund.order_id, now=now, by=BY)
    refund.refresh_from_db()
    return refund


def _given(refund: PaymentRefund, *, refused: bool) -> tuple[BankRefund, ...]:
    """What the bank gave back of the payment that may be this refund.

    A total that grew says nothing of a refund the bank has just ``refused``: then it was another one.

    :raises GatewayFailure: no answer
    """
    order = refund.order
    bank = bank_of(order.shop)
    if bank.capabilities.refunds_told is RefundsTold.OBJECTS:
        return bank.refunds(reference=order.bank_reference)
    done = order.refunds.filter(state=RefundState.DONE).aggregate(sum=Sum("kopecks"))["sum"] or 0
    if status_of(order).refunded.kopecks - done < refund.kopecks or refused:
        return ()
    return (BankRefund(refund.key, BankState.PAID, refund.money, order.bank_reference),)


def _knows_us_no_more(failure: GatewayFailure) -> bool:
    """Whether asking again is in vain: the bank refuses to tell, or there is no secret to ask with."""
    return isinstance(failure, Permanent) or failure.code == SECRET_GONE


def _end(refund: PaymentRefund, told: BankRefund, *, now: datetime) -> None:
    with use_case():
        Order.objects.select_for_update(of=("self",)).get(pk=refund.order_id)
        locked = PaymentRefund.objects.get(pk=refund.pk)
        if locked.state in AT_BANK:
            end_asked(locked, told, now=now)
            # Whoever dies before the order has caught up leaves that to the janitor.
            Order.objects.filter(pk=refund.order_id).update(next_look_at=now)


def _refuse(refund: PaymentRefund, *, note: str, now: datetime) -> None:
    log.error("payments.refund_refused", order=refund.order.public_id, code=note)
    with use_case():
        order = Order.objects.select_for_update(of=("self",)).get(pk=refund.order_id)
        locked = order.refunds.get(pk=refund.pk)
        # The bank's list may have told meanwhile that it was made: then it is done, and stays so.
        if locked.state not in AT_BANK:
            return
        give_up(order, locked, RefundState.REFUSED, note=note, by=Actor.system(BY), now=now)
        if order.state == OrderState.CREDITED:
            # What the bank had given back by itself meanwhile has waited for this.
            post_refunds(order, now=now, by=BY)
            grow_disputes(order, now=now)
