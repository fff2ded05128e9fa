"""What T-Bank's API v2 takes and shows: the signature, checks of requests, shapes of answers.

Written by the published tables (OpenAPI 1.80: Init, GetState, CheckOrder, Cancel, «Токен», «Коды ошибок»),
and on its own: it shares no line with the adapter that is proved by it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from svet.sandbox.world.bank_receipts import document_of
from svet.sandbox.world.vault import stamp

#: Who may begin what: with these a card must be kept at the payment, with those a kept one is charged.
_KEEPS: Final = frozenset({"1"})
CHARGES: Final = frozenset({"2", "R", "I"})
MIN_KOPECKS: Final = 100
#: Why a card was declined, in the codes of this bank.
CODES: Final[Mapping[str, str]] = {
    "general_decline": "1005",
    "insufficient_funds": "1051",
    "card_expired": "1054",
    "3d_secure_failed": "101",
    "fraud_suspected": "1059",
    "payment_method_limit_exceeded": "1061",
    "issuer_unavailable": "1091",
    "permission_revoked": "104",
}


class TBankError(Exception):
    """An answer with ``Success`` false; it comes with HTTP 200."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def token(fields: Mapping[str, Any], password: str) -> str:
    """Pairs of the root without objects and arrays, the password among them, by name; SHA-256 of values."""
    pairs = [("Password", password)]
    for name, value in fields.items():
        if name == "Token" or value is None or isinstance(value, dict | list):
            continue
        pairs.append((name, ("false", "true")[value] if isinstance(value, bool) else str(value)))
    return hashlib.sha256("".join(value for _, value in sorted(pairs)).encode("utf-8")).hexdigest()


def payment_of(
    body: Mapping[str, Any], *, payment_id: str, terminal: str, now: datetime, page: str
) -> dict[str, Any]:
    """A new payment out of Init. :raises TBankError:"""
    amount, order_id = body.get("Amount"), body.get("OrderId")
    if isinstance(amount, bool) or not isinstance(amount, int) or amount < MIN_KOPECKS:
        raise TBankError("251", f"Неверная сумма. Сумма должна быть больше или равна {MIN_KOPECKS} копеек")
    if not isinstance(order_id, str) or not 1 <= len(order_id) <= 36:
        raise TBankError("2", "Отсутствуют обязательные параметры")
    if len(str(body.get("Description") or "")) > 140:
        raise TBankError("64", "Невалидные данные в запросе")
    customer = str(body.get("CustomerKey") or "")
    if len(customer) > 36 or (body.get("Recurrent") == "Y" and not customer):
        raise TBankError("2", "Отсутствуют обязательные параметры")
    initiator = _initiator(body)
    _check_receipt(body.get("Receipt"), amount=amount)
    return {
        "id": payment_id,
        "status": "pending",
        "amount": {"value": f"{amount // 100}.{amount % 100:02d}", "currency": "RUB"},
        "description": body.get("Description"),
        "created_at": stamp(now),
        "due_at": stamp(_due(body.get("RedirectDueDate"), now=now)),
        "shop": terminal,
        "return_url": str(body.get("SuccessURL") or "http://127.0.0.1/"),
        "refunded_kopecks": 0,
        "capture": True,
        "keeps_method": body.get("Recurrent") == "Y",
        "receipt": body.get("Receipt"),
        "order_id": order_id,
        "customer": customer,
        "initiator": initiator,
        "tries_again": True,
        "page": f"{page}{payment_id}",
    }


def _initiator(body: Mapping[str, Any]) -> str:
    data = body.get("DATA")
    initiator = str(data.get("OperationInitiatorType") or "") if isinstance(data, Mapping) else ""
    if initiator not in {"", "0", "1", "2", "R", "I"}:
        raise TBankError("1125", "Некорректное значение OperationInitiatorType")
    if initiator and (initiator in _KEEPS) != (body.get("Recurrent") == "Y"):
        raise TBankError("1126", "Несопоставимые значения rebillId или Recurrent")
    return initiator


def _due(asked: object, *, now: datetime) -> datetime:
    """Until when the page lives: a day when nobody says."""
    if asked is None:
        return now + timedelta(days=1)
    try:
        due = datetime.fromisoformat(str(asked))
        fits = timedelta(minutes=1) <= due - now <= timedelta(days=90)
    except (ValueError, TypeError):
        fits = False
    if not fits:
        raise TBankError("12", "Неверный параметр RedirectDueDate")
    return due


def _check_receipt(receipt: object, *, amount: int) -> None:
    if receipt is None:
        return
    items = receipt.get("Items") if isinstance(receipt, Mapping) else None
    if not isinstance(receipt, Mapping) or not isinstance(items, list) or not items:
        raise TBankError("309", "Неверные параметры чека")
    if not receipt.get("Taxation") or not (receipt.get("Email") or receipt.get("Phone")):
        raise TBankError("309", "Неверные параметры чека")
    for item in items:
        whole = item["Price"] * item["Quantity"] == item["Amount"] and item.get("Tax")
        if not whole or not 1 <= len(str(item.get("Name") or "")) <= 128:
            raise TBankError("309", "Неверные параметры чека")
    if sum(item["Amount"] for item in items) != amount:
        raise TBankError("308", "Сумма всех позиций в чеке должна равняться сумме всех видов оплаты")


def kopecks_of(payment: Mapping[str, Any]) -> int:
    """What was ordered."""
    return int(str(payment["amount"]["value"]).replace(".", ""))


def left_of(payment: Mapping[str, Any]) -> int:
    """«Текущая сумма транзакции»: what is left of it after what was given back."""
    return kopecks_of(payment) - int(payment["refunded_kopecks"])


def word_of(payment: Mapping[str, Any]) -> str:
    """«Статусная модель платежа»."""
    if payment["status"] == "succeeded":
        if not payment["refunded_kopecks"]:
            return "CONFIRMED"
        return "PARTIAL_REFUNDED" if left_of(payment) else "REFUNDED"
    if payment.get("declined"):
        return "REJECTED"
    if payment["status"] == "canceled":
        by_shop = (payment.get("cancellation_details") or {}).get("party") == "merchant"
        return "CANCELED" if by_shop else "DEADLINE_EXPIRED"
    return "FORM_SHOWED" if payment.get("shown") else "NEW"


def shown(payment: Mapping[str, Any]) -> dict[str, Any]:
    """A payment as most answers show it."""
    return {
        "Success": True,
        "ErrorCode": "0",
        "Message": "OK",
        "TerminalKey": payment["shop"],
        "OrderId": payment["order_id"],
        "PaymentId": str(payment["id"]),
        "Amount": left_of(payment) if payment["status"] == "succeeded" else kopecks_of(payment),
        "Status": word_of(payment),
    }


def source_of(payment: Mapping[str, Any]) -> list[dict[str, str]]:
    """``Params`` of GetState: by what it was paid."""
    method = payment.get("payment_method")
    if not method:
        return []
    source = "qrsbp" if method.get("type") == "sbp" else "cards"
    return [{"Key": "Route", "Value": "ACQ"}, {"Key": "Source", "Value": source}]


def part_of(payment: Mapping[str, Any]) -> dict[str, Any]:
    """A payment among those of CheckOrder, which tells why it was declined."""
    code = str(payment.get("declined") or "0")
    return {
        "PaymentId": str(payment["id"]),
        "Amount": shown(payment)["Amount"],
        "Status": word_of(payment),
        "RRN": f"{int(payment['id']) % 10**12:012d}",
        "Success": code == "0",
        # A number by the description, text for its clients: a shop must read both.
        "ErrorCode": code,
        "Message": "OK" if code == "0" else "Платеж отклонен",
    }


def card_of(payment: Mapping[str, Any]) -> dict[str, Any]:
    """A card kept at a payment, as GetCardList shows it; its names come from the payment's."""
    number = str(payment["number"])
    return {
        "CardId": str(int(payment["id"]) % 10**8),
        "Pan": f"{number[:6]}******{number[-4:]}",
        "Status": "D" if payment.get("card_removed") else "A",
        "RebillId": str(payment["id"]),
        "CardType": 0,
        "ExpDate": "1230",
    }


def notification(payment: Mapping[str, Any], *, word: str, password: str) -> dict[str, Any]:
    """«Уведомление о платеже», signed."""
    code = str(payment.get("declined") or "0") if word == "REJECTED" else "0"
    body: dict[str, Any] = {
        "TerminalKey": payment["shop"],
        "OrderId": payment["order_id"],
        "Success": code == "0",
        "Status": word,
        "PaymentId": int(payment["id"]),
        "ErrorCode": code,
        "Amount": shown(payment)["Amount"],
    }
    if payment.get("number"):
        card = card_of(payment)
        body |= {"CardId": int(card["CardId"]), "Pan": card["Pan"], "ExpDate": card["ExpDate"]}
        if payment.get("keeps_method"):
            body["RebillId"] = int(card["RebillId"])
    body["Token"] = token(body, password)
    return body


def receipt_notification(
    payment: Mapping[str, Any], *, name: str, kopecks: int, back: bool, password: str
) -> dict[str, Any]:
    """«Уведомление о фискализации», signed: of the document ``name`` for so much."""
    document = document_of(name)
    body: dict[str, Any] = {
        "TerminalKey": payment["shop"],
        "OrderId": payment["order_id"],
        "Success": True,
        "Status": "RECEIPT",
        "PaymentId": int(payment["id"]),
        "ErrorCode": "0",
        "Amount": kopecks,
        "FiscalNumber": 1,
        "ShiftNumber": 1,
        "ReceiptDatetime": payment["captured_at"],
        "FnNumber": document["storage"],
        "EcrRegNumber": "0000000400054952",
        "FiscalDocumentNumber": int(document["number"]),
        "FiscalDocumentAttribute": int(document["attribute"]),
        "Receipt": payment["receipt"],
        "Type": "IncomeReturn" if back else "Income",
        "Ofd": "ofd.example",
        "Url": f"https://ofd.example/{document['storage']}/{document['number']}",
    }
    body["Token"] = token(body, password)
    return body
