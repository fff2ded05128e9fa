"""Single values of Sber's bodies: sums, moments, words of standing, codes of errors and of declines.

Sources: the vendor's manual of the ``register.do`` family, securecardpayment.ru/wiki (integration:api:rest:
requests:getorderstatusextended, :paymentorderbinding; integration:api:callback), and its description of the
newer gateway as kept at github.com/maxlevashov/sberbank-openapi-client @7a45556 (``GetOrderStatusExtended``,
``Register``, ``Refund``, ``Decline``, ``CallbackRequest``), where the same words stand.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from svet.gateways.acquiring.port import BankReason, BankState, BankStatus, StoredCard
from svet.gateways.failures import Temporary
from svet.kernel.money import ZERO, Money

#: ``orderStatus``: registered, held (two stages only), paid, reversed, paid and given back in part or whole,
#: 3-D Secure begun, declined. A decline is no last word while the page lives; a page that ended is ``_ENDS``.
STATES: Mapping[int, BankState] = {
    0: BankState.PENDING,
    1: BankState.PENDING,
    2: BankState.PAID,
    3: BankState.CANCELED,
    4: BankState.PAID,
    5: BankState.PENDING,
    6: BankState.PENDING,
}
GIVEN_BACK, REVERSED, DECLINED = 4, 3, 6
#: ``actionCode`` of a declined order that says nobody will pay it: nobody ever tried (taken back by
#: decline.do), or the time of its page is over.
_ENDS: Mapping[int, BankReason] = {-100: BankReason.CANCELED, -2007: BankReason.EXPIRED}
#: ``actionCode`` that tells of no decline: success, no attempt yet, no answer of the card's bank yet.
_NO_DECLINE = frozenset({0, -100, -1})
#: «Коды ответа» (``actionCode``), by what a person can do about them. Their list was not to be had from the
#: vendor: they are as its clients know them. One that is not here is a plain decline.
_REASON_CODES: Mapping[BankReason, str] = {
    BankReason.INSUFFICIENT_FUNDS: "116",
    BankReason.AUTHENTICATION_FAILED: (
        "-2026 -2025 -2024 -2020 -2019 -2018 -2017 -2016 -2015 -2011 -2010 -2006 -2005 1 117 2003 2004"
    ),
    BankReason.CARD_PROBLEM: "100 101 106 111 118 119 120 125 208 209 71015",
    BankReason.LIMIT: "-2002 104 121 123 902 903",
    BankReason.FRAUD: "-2001 -2000 999 2012",
    BankReason.DECLINED: "-2013 -2012 5 103 107 110 2013",
    BankReason.EXPIRED: "-2007",
    BankReason.BANK_FAULT: "109 904 907 909 910 913 914 9001 71026 151018 151019 341014",
}
REASONS: Mapping[int, BankReason] = {
    int(code): reason for reason, codes in _REASON_CODES.items() for code in codes.split()
}
#: ``errorCode``: what a request was refused for. 7 is «системная ошибка»: nobody knows what the bank did.
TAKEN, NO_BINDING, DENIED, NO_ORDER = "1", "2", "5", "6"
REFUSALS = frozenset({TAKEN, NO_BINDING, "3", "4", DENIED, NO_ORDER, "8", "10", "13", "14"})
#: ISO 4217 of the rouble, and as long ago.
_ROUBLES = frozenset({"643", "810"})
SBP = "СБП"
_CARD = "Банковская карта"
_WAYS: Mapping[str, str] = {
    "CARD": _CARD,
    "CARD_BINDING": _CARD,
    "SBP": SBP,
    "SBP_C2B": SBP,
    "SBRF_SBERPAY": "SberPay",
    "SBERPAY": "SberPay",
    "MIR_PAY": "Mir Pay",
}
_SYSTEMS: Mapping[str, str] = {"2": "Мир", "4": "Visa", "5": "Mastercard"}
_TRY = re.compile(r"-[2-9]", re.ASCII)
_REFERENCE = re.compile(r"[0-9A-Za-z-]{1,36}", re.ASCII)
_MASKED = re.compile(r"([0-9]{4,8})[*Xx•]{2,8}([0-9]{4})", re.ASCII)
_EXPIRY = re.compile(r"20([0-9]{2})(0[1-9]|1[0-2])", re.ASCII)


def checksum_of(fields: Mapping[str, str], key: str) -> str:
    """The signature of a callback («контрольная сумма», symmetric): ``name;value;`` of all by name, HMAC."""
    signed = {name: value for name, value in fields.items() if name not in ("checksum", "sign_alias")}
    text = "".join(f"{name};{signed[name]};" for name in sorted(signed))
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest().upper()


def number_of_try(order_id: str, count: int) -> str:
    """``orderNumber`` of an order's first payment, or of one after others that were taken back."""
    return order_id if count == 1 else f"{order_id}-{count}"


def order_of_number(number: str) -> str:
    """The order that an ``orderNumber`` is of."""
    return number[:-2] if _TRY.fullmatch(number[-2:]) else number


def is_reference(text: str) -> bool:
    """Whether a text can be the bank's name of an order (``orderId``, ``mdOrder``: ANS36)."""
    return _REFERENCE.fullmatch(text) is not None


def reference_of(value: Any) -> str:
    """The bank's name of an order. :raises ValueError:"""
    if not isinstance(value, str) or not is_reference(value):
        raise ValueError("not an order's id")
    return value


def amount_of(value: Any) -> Money:
    """Whole kopecks as a number; text, a float, a negative sum are somebody else's. :raises ValueError:"""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**12:
        raise ValueError("not a sum in kopecks")
    return Money(value)


def code_of(body: Mapping[str, Any]) -> str:
    """``errorCode``, a text in most answers and a number in some; 0 is none, and so is no code at all."""
    return str(body.get("errorCode", "0"))[:20]


def status_of(body: Mapping[str, Any], *, reference: str = "") -> BankStatus:
    """An order of getOrderStatusExtended, asked for by ``reference`` or by its number.

    :raises Temporary: it cannot be read, or its word of standing is unknown: never a guess
    """
    word = body.get("orderStatus")
    if isinstance(word, bool) or not isinstance(word, int) or word not in STATES:
        raise Temporary(f"an unknown status of an order: {str(word)[:40]}", code="status")
    try:
        number = str(body["orderNumber"])
        reference = reference_of(reference or _own_name(body))
        taken, refunded = _sums(body, word)
        paid = STATES[word] is BankState.PAID
        return BankStatus(
            reference,
            BankState.CANCELED if word == DECLINED and _action(body) in _ENDS else STATES[word],
            taken,
            "RUB" if str(body["currency"]) in _ROUBLES else str(body["currency"])[:3],
            order_of_number(number),
            refunded=refunded,
            reason=_reason(body, word),
            paid_at=_moment(body) if paid else None,
            method=_method(body) if paid else "",
            card=_card(body) if paid else None,
        )
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError):
        raise Temporary("the bank's answer cannot be read", code="shape") from None


def _own_name(body: Mapping[str, Any]) -> Any:
    """``mdOrder`` among the order's attributes: the answer by number tells the name nowhere else."""
    attributes = body["attributes"]
    pairs = attributes if isinstance(attributes, list) else [attributes]
    return {pair["name"]: pair["value"] for pair in pairs}["mdOrder"]


def _sums(body: Mapping[str, Any], word: int) -> tuple[Money, Money]:
    """What was ordered or taken, and what was given back of it. :raises ValueError: more than was taken"""
    ordered, sums = amount_of(body["amount"]), body.get("paymentAmountInfo")
    if STATES[word] is not BankState.PAID or (sums is None and word != GIVEN_BACK):
        return ordered, ZERO
    if not isinstance(sums, Mapping):
        raise ValueError("what was given back is not told")
    taken, refunded = amount_of(sums["approvedAmount"]), amount_of(sums.get("refundedAmount", 0))
    if refunded > taken:
        raise ValueError("more was given back than was taken")
    return taken, refunded


def _action(body: Mapping[str, Any]) -> int:
    code = body.get("actionCode", 0)
    return code if isinstance(code, int) and not isinstance(code, bool) else int(str(code))


def _reason(body: Mapping[str, Any], word: int) -> BankReason | None:
    code = _action(body)
    if STATES[word] is BankState.PAID:
        return None
    if word == REVERSED:
        return BankReason.CANCELED
    if word == DECLINED:
        return _ENDS.get(code) or REASONS.get(code, BankReason.DECLINED)
    return None if code in _NO_DECLINE else REASONS.get(code, BankReason.DECLINED)


def _moment(body: Mapping[str, Any]) -> datetime | None:
    """When the money was taken: milliseconds since 1970, where the bank says."""
    told = body.get("depositedDate") or body.get("authDateTime")
    if isinstance(told, bool) or not isinstance(told, int) or told <= 0:
        return None
    return datetime.fromtimestamp(told / 1000, tz=UTC)


def _method(body: Mapping[str, Any]) -> str:
    way = body.get("paymentWay")
    if way is not None:
        return _WAYS.get(str(way), "")
    return _CARD if body.get("cardAuthInfo") else ""


def _card(body: Mapping[str, Any]) -> StoredCard | None:
    """The card kept at a payment: its name holds whose it is, for the bank wants both."""
    binding, card = body.get("bindingInfo") or {}, body.get("cardAuthInfo") or {}
    name = f"{binding.get('bindingId') or ''}.{binding.get('clientId') or ''}"
    number = _MASKED.fullmatch(str(card.get("maskedPan") or card.get("pan") or ""))
    expires = _EXPIRY.fullmatch(str(card.get("expiration") or ""))
    known = all(is_reference(part) for part in name.split("."))
    if not known or number is None or expires is None or len(name) > 64:
        return None
    return StoredCard(name, _SYSTEMS.get(number[1][:1], ""), number[2], f"{expires[2]}/{expires[1]}")
