"""Single values of YooKassa's bodies: sums, means of payment, moments, references."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from svet.gateways.acquiring.port import BankReason, BankRefund, BankState, BankStatus, StoredCard
from svet.gateways.failures import Temporary
from svet.kernel.money import Money

STATES: Mapping[str, BankState] = {
    "pending": BankState.PENDING,
    "waiting_for_capture": BankState.PENDING,
    "succeeded": BankState.PAID,
    "canceled": BankState.CANCELED,
}
REASONS: Mapping[str, BankReason] = {
    "general_decline": BankReason.DECLINED,
    "call_issuer": BankReason.DECLINED,
    "insufficient_funds": BankReason.INSUFFICIENT_FUNDS,
    "3d_secure_failed": BankReason.AUTHENTICATION_FAILED,
    "invalid_csc": BankReason.CARD_PROBLEM,
    "invalid_card_number": BankReason.CARD_PROBLEM,
    "card_expired": BankReason.CARD_PROBLEM,
    "country_forbidden": BankReason.CARD_PROBLEM,
    "payment_method_restricted": BankReason.CARD_PROBLEM,
    "identification_required": BankReason.CARD_PROBLEM,
    "payment_method_limit_exceeded": BankReason.LIMIT,
    "fraud_suspected": BankReason.FRAUD,
    "expired_on_confirmation": BankReason.EXPIRED,
    "expired_on_capture": BankReason.EXPIRED,
    "canceled_by_merchant": BankReason.CANCELED,
    "permission_revoked": BankReason.CARD_UNBOUND,
    "issuer_unavailable": BankReason.BANK_FAULT,
    "internal_timeout": BankReason.BANK_FAULT,
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


def status_of(answer: Mapping[str, Any]) -> BankStatus:
    """A payment, alone or of a list. :raises Temporary: it cannot be read"""
    try:
        state = STATES.get(str(answer.get("status")), BankState.UNKNOWN)
        cancellation = answer.get("cancellation_details") or {}
        reason = REASONS.get(str(cancellation.get("reason")), BankReason.OTHER) if cancellation else None
        amount, currency = amount_of(answer["amount"])
        refunded = amount_of(answer["refunded_amount"])[0] if answer.get("refunded_amount") else Money(0)
        metadata = answer.get("metadata") or {}
        method = answer.get("payment_method") or {}
        return BankStatus(
            reference=str(answer["id"]),
            state=state,
            amount=amount,
            currency=currency,
            order_id=str(metadata.get("order_id", "")),
            refunded=refunded,
            reason=reason,
            paid_at=moment_of(answer.get("captured_at")),
            method=method_of(method),
            card=kept_card_of(method),
            income=_income_of(answer, amount=amount, currency=currency),
        )
    except (KeyError, TypeError, AttributeError, ValueError):
        raise Temporary("the bank's answer cannot be read", code="shape") from None


def _income_of(answer: Mapping[str, Any], *, amount: Money, currency: str) -> Money | None:
    """``income_amount``; one that cannot be the income of this payment is as good as none."""
    try:
        income, its_currency = amount_of(answer["income_amount"])
    except (KeyError, TypeError, ValueError):
        return None
    return income if its_currency == currency and Money(0) <= income <= amount else None
