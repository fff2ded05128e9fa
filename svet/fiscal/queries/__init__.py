"""Reads of receipts: those of payments, those that stand still, tills and whether they answer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from svet.fiscal.models import Cashbox, Receipt, ReceiptLine
from svet.fiscal.rules.refusals import ReceiptReason
from svet.fiscal.rules.states import LATE, ON_ITS_WAY, SETTLED, ReceiptKind, ReceiptLineKind, ReceiptState
from svet.kernel.money import Money
from svet.payments.queries.receipts import due_orders, payments_with_cashbox


@dataclass(frozen=True, slots=True)
class ReceiptLineView:
    """One line of a receipt."""

    account_number: str
    kind: ReceiptLineKind
    money: Money


@dataclass(frozen=True, slots=True)
class FiscalReceiptView:
    """A fiscal receipt; number, attribute (ФПД), link of one that is done, ``reason`` why it is not further.

    ``at``: when the money came or went; ``made_at`` since when it is owed.
    """

    public_id: str
    external_id: str
    order_id: int
    order_number: str
    kind: ReceiptKind
    state: ReceiptState
    money: Money
    at: datetime
    made_at: datetime
    cashbox: str
    tries: int
    document_number: str
    document_attribute: str
    storage_number: str
    url: str
    reason: ReceiptReason | None
    note: str
    closing_document: str
    closing_reason: str
    lines: tuple[ReceiptLineView, ...] = ()


@dataclass(frozen=True, slots=True)
class CashboxView:
    """A till; ``secret`` says where its secret lies, ``waiting`` counts the receipts that are not done."""

    code: str
    provider: str
    address: str
    secret: str
    email: str
    off_at: datetime | None
    silent_since: datetime | None
    waiting: int

    def silent_for(self, now: datetime) -> float:
        """Seconds of silence; 0 while it answers."""
        return max((now - self.silent_since).total_seconds(), 0.0) if self.silent_since else 0.0


def receipts_of(order_ids: Collection[int]) -> dict[int, tuple[FiscalReceiptView, ...]]:
    """By payment its receipts, in the order in which they were made."""
    found: dict[int, list[FiscalReceiptView]] = {}
    if order_ids:
        rows = Receipt.objects.filter(order_id__in=order_ids).select_related("order", "cashbox")
        for row in rows.order_by("id"):
            found.setdefault(row.order_id, []).append(_view(row))
    return {order_id: tuple(own) for order_id, own in found.items()}


def late_receipts(*, now: datetime, limit: int) -> list[FiscalReceiptView]:
    """Receipts that failed or are owed for too long, the oldest first."""
    rows = _late(now).select_related("order", "cashbox").order_by("made_at", "pk")
    return [_view(row) for row in rows[:limit]]


def late_receipt_count(*, now: datetime) -> int:
    """How many of them there are."""
    return _late(now).count()


def receipt_by_id(public_id: str) -> FiscalReceiptView | None:
    """The receipt with this outer id, with its lines."""
    row = Receipt.objects.select_related("order", "cashbox").filter(public_id=public_id).first()
    return None if row is None else _view(row, lines=True)


def cashboxes() -> list[CashboxView]:
    """Every till, by code."""
    rows = Cashbox.objects.select_related("provider").order_by("code")
    open_ones = Receipt.objects.exclude(state__in=sorted(SETTLED)).values("cashbox_id")
    waiting = {row["cashbox_id"]: row["count"] for row in open_ones.annotate(count=Count("pk"))}
    return [
        CashboxView(
            row.code,
            row.provider.code,
            row.address,
            row.secret,
            row.email,
            row.off_at,
            row.silent_since,
            waiting.get(row.pk, 0),
        )
        for row in rows
    ]


def lacking_cashboxes() -> list[str]:
    """Codes of the providers that owe a receipt and have no till."""
    rows = Receipt.objects.filter(cashbox__isnull=True).exclude(state__in=sorted(SETTLED))
    return sorted(set(rows.values_list("provider__code", flat=True)))


def receipt_counts(*, now: datetime) -> dict[str, int]:
    """By state how many receipts there are, and how many are ``late``."""
    rows = Receipt.objects.values("state").annotate(count=Count("pk"))
    counts = {state.value: 0 for state in ReceiptState} | {row["state"]: row["count"] for row in rows}
    return counts | {"late": late_receipt_count(now=now)}


def broken() -> list[str]:
    """Breaches: documents without a number, payments whose receipts do not come to what was credited."""
    found = [
        f"receipt {source}: done without the number of a document"
        for source in Receipt.objects.filter(state=ReceiptState.DONE.value)
        .filter(Q(document_number="") | Q(document_attribute="") | Q(name=""))
        .values_list("source", flat=True)
    ]
    sold: dict[int, int] = {}
    sales = Receipt.objects.filter(kind=ReceiptKind.SELL.value)
    lines = ReceiptLine.objects.filter(receipt__in=sales)
    for order_id, kopecks in lines.values_list("receipt__order_id", "kopecks"):
        sold[order_id] = sold.get(order_id, 0) + kopecks
    noted = due_orders()
    for order_id, number, money in payments_with_cashbox():
        if order_id not in noted and sold.get(order_id, 0) != money.kopecks:
            found.append(
                f"payment {number}: receipts of {sold.get(order_id, 0)} kopecks, credited {money.kopecks}"
            )
    return found


def _late(now: datetime) -> QuerySet[Receipt]:
    return Receipt.objects.filter(
        Q(state=ReceiptState.FAILED.value) | Q(state__in=sorted(ON_ITS_WAY)) & Q(made_at__lt=now - LATE)
    )


def _view(row: Receipt, *, lines: bool = False) -> FiscalReceiptView:
    rows = row.lines.select_related("account").order_by("id") if lines else ()
    return FiscalReceiptView(
        public_id=row.public_id,
        external_id=row.external_id,
        order_id=row.order_id,
        order_number=row.order.number,
        kind=ReceiptKind(row.kind),
        state=ReceiptState(row.state),
        money=row.money,
        at=row.at,
        made_at=row.made_at,
        cashbox=row.cashbox.code if row.cashbox else "",
        tries=row.tries,
        document_number=row.document_number,
        document_attribute=row.document_attribute,
        storage_number=row.storage_number,
        url=row.url,
        reason=ReceiptReason(row.reason) if row.reason else None,
        note=row.note,
        closing_document=row.closing_document,
        closing_reason=row.closing_reason,
        lines=tuple(
            ReceiptLineView(one.account.number, ReceiptLineKind(one.kind), one.money) for one in rows
        ),
    )
