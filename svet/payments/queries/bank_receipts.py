"""Receipts that banks make, as they have told of them: those of payments, and those that are late."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from svet.kernel.frozen import frozen
from svet.kernel.money import Money
from svet.payments.models import BankReceiptTold
from svet.payments.rules.receipts import TOLD_LATE, DueKind, ToldState


@dataclass(frozen=True, slots=True)
class BankReceiptView:
    """A receipt of a bank's till; numbers and ``url`` as the bank told them, empty where it did not."""

    order_id: int
    order_public_id: str
    order_number: str
    kind: DueKind
    state: ToldState
    money: Money
    at: datetime
    owed_at: datetime
    looks: int
    document_number: str
    document_attribute: str
    storage_number: str
    url: str
    closing_document: str = ""
    closing_reason: str = ""


def bank_receipts_of(order_ids: Collection[int]) -> list[BankReceiptView]:
    """Receipts the banks make of these payments, in the order in which they are owed."""
    rows = BankReceiptTold.objects.filter(order_id__in=list(order_ids)).select_related("order")
    return [_view(row) for row in rows.order_by("id")]


def bank_receipts_of_payment(public_id: str) -> list[BankReceiptView]:
    """The same of one payment, by its outer id."""
    rows = BankReceiptTold.objects.filter(order__public_id=public_id).select_related("order")
    return [_view(row) for row in rows.order_by("id")]


def late_bank_receipts(*, now: datetime, limit: int) -> list[BankReceiptView]:
    """Receipts that a bank owes for too long or says it could not make, the oldest first."""
    rows = _late(now).select_related("order").order_by("owed_at", "pk")
    return [_view(row) for row in rows[:limit]]


def late_bank_receipt_of(public_id: str, *, now: datetime) -> BankReceiptView | None:
    """That of one payment, by its outer id; None when it is not late: made, closed, or too young."""
    row = _late(now).filter(order__public_id=public_id).select_related("order").first()
    return None if row is None else _view(row)


def late_bank_receipt_count(*, now: datetime) -> int:
    """How many of them there are."""
    return _late_keys.count(now - TOLD_LATE)


@frozen
def _late_keys(owed_before: datetime) -> QuerySet[BankReceiptTold, int]:
    return _owed_before(owed_before).values_list("pk", flat=True)


def _late(now: datetime) -> QuerySet[BankReceiptTold]:
    return _owed_before(now - TOLD_LATE)


def _owed_before(moment: datetime) -> QuerySet[BankReceiptTold]:
    rows = BankReceiptTold.objects.exclude(word=ToldState.MADE.value).exclude(word=ToldState.CLOSED.value)
    return rows.filter(kind=DueKind.PAID.value, owed_at__lt=moment)


def _view(row: BankReceiptTold) -> BankReceiptView:
    return BankReceiptView(
        order_id=row.order_id,
        order_public_id=row.order.public_id,
        order_number=row.order.number,
        kind=DueKind(row.kind),
        state=ToldState(row.word),
        money=row.money,
        at=row.at,
        owed_at=row.owed_at,
        looks=row.looks,
        document_number=row.document_number,
        document_attribute=row.document_attribute,
        storage_number=row.storage_number,
        url=row.url,
        closing_document=row.closing_document,
        closing_reason=row.closing_reason,
    )
