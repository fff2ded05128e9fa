"""A bank that gives no list: what it has of some days is learned by asking about each order of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from django.db.models import Q

from svet.gateways.acquiring.port import BankRefund, BankState, BankStatus
from svet.gateways.failures import UNREADABLE, GatewayFailure
from svet.payments.models import Order, PaymentRefund, Shop
from svet.payments.operations.sending import BankUnavailable
from svet.payments.operations.settling import settle
from svet.payments.operations.shops import bank_of
from svet.payments.operations.truth import status_of, whole
from svet.payments.rules.states import OrderState, RefundState

log = structlog.get_logger(__name__)

_TAKEN = frozenset({OrderState.CREDITED, OrderState.REVIEW})
#: More orders than this that cannot be understood, and it is the bank that cannot.
MOST_UNREAD = 20


@dataclass(frozen=True, slots=True)
class AskedOrders:
    """Payments and refunds in roubles, each under its name, without those of the orders ``unread`` (keys)."""

    payments: dict[str, BankStatus]
    refunds: dict[str, BankRefund]
    unread: frozenset[int]


def ask_each(shop: Shop | None, *, since: datetime, until: datetime, now: datetime, by: str) -> AskedOrders:
    """The payments and refunds of ``since``…``until``, each under its name; refunds that are new are booked.

    Such a bank tells neither when it took money nor of single refunds: a payment is of the moment we keep of
    it, and our refunds are the bank's own as far as its total covers all of an order's.

    An answer about one order that cannot be understood keeps none behind it. More than ``MOST_UNREAD`` of
    them are not orders any more but a bank that speaks otherwise than we know.

    :raises GatewayFailure: the bank does not answer, or cannot be understood at all
    :raises BankUnavailable: the same, while something was being booked
    """
    days = {"gte": since, "lt": until}
    of_days = Q()
    for field in ("paid_at", "created_at", "refunds__refunded_at"):
        of_days |= Q(**{f"{field}__{word}": moment for word, moment in days.items()})
    own = Order.objects.filter(of_days, shop=shop).exclude(state=OrderState.CREATED)
    payments: dict[str, BankStatus] = {}
    totals: dict[int, int] = {}
    unread = set()
    for order in own.distinct().order_by("pk"):
        try:
            taken = [one for one in _payments_of(order) if one.state is BankState.PAID]
            given = [one.refunded.kopecks for one in taken if one.reference == order.bank_reference]
            if given and given[0] > order.refunded_kopecks and order.state in _TAKEN:
                settle(order_id=order.pk, now=now, by=by)
        except (GatewayFailure, BankUnavailable) as failure:
            code = failure.code if isinstance(failure, GatewayFailure) else failure.details.get("code")
            if code not in UNREADABLE:
                raise
            log.error("payments.answer_unreadable", order=order.pk, code=code)
            unread.add(order.pk)
            if len(unread) > MOST_UNREAD:
                raise
            continue
        if given:
            totals[order.pk] = given[0]
        if order.paid_at is None or since <= order.paid_at < until:
            for status in taken:
                payments[status.reference] = replace(status, paid_at=status.paid_at or order.paid_at)
    return AskedOrders(payments, _refunds_within(totals, since=since, until=until), frozenset(unread))


def _payments_of(order: Order) -> list[BankStatus]:
    """What the bank has of an order: of some banks more than one payment."""
    bank = bank_of(order.shop)
    if bank.capabilities.finds_by_number:
        return [whole(one, order) for one in bank.found(order_id=order.public_id)]
    return [status_of(order)] if order.bank_reference else []


def _refunds_within(totals: dict[int, int], *, since: datetime, until: datetime) -> dict[str, BankRefund]:
    """Our refunds of these days, of orders of which the bank gave back no less than we know."""
    rows = PaymentRefund.objects.filter(
        order__in=list(totals), state=RefundState.DONE, refunded_at__gte=since, refunded_at__lt=until
    )
    return {
        row.reference: BankRefund(
            row.reference, BankState.PAID, row.money, row.order.bank_reference, row.refunded_at
        )
        for row in rows.select_related("order")
        if totals[row.order_id] >= row.order.refunded_kopecks
    }
