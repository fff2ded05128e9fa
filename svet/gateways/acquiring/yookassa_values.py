"""Single values of YooKassa's bodies: sums, means of payment, moments, references."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from svet.gateways.acquiring.port import BankRefund, BankState, StoredCard
from svet.gateways.failures import Temporary
from svet.kernel.money import Money

STATES: Mapping[str, BankState] = {
    "pending": BankState.PENDING,
    "waiting_for_capture": BankState.PENDING,
    "succeeded": BankState.PAID,
    "canceled": BankState.CANCELED,
}
SYSTEMS: Mapping[str, str] = {"Mir": "Мир", "MasterCard": "Mastercard"}


def sum_of(money: Money) -> dict[str, str]:
    """A sum as the bank writes it."""
    return {"value": str(money.roubles), "currency": "RUB"}


def amount_of(part: Mapping[str, Any]) -> tuple[Money, str]:
    """Roubles with a dot, as text; kopecks or floats would be somebody else's format. :raises ValueError:"""
    value = part["value"]
    if not isinstance(value, str) or len(value) > 20:
        raise ValueError("not a sum")
    try:
        roubles = Decimal(value)
        whole = roubles.is_finite() and roubles == roubles.quantize(Decimal("0.01"))
    except InvalidOperation:
        raise ValueError("not a sum") from None
    if not whole:
        raise ValueError("not a sum of whole kopecks")
    return Money.of_roubles(roubles), str(part["currency"])


def method_of(part: Mapping[str, Any]) -> str:
    """«Мир *2987», «СБП»: what the person paid with."""
    card = part.get("card") or {}
    if card.get("last4"):
        system = str(card.get("card_type") or "")
        return f"{SYSTEMS.get(system, system)} *{card['last4']}".strip()[:80]
    return "СБП" if part.get("type") == "sbp" else str(part.get("title") or part.get("type") or "")[:80]


def kept_card_of(part: Mapping[str, Any]) -> StoredCard | None:
    """The card the bank keeps from now on, when it says so; only the last four digits are ever shown."""
    card = part.get("card") or {}
    reference = str(part.get("id") or "")
    if part.get("saved") is not True or not card.get("last4") or not is_reference(reference):
        return None
    system = str(card.get("card_type") or "")
    expires = f"{str(card.get('expiry_month') or '')[:2]}/{str(card.get('expiry_year') or '')[-2:]}"
    return StoredCard(reference, SYSTEMS.get(system, system)[:20], str(card["last4"])[:4], expires)


def moment_of(text: object) -> datetime | None:
    """A moment with its zone, or nothing. :raises ValueError: not a moment at all"""
    if not isinstance(text, str):
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else None


def is_reference(text: str) -> bool:
    """Whether a text can be the bank's name of a payment."""
    return 1 <= len(text) <= 64 and text.isascii() and text.replace("-", "").replace("_", "").isalnum()


def refund_of(answer: Mapping[str, Any]) -> BankRefund:
    """A refund, alone or of a list. :raises Temporary: it cannot be read"""
    try:
        amount, currency = amount_of(answer["amount"])
        return BankRefund(
            reference=str(answer["id"]),
            state=STATES.get(str(answer["status"]), BankState.UNKNOWN),
            amount=amount,
            payment=str(answer["payment_id"]),
            at=moment_of(answer.get("created_at")),
            currency=currency,
        )
    except (KeyError, TypeError, AttributeError, ValueError):
        raise Temporary("the bank's answer cannot be read", code="shape") from None
