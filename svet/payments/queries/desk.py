"""What waits for a person at the money desk: orders in review, and callbacks nobody could place."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.db.models.functions import Coalesce

from svet.kernel.frozen import frozen
from svet.kernel.money import Money
from svet.payments.models import TO_CLOSE, Callback, Order, OrderLine, StateChange
from svet.payments.queries.cards import means_shown
from svet.payments.rules.states import ON_ITS_WAY, CallbackOutcome, OrderState

MOST = 500


@dataclass(frozen=True, slots=True)
class ReviewView:
    """An order in review: what was ordered, what the bank took and gave back, and why a person must look.

    ``taken`` is None when the bank has never said that it took anything (or took another currency);
    ``payee`` is the name of the provider, several ones joined by « + »; ``refund_asked`` tells that
    ``send_back`` was done and the bank's answer is not known yet: nothing else can be done meanwhile.
    """

    public_id: str
    number: str
    state: OrderState
    person_id: int
    payee: str
    accounts: tuple[str, ...]
    total: Money
    taken: Money | None
    refunded: Money
    refund_asked: bool
    reason: str
    since: datetime
    created_at: datetime
    bank_reference: str
    bank_method: str

    def age(self, now: datetime) -> timedelta:
        """How long it has been waiting."""
        return now - self.since

    @property
    def paid_by(self) -> str:
        """What it was paid by, as the reader knows it."""
        return means_shown(self.bank_method)


@dataclass(frozen=True, slots=True)
class CallbackView:
    """A callback nobody could place; ``money`` is what its body claims, None when it names no roubles.

    ``kind`` tells why it is here: ``unmatched`` (no order of ours), ``unknown`` (a kind we do not know),
    ``noted`` (written by ourselves: the bank contradicts our books about order ``order_number``).
    """

    callback_id: int
    kind: CallbackOutcome
    event: str
    received_at: datetime
    bank_reference: str
    order_public_id: str
    order_number: str
    money: Money | None
    note: str
    address: str

    def age(self, now: datetime) -> timedelta:
        """How long it has been waiting."""
        return now - self.received_at


def orders_in_review(*, limit: int = MOST, public_id: str | None = None) -> list[ReviewView]:
    """Orders that wait for a person, the longest waiting first; or the one of this outer id."""
    lines = OrderLine.objects.select_related("account__provider").order_by("position")
    into_review = StateChange.objects.filter(new=OrderState.REVIEW).order_by("-id")
    chosen = Order.objects.filter(state=OrderState.REVIEW)
    if public_id is not None:
        chosen = chosen.filter(public_id=public_id)
    rows = chosen.prefetch_related(
        Prefetch("lines", queryset=lines),
        Prefetch("changes", queryset=into_review, to_attr="reviews"),
        "refunds",
    )
    found = [_review(order) for order in rows.order_by("id")[:limit]]
    return sorted(found, key=lambda view: view.since)


def order_in_review(public_id: str) -> ReviewView | None:
    """One of them, or None when it is not in review (any more)."""
    return next(iter(orders_in_review(public_id=public_id)), None)


def open_callbacks(*, limit: int = MOST) -> list[CallbackView]:
    """Callbacks that wait for a person, the longest waiting first.

    One that came before its order knew the bank's name of it has found its order meanwhile and is not here.
    """
    return [_callback(row) for row in _open().order_by("received_at", "id")[:limit]]


def open_callback(callback_id: int) -> CallbackView | None:
    """One of them, or None."""
    row = _open().filter(pk=callback_id).first()
    return None if row is None else _callback(row)


def waiting_for_a_person() -> tuple[int, int]:
    """How many orders are in review and how many callbacks are open, for a badge."""
    return _in_review.count(), _open_keys.count()


@frozen
def _in_review() -> QuerySet[Order, int]:
    return Order.objects.filter(state=OrderState.REVIEW).values_list("pk", flat=True)


@frozen
def _open_keys() -> QuerySet[Callback, int]:
    return _open().values_list("pk", flat=True)


def _open() -> QuerySet[Callback]:
    placed = (
        Order.objects.annotate(its_shop=Coalesce("shop_id", 0))
        .filter(its_shop=Coalesce(OuterRef("shop_id"), 0), bank_reference=OuterRef("reference"))
        .exclude(bank_reference="")
    )
    return (
        Callback.objects.filter(outcome__in=sorted(TO_CLOSE), closed_at__isnull=True)
        .exclude(Exists(placed), outcome=CallbackOutcome.UNMATCHED)
        .select_related("order")
    )


def _review(order: Order) -> ReviewView:
    lines = list(order.lines.all())
    reviews: list[StateChange] = order.reviews  # type: ignore[attr-defined]
    since, reason = (reviews[0].at, reviews[0].note) if reviews else (order.created_at, "")
    return ReviewView(
        public_id=order.public_id,
        number=order.number,
        state=OrderState(order.state),
        person_id=order.person_id,
        payee=" + ".join(dict.fromkeys(line.account.provider.name for line in lines)),
        accounts=tuple(line.account.number for line in lines),
        total=order.total,
        taken=None if order.taken_kopecks is None else Money(order.taken_kopecks),
        refunded=Money(order.refunded_kopecks),
        refund_asked=any(refund.state in ON_ITS_WAY for refund in order.refunds.all()),
        reason=reason,
        since=since,
        created_at=order.created_at,
        bank_reference=order.bank_reference,
        bank_method=order.bank_method,
    )


def _callback(row: Callback) -> CallbackView:
    return CallbackView(
        callback_id=row.pk,
        kind=CallbackOutcome(row.outcome),
        event=row.event,
        received_at=row.received_at,
        bank_reference=row.reference,
        order_public_id=row.order.public_id if row.order else "",
        order_number=row.order.number if row.order else "",
        money=_claimed(bytes(row.raw)),
        note=row.note,
        address=row.address,
    )


def _claimed(raw: bytes) -> Money | None:
    """What the body says the sum is: shown to a person, never believed."""
    try:
        amount = json.loads(raw)["object"]["amount"]
        roubles = Decimal(amount["value"]) if isinstance(amount["value"], str) else None
        if roubles is None or amount["currency"] != "RUB" or not abs(roubles) < 10**12:
            return None
        return Money.of_roubles(roubles)
    except (ValueError, KeyError, TypeError, InvalidOperation, RecursionError):
        return None


__all__ = [
    "CallbackView",
    "ReviewView",
    "open_callback",
    "open_callbacks",
    "order_in_review",
    "orders_in_review",
    "waiting_for_a_person",
]
