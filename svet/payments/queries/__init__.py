"""Reads of payments: orders as their payer or a co-holder of an account may see them, money on its way."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet

from svet.kernel.actors import Actor, ActorKind
from svet.kernel.money import Money
from svet.payments.models import (
    Chargeback,
    ImportedPayment,
    Order,
    OrderLine,
    PaymentRefund,
    StateChange,
)
from svet.payments.queries.bindings import BindingView, binding_of
from svet.payments.queries.cards import CardView, cards
from svet.payments.queries.desk import (
    CallbackView,
    ReviewView,
    open_callback,
    open_callbacks,
    order_in_review,
    orders_in_review,
    waiting_for_a_person,
)
from svet.payments.queries.parts import SeriesPart, SeriesView, series_of, series_to_mind
from svet.payments.queries.promises import (
    broken,
    broken_bank,
    broken_books,
    broken_credits,
    broken_groups,
    broken_refunds,
    broken_sources,
)
from svet.payments.queries.series import Remainder, later_lines, remainder, remainders
from svet.payments.queries.shops import vendor_of_shop
from svet.payments.queries.transit import in_transit
from svet.payments.queries.views import (
    ChangeView,
    ImportedPaymentView,
    LineView,
    OrderNotFound,
    OrderView,
    PaymentDisputeView,
    RefundView,
)
from svet.payments.rules.chargebacks import ChargebackState
from svet.payments.rules.receipts import ReceiptMaker
from svet.payments.rules.refusals import OrderLookupReason
from svet.payments.rules.registers import RegisterState
from svet.payments.rules.states import OrderState, RefundState

__all__ = [
    "BindingView",
    "CallbackView",
    "CardView",
    "ChangeView",
    "ImportedPaymentView",
    "LineView",
    "OrderLookupReason",
    "OrderNotFound",
    "OrderView",
    "PaymentDisputeView",
    "RefundView",
    "Remainder",
    "ReviewView",
    "SeriesPart",
    "SeriesView",
    "accounts_of_order",
    "binding_of",
    "broken",
    "broken_bank",
    "broken_books",
    "broken_credits",
    "broken_groups",
    "broken_refunds",
    "broken_sources",
    "cards",
    "in_transit",
    "last_receipt_email",
    "later_lines",
    "open_callback",
    "open_callbacks",
    "order_for",
    "order_in_review",
    "orders",
    "orders_in_review",
    "refunded_orders",
    "register_payments",
    "remainder",
    "remainders",
    "series_of",
    "series_to_mind",
    "unfinished",
    "waiting_for_a_person",
]


def order_for(actor: Actor, *, public_id: str) -> OrderView:
    """The actor's own order; staff and the system see any. :raises OrderNotFound:"""
    orders = _with_parts(Order.objects.all())
    if actor.kind is ActorKind.PERSON:
        orders = orders.filter(person_id=actor.person_id or 0)
    elif actor.kind is ActorKind.ANONYMOUS:
        orders = orders.none()
    found = orders.filter(public_id=public_id).first()
    if found is None:
        raise OrderNotFound(OrderLookupReason.NOT_FOUND)
    return _view(found)


def orders(
    *, account_ids: Collection[int], since: datetime | None = None, until: datetime | None = None
) -> list[OrderView]:
    """Orders that pay to any of the accounts, newest first, showing only the lines of these accounts."""
    chosen = Order.objects.filter(lines__account_id__in=account_ids).distinct()
    if since is not None:
        chosen = chosen.filter(created_at__gte=since)
    if until is not None:
        chosen = chosen.filter(created_at__lt=until)
    wanted = frozenset(account_ids)
    return [_view(order, only=wanted) for order in _with_parts(chosen).order_by("-created_at", "-id")]


def refunded_orders(*, account_ids: Collection[int], since: datetime, until: datetime) -> list[OrderView]:
    """Orders of any age over the accounts of which something was given back, or promised, in that time."""
    back = PaymentRefund.objects.filter(
        Q(state=RefundState.DONE, refunded_at__gte=since, refunded_at__lt=until)
        | ~Q(state=RefundState.DONE) & Q(reserved_at__gte=since, reserved_at__lt=until),
        order__lines__account_id__in=account_ids,
    )
    wanted = frozenset(account_ids)
    chosen = Order.objects.filter(pk__in=back.values("order_id"))
    return [_view(order, only=wanted) for order in _with_parts(chosen).order_by("-created_at", "-id")]


def accounts_of_order(number: str) -> list[int]:
    """Keys of the accounts an order with this number pays to."""
    lines = OrderLine.objects.filter(order__number=number).order_by("position")
    return list(lines.values_list("account_id", flat=True))


def unfinished(*, person_id: int) -> list[OrderView]:
    """Orders of a person whose end is not known yet, newest first."""
    open_states = [OrderState.SENT, OrderState.WAITING, OrderState.PAID, OrderState.REVIEW]
    chosen = Order.objects.filter(person_id=person_id, state__in=open_states)
    return [_view(order) for order in _with_parts(chosen).order_by("-created_at", "-id")]


def last_receipt_email(*, person_id: int) -> str:
    """Where the person's last receipt went, or nothing."""
    last = Order.objects.filter(person_id=person_id).order_by("-created_at")
    return last.values_list("receipt_email", flat=True).first() or ""


def register_payments(
    *, account_ids: Collection[int], since: datetime | None = None, until: datetime | None = None
) -> list[ImportedPaymentView]:
    """Payments of the accounts that came in registers, newest first."""
    chosen = ImportedPayment.objects.filter(account_id__in=account_ids)
    if since is not None:
        chosen = chosen.filter(effective_on__gte=since.date())
    if until is not None:
        chosen = chosen.filter(effective_on__lt=until.date())
    return [
        ImportedPaymentView(
            row.account_id or 0,
            row.source,
            row.external_id,
            Money(row.kopecks),
            row.effective_on.isoformat(),
            row.settled_at if row.settled_at and row.state == RegisterState.CREDITED else row.applied_at,
        )
        for row in chosen.order_by("-effective_on", "-id")
    ]


def _view(order: Order, *, only: frozenset[int] | None = None) -> OrderView:
    """An order as a value; ``only`` leaves out the lines of other accounts."""
    lines = tuple(_line(line) for line in order.lines.all() if only is None or line.account_id in only)
    return OrderView(
        order_id=order.pk,
        public_id=order.public_id,
        number=order.number,
        person_id=order.person_id,
        state=OrderState(order.state),
        total=Money.total(line.money for line in lines),
        lines=lines,
        changes=tuple(_changes(order.changes.all())),
        created_at=order.created_at,
        expires_at=order.expires_at,
        paid_at=order.paid_at,
        credited_at=order.credited_at,
        looked_at=order.looked_at,
        bank_page_url=order.bank_page_url,
        bank_reason=order.bank_reason,
        bank_method=order.bank_method,
        receipt_email=order.receipt_email,
        refunds=tuple(_refunds(order, only)),
        promised=tuple(_promised(order, only)),
        disputes=tuple(_disputes(order, only)),
        step=order.step,
        steps=order.steps,
        unattended=order.unattended,
        bank=vendor_of_shop(order.shop),
        untouched=order.untouched,
        receipts=ReceiptMaker(order.receipts),
        by_card=bool(order.card_reference),
    )


def _with_parts(chosen: QuerySet[Order]) -> QuerySet[Order]:
    lines = OrderLine.objects.select_related("account__provider").order_by("position")
    told = PaymentRefund.objects.filter(Q(state=RefundState.DONE) | Q(reserved_at__isnull=False)).order_by(
        "id"
    )
    return chosen.select_related("shop").prefetch_related(
        Prefetch("lines", queryset=lines),
        Prefetch("changes", queryset=StateChange.objects.order_by("id")),
        Prefetch("refunds", queryset=told.prefetch_related("lines__line"), to_attr="told_refunds"),
        Prefetch("chargebacks", queryset=Chargeback.objects.prefetch_related("lines__line").order_by("pk")),
    )


def _line(line: OrderLine) -> LineView:
    account = line.account
    money = line.money if line.credited_kopecks is None else line.credited
    return LineView(account.pk, account.public_id, account.number, account.provider.name, money)


def _refunds(order: Order, only: frozenset[int] | None) -> Iterable[RefundView]:
    rows: list[PaymentRefund] = order.told_refunds  # type: ignore[attr-defined]
    for refund in rows:
        if refund.state != RefundState.DONE:
            continue
        parts = _parts(refund, only)
        money = Money(sum(kopecks for _, kopecks in parts))
        if order.state == OrderState.RETURNED and only is None:
            # It never came to the accounts; how much it was is the payer's business.
            money = refund.money
        if money:
            at = refund.refunded_at or refund.known_at
            yield RefundView(refund.reference, money, at, tuple(account for account, _ in parts))


def _promised(order: Order, only: frozenset[int] | None) -> Iterable[RefundView]:
    rows: list[PaymentRefund] = order.told_refunds  # type: ignore[attr-defined]
    for refund in rows:
        parts = _parts(refund, only)
        if parts and refund.state != RefundState.DONE:
            yield RefundView(
                refund.key,
                Money(sum(kopecks for _, kopecks in parts)),
                refund.reserved_at or refund.known_at,
                tuple(account for account, _ in parts),
                RefundState(refund.state),
            )


def _disputes(order: Order, only: frozenset[int] | None) -> Iterable[PaymentDisputeView]:
    for found in order.chargebacks.all():
        if kopecks := sum(each for _, each in _parts(found, only)):
            state, on = ChargebackState(found.state), found.ended_on or found.told_on
            yield PaymentDisputeView(state, Money(kopecks), on)


def _parts(refund: PaymentRefund | Chargeback, only: frozenset[int] | None) -> list[tuple[int, int]]:
    return [
        (part.line.account_id, part.kopecks)
        for part in refund.lines.all()
        if only is None or part.line.account_id in only
    ]


def _changes(rows: Iterable[StateChange]) -> Iterable[ChangeView]:
    for row in rows:
        yield ChangeView(row.old, OrderState(row.new), row.at, row.by, row.note)
