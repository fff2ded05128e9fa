"""What Sber's ``register.do`` family takes and shows: checks of requests, shapes of answers, the signature.

Written by the manual's tables (securecardpayment.ru/wiki, integration:api:rest:requests and :callback), and
on its own: it shares no line with the adapter that is proved by it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from svet.sandbox.world.vault import stamp

_MOSCOW: Final = ZoneInfo("Europe/Moscow")
#: How long an order lives when nobody says: twenty minutes.
LIVES: Final = timedelta(minutes=20)
#: Why a card was declined, as ``actionCode``.
ACTION_CODES: Final[Mapping[str, str]] = {
    "general_decline": "5",
    "insufficient_funds": "116",
    "card_expired": "101",
    "3d_secure_failed": "-2006",
    "fraud_suspected": "999",
    "payment_method_limit_exceeded": "121",
    "issuer_unavailable": "907",
}
NOBODY_TRIED: Final = -100
TIME_IS_OVER: Final = -2007


class SberError(Exception):
    """An answer with an ``errorCode``; it comes with HTTP 200."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def checksum(fields: Mapping[str, str], key: str) -> str:
    """Sort the parameters by name, write each as ``name;value;``, HMAC-SHA256, upper case."""
    text = ""
    for name, value in sorted(fields.items()):
        text += name + ";" + value + ";"
    return hmac.digest(key.encode("utf-8"), text.encode("utf-8"), hashlib.sha256).hex().upper()


def order_of(
    fields: Mapping[str, str], *, order_id: str, login: str, now: datetime, page: str
) -> dict[str, Any]:
    """A new order out of register.do. :raises SberError:"""
    number, amount, back = (fields.get(name, "") for name in ("orderNumber", "amount", "returnUrl"))
    if not number or not back or not amount:
        raise SberError("4", "Не указан обязательный параметр")
    if not re.fullmatch(r"[0-9A-Za-z_-]{1,36}", number, re.ASCII):
        raise SberError("1", "Неверный номер заказа")
    if not re.fullmatch(r"[1-9][0-9]{0,11}", amount, re.ASCII):
        raise SberError("5", "Неверно указано значение параметра amount")
    if fields.get("currency", "643") not in ("643", "810"):
        raise SberError("3", "Неизвестная валюта")
    if re.search(r"[%+\r\n]", fields.get("description", "")) or len(fields.get("description", "")) > 512:
        raise SberError("5", "Неверно указано значение параметра description")
    return {
        "id": order_id,
        "status": "pending",
        "amount": {"value": f"{int(amount) // 100}.{int(amount) % 100:02d}", "currency": "RUB"},
        "description": fields.get("description"),
        "created_at": stamp(now),
        "due_at": stamp(_due(fields, now=now)),
        "shop": login,
        "return_url": back,
        "refunded_kopecks": 0,
        "capture": True,
        "keeps_method": bool(fields.get("clientId")) and not fields.get("bindingId"),
        "order_number": number,
        "client": fields.get("clientId", ""),
        "tries_again": True,
        "page": f"{page}{order_id}",
    }


def _due(fields: Mapping[str, str], *, now: datetime) -> datetime:
    """Until when the order lives: ``expirationDate`` (Moscow time, no zone), else so many seconds."""
    try:
        if "expirationDate" in fields:
            due = datetime.strptime(fields["expirationDate"], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=_MOSCOW)
        elif "sessionTimeoutSecs" in fields:
            due = now + timedelta(seconds=int(fields["sessionTimeoutSecs"]))
        else:
            due = now + LIVES
    except (ValueError, OverflowError):
        raise SberError("5", "Неверно указан срок жизни заказа") from None
    if due <= now:
        raise SberError("5", "Неверно указан срок жизни заказа")
    return due


def kopecks_of(payment: Mapping[str, Any]) -> int:
    """What was ordered."""
    return int(str(payment["amount"]["value"]).replace(".", ""))


def standing(payment: Mapping[str, Any]) -> tuple[int, int]:
    """``orderStatus`` and ``actionCode``."""
    declined = payment.get("declined")
    match payment["status"]:
        case "succeeded":
            return (4 if payment["refunded_kopecks"] else 2), 0
        case "canceled":
            by_shop = (payment.get("cancellation_details") or {}).get("party") == "merchant"
            by_time = (payment.get("cancellation_details") or {}).get("reason") == "expired_on_confirmation"
            if by_time:
                return 6, TIME_IS_OVER
            return 6, int(declined) if declined else NOBODY_TRIED if by_shop else 5
    return 0, int(declined) if declined else NOBODY_TRIED


def shown(payment: Mapping[str, Any]) -> dict[str, Any]:
    """An order as getOrderStatusExtended.do shows it, version 03 and later."""
    status, action = standing(payment)
    whole, back = kopecks_of(payment), int(payment["refunded_kopecks"])
    taken = whole if payment["status"] == "succeeded" else 0
    state = {0: "CREATED", 2: "DEPOSITED", 4: "REFUNDED", 6: "DECLINED"}[status]
    answer: dict[str, Any] = {
        "errorCode": "0",
        "errorMessage": "Успешно",
        "orderNumber": payment["order_number"],
        "orderStatus": status,
        "actionCode": action,
        "actionCodeDescription": "",
        "amount": whole,
        "currency": "643",
        "date": _millis(payment["created_at"]),
        "orderDescription": payment.get("description") or "",
        "merchantOrderParams": [],
        "attributes": [{"name": "mdOrder", "value": payment["id"]}],
        "paymentAmountInfo": {
            "paymentState": state,
            "approvedAmount": taken,
            "depositedAmount": taken - back,
            "refundedAmount": back,
        },
        "bankInfo": {"bankCountryCode": "RU", "bankCountryName": "Россия"},
    }
    if taken:
        answer |= {
            "authDateTime": _millis(payment["captured_at"]),
            "depositedDate": _millis(payment["captured_at"]),
        }
    method = payment.get("payment_method") or {}
    if method.get("type") == "sbp":
        answer["paymentWay"] = "SBP_C2B"
    elif taken:
        answer |= _paid_by_card(payment, method)
    return answer


def _paid_by_card(payment: Mapping[str, Any], method: Mapping[str, Any]) -> dict[str, Any]:
    card = method["card"]
    told: dict[str, Any] = {
        "paymentWay": "CARD",
        "cardAuthInfo": {
            "maskedPan": f"{card['first6']}**{card['last4']}",
            "expiration": f"{card['expiry_year']}{card['expiry_month']}",
            "cardholderName": "CARDHOLDER",
            "approvalCode": "123456",
            "paymentSystem": str(card["card_type"]).upper(),
        },
    }
    if payment["client"]:
        told["bindingInfo"] = {
            "clientId": payment["client"],
            "bindingId": payment.get("binding") or payment["id"],
        }
    return told


def binding_of(payment: Mapping[str, Any]) -> dict[str, Any]:
    """A card kept at a payment, as getBindings.do shows it; its name is the payment's."""
    number = str(payment["number"])
    return {"bindingId": payment["id"], "maskedPan": f"{number[:6]}**{number[-4:]}", "expiryDate": "203012"}


def callback(payment: Mapping[str, Any], *, operation: str, key: str) -> dict[str, str]:
    """«Уведомление обратного вызова» with its checksum."""
    fields = {
        "mdOrder": str(payment["id"]),
        "orderNumber": str(payment["order_number"]),
        "operation": operation,
        "status": "0" if operation in ("declinedByTimeout", "declined") else "1",
    }
    return fields | {"checksum": checksum(fields, key)}


def _millis(moment: str) -> int:
    return int(datetime.fromisoformat(moment).timestamp() * 1000)
