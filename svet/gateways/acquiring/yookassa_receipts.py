"""Receipts of YooKassa (…/payment-acceptance/receipts/54fz): what one is made of, and what became of it.

``GET /receipts?payment_id=`` lists those of a payment. A receipt has ``type``, ``status`` and, when it is
registered, ``fiscal_document_number``, ``fiscal_attribute`` and ``fiscal_storage_number`` (names as in the
vendor's SDK, ``ReceiptResponse`` of 3.13); the API gives no address where it is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from svet.gateways.acquiring.bank_receipts import BankReceipt, BankReceiptState, fiscal_number
from svet.gateways.acquiring.port import BankOrder
from svet.gateways.acquiring.yookassa_values import amount_of, moment_of, sum_of
from svet.gateways.failures import Temporary
from svet.kernel.money import Money

# Full settlement of a service (54-ФЗ).
SETTLEMENT = "full_payment"
_STATES = {
    "pending": BankReceiptState.PENDING,
    "succeeded": BankReceiptState.MADE,
    "canceled": BankReceiptState.FAILED,
}


def receipt_asked(order: BankOrder, *, vat_code: int) -> dict[str, Any] | None:
    """What the bank makes the receipt of; nothing where it makes none or has nowhere to send it."""
    customer = {name: value for name, value in (("email", order.email), ("phone", order.phone)) if value}
    if not customer or not order.with_receipt:
        return None
    items = [
        {
            "description": line.purpose[:128],
            "amount": sum_of(line.amount),
            "quantity": "1.00",
            "vat_code": vat_code,
            "payment_mode": SETTLEMENT,
            "payment_subject": "service",
        }
        for line in order.lines
    ]
    return {"customer": customer, "items": items}


def bank_receipt_of(answer: Mapping[str, Any]) -> BankReceipt:
    """One receipt of the list; made without its three numbers is not made yet: nobody finds it by two.

    :raises Temporary: it cannot be read, or its word of standing is unknown: never a guess
    """
    try:
        state = _STATES[str(answer["status"])]
        sums = [amount_of(part["amount"])[0] for part in answer.get("settlements") or ()]
        number, attribute, storage = (
            fiscal_number(answer.get(name))
            for name in ("fiscal_document_number", "fiscal_attribute", "fiscal_storage_number")
        )
        if state is BankReceiptState.MADE and not (number and attribute and storage):
            state = BankReceiptState.PENDING
        return BankReceipt(
            state,
            back=str(answer["type"]) == "refund",
            amount=Money.total(sums) if sums else None,
            document_number=number,
            document_attribute=attribute,
            storage_number=storage,
            at=moment_of(answer.get("registered_at")),
        )
    except (KeyError, TypeError, AttributeError, ValueError):
        raise Temporary("the bank's answer cannot be read", code="shape") from None
