"""Single values of T-Bank's bodies: its signature, sums, words of standing, codes of errors.

Source: the published OpenAPI description of the e-acquiring API, version 1.80 of 2025-09-16
(developer.tbank.ru/eacq, www.tbank.ru/kassa/dev/payments), as kept at github.com/kravetsone/t-kassa-api
@5d5451b; its sections are named below. That ``Amount`` is what is left: the vendor's earlier document of the
same API («Amount: текущая сумма транзакции в копейках»).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from svet.gateways.acquiring.port import BankReason, BankState, BankStatus, StoredCard
from svet.gateways.failures import Temporary
from svet.kernel.money import Money

#: «Статусная модель платежа». REJECTED and AUTH_FAIL are declines: nowhere is it said that they are the last
#: word, and the person may try again on the page while it lives. PARTIAL_REVERSED is of two stages only.
STATES: Mapping[str, BankState] = {
    "NEW": BankState.PENDING,
    "FORM_SHOWED": BankState.PENDING,
    "3DS_CHECKING": BankState.PENDING,
    "3DS_CHECKED": BankState.PENDING,
    "AUTHORIZING": BankState.PENDING,
    "AUTHORIZED": BankState.PENDING,
    "PAY_CHECKING": BankState.PENDING,
    "CONFIRMING": BankState.PENDING,
    "REVERSING": BankState.PENDING,
    "REJECTED": BankState.PENDING,
    "AUTH_FAIL": BankState.PENDING,
    "CONFIRMED": BankState.PAID,
    "REFUNDING": BankState.PAID,
    "ASYNC_REFUNDING": BankState.PAID,
    "PARTIAL_REFUNDED": BankState.PAID,
    "REFUNDED": BankState.PAID,
    "CANCELED": BankState.CANCELED,
    "DEADLINE_EXPIRED": BankState.CANCELED,
    "ATTEMPTS_EXPIRED": BankState.CANCELED,
    "REVERSED": BankState.CANCELED,
}
DECLINED = frozenset({"REJECTED", "AUTH_FAIL"})
#: Of these the sum told is what is left of the payment («текущая сумма транзакции»).
_TELLS_LEFT = frozenset({"REFUNDING", "ASYNC_REFUNDING", "PARTIAL_REFUNDED", "REFUNDED"})
_ENDS: Mapping[str, BankReason] = {
    "CANCELED": BankReason.CANCELED,
    "REVERSED": BankReason.CANCELED,
    "DEADLINE_EXPIRED": BankReason.EXPIRED,
    "ATTEMPTS_EXPIRED": BankReason.EXPIRED,
}
#: «Коды ошибок», those that tell why a card was declined.
_REASON_CODES: Mapping[BankReason, str] = {
    BankReason.INSUFFICIENT_FUNDS: "103 1051",
    BankReason.AUTHENTICATION_FAILED: "54 101 106 108 109 110 1038 1055 1077 1086",
    BankReason.CARD_PROBLEM: (
        "76 77 107 601 642 1014 1015 1033 1039 1041 1053 1054 1057 1058 1078 1080 1082 1205 1217 1218 1235"
        " 3013"
    ),
    BankReason.LIMIT: "603 1013 1019 1061 1065 1075 1202 1203 1204 5061",
    BankReason.FRAUD: "1004 1007 1043 1059 1063 1093 1094",
    BankReason.DECLINED: "53 99 1001 1005 1006 1008 1012 1017 1062 1088 1092 1207",
    BankReason.BANK_FAULT: "3 96 97 98 1030 1034 1089 1091 1096 9999",
    # «Ошибка выполнения рекуррента»: the kept card can be charged no more.
    BankReason.CARD_UNBOUND: "104",
}
REASONS: Mapping[str, BankReason] = {
    code: reason for reason, codes in _REASON_CODES.items() for code in codes.split()
}
#: «Коды ошибок», those by which a request may well succeed later: nobody knows what the bank did.
FAULTS = frozenset({"3", "21", "55", "96", "97", "98", "99", "1030", "1089", "1091", "1096", "9999"})
NO_PAYMENT, NO_ORDER, NO_CUSTOMER, WRONG_STATE = "255", "335", "503", "8"
#: The bank knows no key of ours by these (``ExternalRequestId``: «не работает для операций по СБП»).
SBP = "СБП"
_SOURCES: Mapping[str, str] = {
    "cards": "Банковская карта",
    "qrsbp": SBP,
    "TinkoffPay": "T-Pay",
    "SberPay": "SberPay",
    "MirPay": "Mir Pay",
    "YandexPay": "Yandex Pay",
}
_SYSTEMS: Mapping[str, str] = {"2": "Мир", "4": "Visa", "5": "Mastercard"}


def token_of(fields: Mapping[str, Any], password: str) -> str:
    """The signature («Токен»): scalars of the root with the password, by name, SHA-256 of their values."""
    signed = {
        name: value
        for name, value in fields.items()
        if name != "Token" and value is not None and not isinstance(value, dict | list)
    }
    signed["Password"] = password
    return hashlib.sha256("".join(_text(signed[name]) for name in sorted(signed)).encode()).hexdigest()


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def amount_of(value: Any) -> Money:
    """Whole kopecks as a number; text, a float, a negative sum are somebody else's. :raises ValueError:"""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**12:
        raise ValueError("not a sum in kopecks")
    return Money(value)


def reference_of(value: Any) -> str:
    """The bank's name of a payment: digits, as text or as a number. :raises ValueError:"""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not is_reference(text):
        raise ValueError("not a payment's id")
    return text


def is_reference(text: str) -> bool:
    """Whether a text can be the bank's name of a payment."""
    return 1 <= len(text) <= 20 and text.isascii() and text.isdigit()


def code_of(part: Mapping[str, Any]) -> str:
    """``ErrorCode``, a text in some answers and a number in others; 0 is none."""
    return str(part.get("ErrorCode", "0"))[:20]


def status_of(part: Mapping[str, Any], *, order_id: str, code: str = "") -> BankStatus:
    """A payment, of GetState or one of CheckOrder's. ``code`` tells why, where the part itself does not.

    :raises Temporary: it cannot be read, or its word of standing is unknown: never a guess
    """
    word = str(part.get("Status"))
    if word not in STATES:
        raise Temporary(f"an unknown status of a payment: {word[:40]}", code="status")
    try:
        reference, amount = reference_of(part["PaymentId"]), amount_of(part["Amount"])
        method = _method_of(part.get("Params"))
    except (KeyError, TypeError, AttributeError, ValueError):
        raise Temporary("the bank's answer cannot be read", code="shape") from None
    reason = _ENDS.get(word)
    if word in DECLINED:
        told = code if code not in ("", "0") else code_of(part)
        reason = REASONS.get(told, BankReason.DECLINED)
    left = (Money(0) if word == "REFUNDED" else amount) if word in _TELLS_LEFT else None
    return BankStatus(
        reference, STATES[word], amount, "RUB", order_id, reason=reason, method=method, left=left
    )


def _method_of(params: Any) -> str:
    """What the person paid with, by ``Params``: of a card nothing more is told."""
    pairs = {each.get("Key"): each.get("Value") for each in params or ()}
    return _SOURCES.get(str(pairs.get("Source", "")), "")


def card_of(part: Mapping[str, Any], *, customer: str) -> StoredCard | None:
    """An active card of GetCardList that can be charged; its name holds what RemoveCard needs too."""
    rebill, card_id = str(part.get("RebillId") or ""), str(part.get("CardId") or "")
    pan, expires = str(part.get("Pan") or ""), str(part.get("ExpDate") or "")
    if part.get("Status") != "A" or not is_reference(rebill) or not card_id.isalnum() or len(expires) != 4:
        return None
    if not pan[-4:].isdigit() or len(pan) < 12:
        return None
    name = f"{rebill}.{customer}.{card_id}"
    if len(name) > 64:
        return None
    return StoredCard(name, _SYSTEMS.get(pan[:1], ""), pan[-4:], f"{expires[:2]}/{expires[2:]}")
