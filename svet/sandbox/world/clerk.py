"""What people do at the bank without the shop: give money back, and take it twice."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from svet.sandbox.world.payment_form import Invalid, kopecks, refund_of, shown
from svet.sandbox.world.vault import Vault
from svet.sandbox.world.webhooks import Webhooks

#: The names of payments, of either API.
ID: Final = re.compile(r"[0-9a-f-]{10,36}", re.ASCII)


def give_back(payment_id: str, amount: str, *, vault: Vault, webhooks: Webhooks, now: datetime) -> str:
    """A clerk of the bank gives money back without the shop; says why not, or nothing.

    ``amount`` is in roubles («100.00»), without one all that is left. A silent payment stays silent.
    """
    payment = vault.payment(payment_id) if ID.fullmatch(payment_id) else None
    if payment is None:
        return "no such payment"
    left = kopecks(payment["amount"], name="amount") - payment["refunded_kopecks"]
    body = {
        "payment_id": payment_id,
        "amount": {"value": amount or f"{left // 100}.{left % 100:02d}", "currency": "RUB"},
        "description": "Возврат по заявлению в банк",
    }

    def make() -> dict[str, Any]:
        whole = vault.payment(payment_id) or payment
        return refund_of(body, refund_id=vault.new_id(), payment=whole, now=now)

    try:
        refund = vault.create(
            key=vault.new_id(), shop=str(payment["shop"]), what="refund", body=body, make=make
        )
    except Invalid as invalid:
        return str(invalid)
    if not payment.get("quiet"):
        webhooks.send("refund.succeeded", shown_refund(refund))
    return ""


def pay_twice(payment_id: str, *, vault: Vault, webhooks: Webhooks) -> str:
    """A fault: a second payment of the same order is made and paid; says why not, or nothing."""
    first = vault.payment(payment_id) if ID.fullmatch(payment_id) else None
    if first is None or first["status"] != "succeeded":
        return "no such payment"
    number = str(int(first["id"]) + 1) if str(first["id"]).isdigit() else vault.new_id()
    copy = first | {"id": number, "status": "pending", "refunded_kopecks": 0}
    if "order_number" in first:
        # Such a bank takes a number once: the second payment is a later try of the order.
        copy["order_number"] = f"{first['order_number']}-2"
    vault.create(key=vault.new_id(), shop=str(first["shop"]), what="payment", body=copy, make=lambda: copy)
    changed = vault.succeed(number, method=first["payment_method"])
    if changed is not None and not changed.get("quiet"):
        webhooks.send("payment.succeeded", shown(changed))
    return ""


def shown_refund(refund: Mapping[str, Any]) -> dict[str, Any]:
    """A refund as the API shows it."""
    return {name: value for name, value in refund.items() if name != "shop" and value is not None}
