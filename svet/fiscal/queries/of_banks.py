"""Receipts that a bank's own till makes, in the shape of ours: for who reads both."""

from __future__ import annotations

from collections.abc import Collection

from svet.fiscal.queries.views import FiscalReceiptView
from svet.fiscal.rules.states import ReceiptKind, ReceiptState
from svet.payments.queries.bank_receipts import BankReceiptView, bank_receipts_of, bank_receipts_of_payment
from svet.payments.rules.receipts import DueKind, ToldState

_STATES = {
    ToldState.PENDING: ReceiptState.SENT,
    ToldState.MADE: ReceiptState.DONE,
    ToldState.FAILED: ReceiptState.FAILED,
    ToldState.CLOSED: ReceiptState.CLOSED,
}


def of_banks(order_ids: Collection[int]) -> list[FiscalReceiptView]:
    """Receipts that banks make of these payments, as far as they told."""
    return [_shaped(one) for one in bank_receipts_of(order_ids)]


def of_bank(public_id: str) -> list[FiscalReceiptView]:
    """The same of one payment, by its outer id."""
    return [_shaped(one) for one in bank_receipts_of_payment(public_id)]


def _shaped(one: BankReceiptView) -> FiscalReceiptView:
    return FiscalReceiptView(
        public_id="",
        external_id="",
        order_id=one.order_id,
        order_number=one.order_number,
        kind=ReceiptKind.REFUND if one.kind is DueKind.BACK else ReceiptKind.SELL,
        state=_STATES[one.state],
        money=one.money,
        at=one.at,
        made_at=one.owed_at,
        cashbox="",
        tries=one.looks,
        document_number=one.document_number,
        document_attribute=one.document_attribute,
        storage_number=one.storage_number,
        url=one.url,
        reason=None,
        note="",
        closing_document=one.closing_document,
        closing_reason=one.closing_reason,
        by_bank=True,
    )
