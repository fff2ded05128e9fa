"""Reads of refunds that staff send: what waits, those of a payment, payments to give back of."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from svet.kernel.frozen import frozen
from svet.kernel.money import Money
from svet.payments.models import ChargebackLine, Order, OrderLine, RefundRequest
from svet.payments.queries.acts import moved_away
from svet.payments.rules.chargebacks import ChargebackState
from svet.payments.rules.receipts import ReceiptMaker
from svet.payments.rules.states import SPOKEN_FOR, OrderState, RefundState


@dataclass(frozen=True, slots=True)
class RefundRequestView:
    """A refund as the desk shows it; ``lines`` are account numbers with sums."""

    public_id: str
    state: RefundState
    order_public_id: str
    order_number: str
    bank_reference: str
    reference: str
    money: Money
    lines: tuple[tuple[str, Money], ...]
    by_two: bool
    by_payer: bool
    document: str
    reason: str
    written_by_id: int
    written_by: str
    written_at: datetime
    first_by_id: int | None
    first_by: str
    first_at: datetime | None
    signed_by: str
    signed_at: datetime | None
    ended_by: str
    ended_at: datetime | None
    ended_because: str
    note: str
    doubtful: bool


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """A line of a credited payment and what of it can still be given back."""

    account_public_id: str
    account_number: str
    provider_name: str
    money: Money
    left: Money


@dataclass(frozen=True, slots=True)
class CreditedPayment:
    """A credited payment as the desk finds it."""

    public_id: str
    number: str
    bank_reference: str
    bank_method: str
    money: Money
    refunded: Money
    paid_at: datetime | None
    payer: str
    #: Who makes its fiscal receipt.
    receipts: ReceiptMaker


def waiting_refunds(*, limit: int) -> list[RefundRequestView]:
    """Refunds that wait for a person: a signature, or a word on what the bank will not tell; oldest first."""
    return _views(_waiting().order_by("written_at", "pk")[:limit])


def waiting_refund_count() -> int:
    """How many refunds wait for a person."""
    return _waiting_keys.count()


@frozen
def _waiting_keys() -> QuerySet[RefundRequest, int]:
    return _waiting().prefetch_related(None).values_list("pk", flat=True)


def refund_by_id(public_id: str) -> RefundRequestView | None:
    """One refund."""
    return next(iter(_views(_requests().filter(public_id=public_id))), None)


def refunds_of(*, order_public_id: str) -> list[RefundRequestView]:
    """The refunds asked for of a payment, the newest first."""
    return _views(_requests().filter(refund__order__public_id=order_public_id).order_by("-pk"))


def newest_payments(*, person_id: int, account_ids: Collection[int]) -> dict[int, str]:
    """By account the outer id of the person's newest credited payment of it."""
    lines = OrderLine.objects.filter(
        account_id__in=account_ids, order__person_id=person_id, order__state=OrderState.CREDITED
    )
    newest = lines.order_by("account_id", "-order__credited_at", "-order_id").distinct("account_id")
    return dict(newest.values_list("account_id", "order__public_id"))


def credited_payment(public_id: str) -> CreditedPayment | None:
    """One credited payment."""
    found = Order.objects.filter(public_id=public_id, state=OrderState.CREDITED).select_related("person")
    return next((_payment(order) for order in found), None)


def lines_of_payment(public_id: str) -> list[PaymentLine]:
    """Its lines, with what can still be given back of each."""
    lines = OrderLine.objects.filter(order__public_id=public_id).select_related("account__provider")
    gone: dict[int, int] = {}
    disputed = ChargebackLine.objects.filter(line__order__public_id=public_id)
    for line_id, kopecks in disputed.exclude(chargeback__state=ChargebackState.WON).values_list(
        "line_id", "kopecks"
    ):
        gone[line_id] = gone.get(line_id, 0) + kopecks
    for line_id, state, kopecks in lines.values_list(
        "pk", "refund_lines__refund__state", "refund_lines__kopecks"
    ):
        gone[line_id] = gone.get(line_id, 0) + (kopecks if state in SPOKEN_FOR else 0)
    order_id = next(iter(lines.values_list("order_id", flat=True)), 0)
    moved = moved_away(order_id, to_sign=True)
    return [
        PaymentLine(
            line.account.public_id,
            line.account.number,
            line.account.provider.name,
            line.credited,
            line.credited - Money(gone[line.pk] + moved.get(line.account_id, 0)),
        )
        for line in lines.order_by("position")
    ]


def find_credited(*, text: str, kopecks: int | None, limit: int) -> list[CreditedPayment]:
    """Credited payments by number, the bank's number, account, sum or the payer's last name; newest first."""
    chosen = Q(number=text.upper()) | Q(bank_reference=text) | Q(lines__account__number=text)
    chosen |= Q(refunds__reference=text)
    if kopecks is not None:
        chosen |= Q(taken_kopecks=kopecks) | Q(lines__credited_kopecks=kopecks)
    elif text.isalpha():
        chosen |= Q(person__last_name__iexact=text)
    keys = Order.objects.filter(chosen, state=OrderState.CREDITED).values("pk")
    found = Order.objects.filter(pk__in=keys).select_related("person").order_by("-pk")
    return [_payment(order) for order in found[:limit]]


def _payment(order: Order) -> CreditedPayment:
    payer = " ".join(part for part in (order.person.last_name, order.person.first_name) if part)
    return CreditedPayment(
        order.public_id,
        order.number,
        order.bank_reference,
        order.bank_method,
        Money(order.taken_kopecks or 0),
        Money(order.refunded_kopecks),
        order.paid_at,
        payer,
        ReceiptMaker(order.receipts),
    )


def _requests() -> QuerySet[RefundRequest]:
    return RefundRequest.objects.select_related("refund__order").prefetch_related(
        "refund__lines__line__account"
    )


def _waiting() -> QuerySet[RefundRequest]:
    return _requests().filter(
        Q(refund__state=RefundState.TO_SIGN)
        | Q(refund__state=RefundState.UNKNOWN, refund__next_look_at__isnull=True)
    )


def _views(rows: Iterable[RefundRequest]) -> list[RefundRequestView]:
    return [
        RefundRequestView(
            public_id=request.public_id,
            state=RefundState(request.refund.state),
            order_public_id=request.refund.order.public_id,
            order_number=request.refund.order.number,
            bank_reference=request.refund.order.bank_reference,
            reference=request.refund.reference,
            money=request.refund.money,
            lines=tuple(
                (part.line.account.number, Money(part.kopecks))
                for part in sorted(request.refund.lines.all(), key=lambda part: part.line.position)
            ),
            by_two=request.by_two,
            by_payer=request.by_payer,
            document=request.document,
            reason=request.reason,
            written_by_id=request.written_by_id,
            written_by=request.written_by_name,
            written_at=request.written_at,
            first_by_id=request.first_by_id,
            first_by=request.first_by_name,
            first_at=request.first_at,
            signed_by=request.signed_by_name,
            signed_at=request.signed_at,
            ended_by=request.ended_by_name,
            ended_at=request.ended_at,
            ended_because=request.ended_because,
            note=request.refund.note,
            doubtful=request.refund.state == RefundState.UNKNOWN and request.refund.next_look_at is None,
        )
        for request in rows
    ]
