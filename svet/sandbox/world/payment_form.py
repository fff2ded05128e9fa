"""What the bank's API takes and shows: checks of requests, shapes of answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from svet.sandbox.world.vault import stamp

_AMOUNT: Final = re.compile(r"[0-9]{1,12}\.[0-9]{2}", re.ASCII)
_HIDDEN: Final = frozenset(
    {
        "shop",
        "return_url",
        "refunded_kopecks",
        "capture",
        "quiet",
        "payment_order",
        "receipt",
        "keeps_method",
        "number",
    }
)
ACCOUNT_FIELDS: Final = (
    "payment_document_id",
    "payment_document_number",
    "account_number",
    "unified_account_number",
    "service_id",
)
MIN_KOPECKS: Final = 1_00
#: The bank's commission in hundredths of a percent.
COMMISSION_BP: Final = 90


class Invalid(Exception):
    """A request the bank refuses; ``parameter`` names the field."""

    def __init__(self, description: str, parameter: str) -> None:
        super().__init__(description)
        self.parameter = parameter


def kopecks(part: object, *, name: str) -> int:
    """An amount object as kopecks. :raises Invalid:"""
    if not isinstance(part, Mapping):
        raise Invalid(f"Missing required parameter: {name}", name)
    value, currency = part.get("value"), part.get("currency")
    if not isinstance(value, str) or not _AMOUNT.fullmatch(value):
        raise Invalid("Amount must be a string with two decimals", f"{name}.value")
    if currency != "RUB":
        raise Invalid("Currency is not supported by the shop", f"{name}.currency")
    return int(value.replace(".", ""))


def payment_of(
    body: Mapping[str, Any], *, payment_id: str, shop: str, now: datetime, utilities: bool, page: str
) -> dict[str, Any]:
    """A new payment out of a request. :raises Invalid:"""
    total = kopecks(body.get("amount"), name="amount")
    if total < MIN_KOPECKS:
        raise Invalid("Amount is below the minimum", "amount.value")
    # A saved method is charged without the person; everything else needs the person's confirmation.
    saved = "payment_method_id" in body
    return_url = "" if saved else _return_url(body.get("confirmation"))
    if len(str(body.get("description") or "")) > 128:
        raise Invalid("Description is too long", "description")
    metadata = _metadata(body.get("metadata"))
    if utilities or "payment_order" in body:
        _check_order(body.get("payment_order"), total=total)
    if "receipt" in body:
        _check_receipt(body["receipt"], total=total)
    return {
        "id": payment_id,
        "status": "pending",
        "amount": dict(body["amount"]),
        "description": body.get("description"),
        "recipient": {"account_id": shop, "gateway_id": f"{shop}1"},
        "created_at": stamp(now),
        "confirmation": None if saved else {"type": "redirect", "confirmation_url": f"{page}{payment_id}"},
        "test": True,
        "paid": False,
        "refundable": False,
        "metadata": metadata,
        "shop": shop,
        "return_url": return_url,
        "refunded_kopecks": 0,
        "capture": body.get("capture") is True,
        "payment_order": body.get("payment_order"),
        "receipt": body.get("receipt"),
        "keeps_method": body.get("save_payment_method") is True,
    }


def _return_url(confirmation: object) -> str:
    if not isinstance(confirmation, Mapping) or confirmation.get("type") != "redirect":
        raise Invalid("Confirmation of type redirect is required", "confirmation.type")
    return_url = confirmation.get("return_url")
    if not isinstance(return_url, str) or not return_url.startswith(("http://", "https://")):
        raise Invalid("Missing or incorrect return_url", "confirmation.return_url")
    return return_url


def captured_of(body: Mapping[str, Any], *, payment: Mapping[str, Any]) -> dict[str, Any]:
    """What of a held sum is taken, the rest released; all of it when nothing is asked. :raises Invalid:"""
    if body.get("amount") is None:
        return dict(payment["amount"])
    asked = kopecks(body["amount"], name="amount")
    if not 0 < asked <= kopecks(payment["amount"], name="amount"):
        raise Invalid("Capture amount exceeds the held amount", "amount.value")
    return dict(body["amount"])


def refund_of(
    body: Mapping[str, Any], *, refund_id: str, payment: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """A new refund of a payment. :raises Invalid:"""
    asked = kopecks(body.get("amount"), name="amount")
    if payment["status"] != "succeeded":
        raise Invalid("Payment can't be refunded: it is not succeeded", "payment_id")
    left = kopecks(payment["amount"], name="amount") - payment["refunded_kopecks"]
    if not 0 < asked <= left:
        raise Invalid("Refund amount exceeds the rest of the payment", "amount.value")
    return {
        "id": refund_id,
        "payment_id": payment["id"],
        "status": "succeeded",
        "created_at": stamp(now),
        "amount": dict(body["amount"]),
        "description": body.get("description"),
        "shop": payment["shop"],
    }


def shown(payment: Mapping[str, Any]) -> dict[str, Any]:
    """A payment as the API shows it: only what an object in its state has."""
    thing = {name: value for name, value in payment.items() if name not in _HIDDEN and value is not None}
    if payment["status"] != "pending":
        thing.pop("confirmation", None)
    if payment["status"] == "succeeded":
        whole, rest = divmod(payment["refunded_kopecks"], 100)
        thing["refunded_amount"] = {"value": f"{whole}.{rest:02d}", "currency": "RUB"}
        thing["income_amount"] = income_of(payment["amount"])
    return thing


def income_of(amount: Mapping[str, Any]) -> dict[str, Any]:
    """What the shop gets of a payment: the bank keeps its commission, rounded as every bank rounds it."""
    taken = kopecks(amount, name="amount")
    whole, rest = divmod(taken - (taken * COMMISSION_BP + 5_000) // 10_000, 100)
    return {"value": f"{whole}.{rest:02d}", "currency": "RUB"}


def _metadata(part: object) -> dict[str, str]:
    if part is None:
        return {}
    if not isinstance(part, Mapping) or len(part) > 16:
        raise Invalid("Incorrect metadata", "metadata")
    for name, value in part.items():
        if len(name) > 32 or not isinstance(value, str) or len(value) > 512:
            raise Invalid("Incorrect metadata", f"metadata.{name[:32]}")
    return dict(part)


def _check_order(order: object, *, total: int) -> None:
    """The payment order of a utility payment, which is registered with ГИС ЖКХ."""
    if not isinstance(order, Mapping) or order.get("type") != "utilities":
        raise Invalid("Missing required parameter: payment_order", "payment_order")
    if kopecks(order.get("amount"), name="payment_order.amount") != total:
        raise Invalid("Amounts of the order and of the payment differ", "payment_order.amount")
    if not 1 <= len(str(order.get("payment_purpose") or "")) <= 210:
        raise Invalid("Incorrect payment_purpose", "payment_order.payment_purpose")
    recipient = order.get("recipient")
    if not isinstance(recipient, Mapping) or not isinstance(recipient.get("bank"), Mapping):
        raise Invalid("Missing required parameter: recipient", "payment_order.recipient")
    bank = recipient["bank"]
    lengths = {
        "inn": (recipient, 10),
        "kpp": (recipient, 9),
        "bic": (bank, 9),
        "account": (bank, 20),
        "correspondent_account": (bank, 20),
    }
    for name, (part, length) in lengths.items():
        value = str(part.get(name) or "")
        if len(value) != length or not (value.isascii() and value.isdigit()):
            raise Invalid(f"Incorrect {name}", f"payment_order.recipient.{name}")
    if not recipient.get("name") or not 1 <= len(str(bank.get("name") or "")) <= 45:
        raise Invalid("Incorrect name of the recipient or its bank", "payment_order.recipient.name")
    if not any(order.get(name) for name in ACCOUNT_FIELDS):
        raise Invalid("One of the account parameters is required", "payment_order.account_number")
    period = order.get("payment_period")
    if period is not None and not (isinstance(period, Mapping) and period.get("month") in range(1, 13)):
        raise Invalid("Incorrect payment_period", "payment_order.payment_period")


def _check_receipt(receipt: object, *, total: int) -> None:
    """The fiscal receipt must add up to the payment."""
    if not isinstance(receipt, Mapping) or not receipt.get("items"):
        raise Invalid("Receipt has no items", "receipt.items")
    customer = receipt.get("customer")
    if not isinstance(customer, Mapping) or not (customer.get("email") or customer.get("phone")):
        raise Invalid("Receipt needs an email or a phone", "receipt.customer")
    added = 0
    for item in receipt["items"]:
        if not 1 <= len(str(item.get("description") or "")) <= 128 or item.get("vat_code") not in range(
            1, 13
        ):
            raise Invalid("Incorrect item of the receipt", "receipt.items")
        added += kopecks(item.get("amount"), name="receipt.items.amount")
    if added != total:
        raise Invalid("Receipt doesn't add up to the amount", "receipt.items")
