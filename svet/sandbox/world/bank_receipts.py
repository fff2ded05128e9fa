"""Fiscal receipts that the sample bank makes: of what the shop gave it, as soon as the money is there.

Numbers follow from the payment's name, so they are the same however often they are asked for.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from svet.sandbox.world.requests import Refusal

_STORAGE: Final = "9960440300000001"


def document_of(name: str) -> dict[str, str]:
    """The numbers of a document: its own, its attribute, that of the storage."""
    number = zlib.crc32(name.encode())
    return {
        "number": str(number % 900_000 + 100_000),
        "attribute": str(number + 10**9)[:10],
        "storage": _STORAGE,
    }


def receipts_of(payments: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The receipts of payments whose shop asked for one, as YooKassa's API lists them."""
    return [
        _receipt_of(payment)
        for payment in payments
        if payment.get("receipt") and payment["status"] == "succeeded"
    ]


def receipt_named(name: str, receipts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The receipt with this name. :raises Refusal: there is none"""
    for receipt in receipts:
        if receipt["id"] == name:
            return receipt
    raise Refusal(404, "not_found", "Receipt doesn't exist or access denied", "receipt_id")


def _receipt_of(payment: Mapping[str, Any]) -> dict[str, Any]:
    document = document_of(str(payment["id"]))
    return {
        "id": f"rt_{payment['id']}",
        "type": "payment",
        "payment_id": payment["id"],
        "status": "succeeded",
        "created_at": payment["captured_at"],
        "registered_at": payment["captured_at"],
        "fiscal_document_number": document["number"],
        "fiscal_storage_number": document["storage"],
        "fiscal_attribute": document["attribute"],
        "fiscal_provider_id": "fd9e9404-eaca-4000-8ec9-dc228ead2346",
        "items": payment["receipt"]["items"],
        "settlements": [{"type": "cashless", "amount": dict(payment["amount"])}],
        "tax_system_code": 1,
    }
