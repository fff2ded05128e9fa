"""The bank's own lists of payments and refunds: what was paid or given back and nobody told us of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog

from svet.gateways.acquiring.port import BankRefund, BankState
from svet.gateways.failures import UNREADABLE, GatewayFailure
from svet.kernel.transactions import use_case
from svet.payments.models import Order, PaymentRefund, Shop
from svet.payments.operations.refunding import note_odd
from svet.payments.operations.sending import BankUnavailable
from svet.payments.operations.settling import settle
from svet.payments.operations.shops import bank_of
from svet.payments.operations.silence import note_bank
from svet.payments.queries.shops import every_shop
from svet.payments.rules.refusals import BankReasonText
from svet.payments.rules.states import OrderState, RefundState

log = structlog.get_logger(__name__)

BY = "payments.list"
# The list is read every ten minutes; four days outlive a weekend on which nothing ran.
LOOK_BACK = timedelta(days=4)
# Read twice a minute while somebody pays; what is older the orders' own looks find.
PAID_BACK = timedelta(minutes=10)
# Of a bank without a list: how many orders are asked about in one run, and how often each.
MOST = 50
EACH_AGAIN = timedelta(days=1)
STRANGE = "svet.refund_of_unknown_payment"


def look_for_payments(*, now: datetime) -> int:
    """Settle the orders whose payment the bank took in the last ten minutes without telling us.

    One question for all that wait at a shop, and none when nobody does; of a bank without a list each order
    of the last ten minutes is asked about. Returns how many were settled. A silent shop does not keep the
    others.

    :raises BankUnavailable: a bank does not answer; the lists of the others have been read
    """
    waiting = Order.objects.filter(state=OrderState.WAITING).exclude(bank_reference="")
    asked = {shop.pk if shop else None: shop for shop in every_shop()}
    found, silent = 0, None
    for shop_id in waiting.values_list("shop_id", flat=True).distinct():
        own = waiting.filter(shop_id=shop_id)
        try:
            bank = bank_of(asked[shop_id])
            if not bank.capabilities.lists:
                ids = list(own.filter(created_at__gte=now - PAID_BACK).values_list("pk", flat=True)[:MOST])
                found += _settle_until_silent(ids, now=now)
                continue
            paid = bank.payments(since=now - PAID_BACK, until=now + timedelta(minutes=1))
        except BankUnavailable as failure:
            silent = GatewayFailure(str(failure), code=str(failure.details.get("code", "")))
            continue
        except GatewayFailure as failure:
            silent = failure
            note_bank(asked[shop_id], answered=False, now=now)
            continue
        note_bank(asked[shop_id], answered=True, now=now)
        references = [status.reference for status in paid]
        ids = list(own.filter(bank_reference__in=references).values_list("pk", flat=True))
        _settle(ids, now=now)
        found += len(ids)
    if silent is not None:
        raise BankUnavailable(BankReasonText.BANK_SILENT, details={"code": silent.code}) from silent
    return found


def look_for_refunds(*, now: datetime, since: datetime | None = None) -> int:
    """Read the bank's refunds of the last four days (or since a moment) and book those we do not know.

    One of a payment that is not ours is put before a person. Returns how many were new to us. Every shop has
    a list of its own; one that is silent does not keep the others. A bank without a list is asked about each
    order it took in that time, once a day.

    :raises BankUnavailable: a bank does not answer; the lists of the others have been read
    """
    found, silent = 0, None
    for shop in every_shop():
        try:
            found += _look_at(shop, now=now, since=since or now - LOOK_BACK)
        except BankUnavailable as failure:
            silent = failure
    if silent is not None:
        raise silent
    return found


def _look_at(shop: Shop | None, *, now: datetime, since: datetime) -> int:
    try:
        bank = bank_of(shop)
        if not bank.capabilities.lists:
            return _look_at_each(shop, now=now, since=since)
        listed = bank.refunds(since=since)
    except GatewayFailure as failure:
        note_bank(shop, answered=False, now=now)
        raise BankUnavailable(BankReasonText.BANK_SILENT, details={"code": failure.code}) from failure
    note_bank(shop, answered=True, now=now)
    made = {refund.reference: refund for refund in listed if refund.state is BankState.PAID}
    known = PaymentRefund.objects.filter(shop=shop, reference__in=list(made), state=RefundState.DONE)
    for reference in known.values_list("reference", flat=True):
        del made[reference]
    payments = {refund.payment for refund in made.values()}
    own = Order.objects.filter(shop=shop, bank_reference__in=payments)
    orders = dict(own.values_list("bank_reference", "pk"))
    for refund in made.values():
        if refund.payment not in orders:
            _note_strange(refund, shop=shop, now=now)
    _settle(orders.values(), now=now)
    return len(made)


def _look_at_each(shop: Shop | None, *, now: datetime, since: datetime) -> int:
    """Ask about the orders of a shop that gives no list; says of how many something was new."""
    taken = Order.objects.filter(
        shop=shop, paid_at__gte=since, state__in=[OrderState.CREDITED, OrderState.REVIEW]
    )
    due = taken.filter(looked_at__lt=now - EACH_AGAIN).order_by("looked_at")
    before = dict(due.values_list("pk", "refunded_kopecks")[:MOST])
    _settle_until_silent(list(before), now=now)
    after = Order.objects.filter(pk__in=list(before)).values_list("pk", "refunded_kopecks")
    return sum(kopecks != before[order_id] for order_id, kopecks in after)


def _settle_until_silent(order_ids: Iterable[int], *, now: datetime) -> int:
    """Settle one after the other; says how many. :raises BankUnavailable: the bank fell silent

    An answer that cannot be understood is of its order alone: it would keep all others behind it for ever.
    """
    done = 0
    for order_id in order_ids:
        try:
            settle(order_id=order_id, now=now, by=BY)
        except BankUnavailable as failure:
            code = failure.details.get("code")
            if code not in UNREADABLE:
                raise
            log.error("payments.answer_unreadable", order=order_id, code=code)
            # Those that were asked about longest ago come first, and it has been asked about now.
            Order.objects.filter(pk=order_id).update(looked_at=now)
        else:
            done += 1
    return done


def _settle(order_ids: Iterable[int], *, now: datetime) -> None:
    for order_id in order_ids:
        try:
            settle(order_id=order_id, now=now, by=BY)
        except BankUnavailable as failure:
            log.warning("payments.bank_unavailable", order=order_id, code=failure.details.get("code"))


def _note_strange(refund: BankRefund, *, shop: Shop | None, now: datetime) -> None:
    with use_case():
        note_odd(
            None,
            event=STRANGE,
            note=f"refund {refund.reference} of a payment that is not ours",
            reference=refund.payment[:64],
            money=refund.amount,
            now=now,
            shop=shop,
        )
