"""Reads of payments: orders as their payer or a co-holder of an account may see them, money on its way."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import connection
from django.db.models import Prefetch, Q, QuerySet, Sum

from svet.kernel.actors import Actor, ActorKind
from svet.kernel.ids import PUBLIC_ID_LENGTH
from svet.kernel.money import Money
from svet.kernel.refusals import NotFound
from svet.payments.models import (
    BoundCard,
    Callback,
    CallbackOutcome,
    Order,
    OrderLine,
    RegisterPayment,
    StateChange,
)
from svet.payments.registers import RegisterState
from svet.payments.states import IN_TRANSIT, OrderState


class OrderReason(StrEnum):
    NOT_FOUND = "order_not_found"


class OrderNotFound(NotFound):
    """No such order, or it is somebody else's."""


@dataclass(frozen=True, slots=True)
class LineView:
    """What an order pays to one account."""

    account_id: int
    account_public_id: str
    account_number: str
    provider_name: str
    money: Money


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One step in the life of an order."""

    old: str
    new: OrderState
    at: datetime
    by: str
    note: str


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order as the asker may see it: ``lines`` and ``total`` hold only the accounts asked for."""

    order_id: int
    public_id: str
    number: str
    person_id: int
    state: OrderState
    total: Money
    lines: tuple[LineView, ...]
    changes: tuple[ChangeView, ...]
    created_at: datetime
    expires_at: datetime
    paid_at: datetime | None
    credited_at: datetime | None
    bank_page_url: str
    bank_reason: str
    bank_method: str
    receipt_email: str


@dataclass(frozen=True, slots=True)
class RegisterPaymentView:
    """A payment that came through a bank's or post's register."""

    account_id: int
    source: str
    external_id: str
    money: Money
    paid_on: str
    applied_at: datetime


@dataclass(frozen=True, slots=True)
class CardView:
    """A bound card as its person sees it."""

    public_id: str
    name: str
    system: str
    last4: str
    expires: str
    bound_at: datetime

    @property
    def title(self) -> str:
        """«Мир •• 2987», with the person's own name before it."""
        shown = f"{self.system} •• {self.last4}".strip()
        return f"{self.name} ({shown})" if self.name else shown


def cards(*, person_id: int) -> list[CardView]:
    """The bound cards of a person, the newest first."""
    rows = BoundCard.objects.filter(person_id=person_id, unbound_at__isnull=True).order_by("-bound_at", "-id")
    return [
        CardView(row.public_id, row.name, row.system, row.last4, row.expires, row.bound_at) for row in rows
    ]


def order_for(actor: Actor, *, public_id: str) -> OrderView:
    """The actor's own order; staff and the system see any. :raises OrderNotFound:"""
    return view(own_order(actor, public_id=public_id))


def own_order(actor: Actor, *, public_id: str) -> Order:
    """The row behind :func:`order_for`, with lines and changes. :raises OrderNotFound:"""
    orders = _with_parts(Order.objects.all())
    if actor.kind is ActorKind.PERSON:
        orders = orders.filter(person_id=actor.person_id or 0)
    elif actor.kind is ActorKind.ANONYMOUS:
        orders = orders.none()
    found = orders.filter(public_id=public_id).first() if len(public_id) == PUBLIC_ID_LENGTH else None
    if found is None:
        raise OrderNotFound(OrderReason.NOT_FOUND)
    return found


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
    return [view(order, only=wanted) for order in _with_parts(chosen).order_by("-created_at", "-id")]


def accounts_of_order(number: str) -> list[int]:
    """Keys of the accounts an order with this number pays to."""
    lines = OrderLine.objects.filter(order__number=number).order_by("position")
    return list(lines.values_list("account_id", flat=True))


def unfinished(*, person_id: int) -> list[OrderView]:
    """Orders of a person whose end is not known yet, newest first."""
    open_states = [OrderState.SENT, OrderState.WAITING, OrderState.PAID, OrderState.REVIEW]
    chosen = Order.objects.filter(person_id=person_id, state__in=open_states)
    return [view(order) for order in _with_parts(chosen).order_by("-created_at", "-id")]


def last_receipt_email(*, person_id: int) -> str:
    """Where the person's last receipt went, or nothing."""
    last = Order.objects.filter(person_id=person_id).order_by("-created_at")
    return last.values_list("receipt_email", flat=True).first() or ""


def register_payments(
    *, account_ids: Collection[int], since: datetime | None = None, until: datetime | None = None
) -> list[RegisterPaymentView]:
    """Payments of the accounts that came in registers, newest first."""
    chosen = RegisterPayment.objects.filter(account_id__in=account_ids)
    if since is not None:
        chosen = chosen.filter(effective_on__gte=since.date())
    if until is not None:
        chosen = chosen.filter(effective_on__lt=until.date())
    return [
        RegisterPaymentView(
            row.account_id or 0,
            row.source,
            row.external_id,
            Money(row.kopecks),
            row.effective_on.isoformat(),
            row.settled_at if row.settled_at and row.state == RegisterState.CREDITED else row.applied_at,
        )
        for row in chosen.order_by("-effective_on", "-id")
    ]


def in_transit(account_ids: Collection[int]) -> dict[int, Money]:
    """Money the bank has taken that does not stand on the accounts yet; accounts without any are absent."""
    rows = (
        OrderLine.objects.filter(account_id__in=account_ids, order__state__in=sorted(IN_TRANSIT))
        .filter(~Q(order__state=OrderState.REVIEW) | Q(order__taken_kopecks__isnull=False))
        .values("account_id")
        .annotate(sum=Sum("kopecks"))
    )
    return {row["account_id"]: Money(int(row["sum"])) for row in rows}


def odd_callbacks(*, since: datetime) -> list[Callback]:
    """Callbacks that found no order or were refused: money to reconcile, or somebody's mischief."""
    return list(
        Callback.objects.filter(received_at__gte=since)
        .exclude(outcome=CallbackOutcome.TAKEN)
        .order_by("-received_at")
    )


# Each finds one kind of breach; the words go before the number of the order or the ledger key.
_CREDITS = {
    "credited, but the ledger knows nothing of it: order": """
        SELECT o.number FROM payments_order o LEFT JOIN ledger_transaction t ON t.key = 'pay:' || o.public_id
        WHERE o.state = 'credited' AND t.id IS NULL ORDER BY o.id LIMIT 100""",
    "in the ledger, but no credited order asked for it:": """
        SELECT t.key FROM ledger_transaction t
        LEFT JOIN payments_order o ON o.public_id = substr(t.key, 5) AND o.state = 'credited'
        WHERE t.key LIKE 'pay:%' AND o.id IS NULL ORDER BY t.id LIMIT 100""",
    "the lines do not add up to what the bank took: order": """
        SELECT o.number FROM payments_order o WHERE o.state = 'credited' AND (
            o.taken_kopecks IS DISTINCT FROM o.total_kopecks
            OR o.total_kopecks <> (SELECT sum(kopecks) FROM payments_orderline WHERE order_id = o.id))
        ORDER BY o.id LIMIT 100""",
}
_GROUPS = {
    "not every line was credited in the one transaction: order": """
        SELECT o.number FROM payments_order o JOIN ledger_transaction t ON t.key = 'pay:' || o.public_id
        WHERE (SELECT jsonb_object_agg(account_id, kopecks) FROM payments_orderline WHERE order_id = o.id)
            IS DISTINCT FROM (SELECT jsonb_object_agg(account_id, -kopecks) FROM ledger_posting
                WHERE transaction_id = t.id AND book = 'receivable')
        ORDER BY o.id LIMIT 100""",
}


def broken() -> list[str]:
    """Breaches of I-2 and I-4 together."""
    return broken_credits() + broken_groups()


def broken_credits() -> list[str]:
    """I-2: what the bank took for an order stands in the ledger exactly once, and nothing else does."""
    return _breaches(_CREDITS)


def broken_groups() -> list[str]:
    """I-4: the lines of an order were credited together, each to its account."""
    return _breaches(_GROUPS)


def _breaches(queries: Mapping[str, str]) -> list[str]:
    breaches = []
    with connection.cursor() as cursor:
        for words, query in queries.items():
            cursor.execute(query)
            breaches += [f"{words} {row[0]}" for row in cursor.fetchall()]
    return breaches


def view(order: Order, *, only: frozenset[int] | None = None) -> OrderView:
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
        bank_page_url=order.bank_page_url,
        bank_reason=order.bank_reason,
        bank_method=order.bank_method,
        receipt_email=order.receipt_email,
    )


def _with_parts(chosen: QuerySet[Order]) -> QuerySet[Order]:
    lines = OrderLine.objects.select_related("account__provider").order_by("position")
    return chosen.prefetch_related(
        Prefetch("lines", queryset=lines), Prefetch("changes", queryset=StateChange.objects.order_by("id"))
    )


def _line(line: OrderLine) -> LineView:
    account = line.account
    return LineView(account.pk, account.public_id, account.number, account.provider.name, line.money)


def _changes(rows: Iterable[StateChange]) -> Iterable[ChangeView]:
    for row in rows:
        yield ChangeView(row.old, OrderState(row.new), row.at, row.by, row.note)
