"""The banks that one contract is tried on: each over the sandbox, by real sockets."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from svet.gateways.acquiring import VENDORS
from svet.gateways.acquiring.port import Acquiring, BankLine, BankOrder, BankStatus, Payee
from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.sandbox.world.sber_form import checksum
from svet.sandbox.world.tbank_form import token
from tests.bank import RunningBank

TOTAL = Money(335_38)


def order(order_id: str = "0123456789abcdef", **details: Any) -> BankOrder:
    """An order of two accounts."""
    values: dict[str, Any] = {
        "key": f"order-{order_id}",
        "order_id": order_id,
        "number": "О-TEST-0001",
        "total": TOTAL,
        "lines": (
            BankLine("0356067000", "Оплата электроэнергии, лицевой счёт 0356067000", Money(300_00)),
            BankLine("0356067001", "Оплата электроэнергии, лицевой счёт 0356067001", Money(35_38)),
        ),
        "payee": Payee(
            "ООО «Пример»",
            "7450000001",
            "745000001",
            "Банк «Пример»",
            "047500001",
            "40702810000000000001",
            "30101810000000000001",
        ),
        "period": Month(2026, 11),
        "return_url": "http://127.0.0.1/payment/orders/0123456789abcdef/",
        "email": "anna@example.ru",
    }
    return BankOrder(**(values | details))


def _yookassa_news(payment: str, order_id: str) -> dict[str, Any]:
    thing = {"id": payment, "metadata": {"order_id": order_id}, "recipient": {"account_id": "100500"}}
    return {"event": "payment.succeeded", "object": thing}


def _tbank_news(payment: str, order_id: str) -> dict[str, Any]:
    body = {
        "TerminalKey": "SVETDEMO", "OrderId": order_id, "Success": True, "Status": "CONFIRMED",
        "PaymentId": int(payment), "ErrorCode": "0", "Amount": 335_38,
    }  # fmt: skip
    return body | {"Token": token(body, "test_tbank")}


def _sber_news(payment: str, order_id: str, key: str = "test_callback") -> dict[str, Any]:
    body = {"mdOrder": payment, "orderNumber": order_id, "operation": "deposited", "status": "1"}
    return body | {"checksum": checksum(body, key)}


def _json(body: dict[str, Any]) -> bytes:
    return json.dumps(body).encode()


def _form(body: dict[str, Any]) -> bytes:
    return urlencode(body).encode()


@dataclass(frozen=True)
class Vendor:
    """One bank: its address in the sandbox, where its API answers, and how it says the same things."""

    name: str
    #: Of the sandbox on a port.
    url: Callable[[RunningBank], str]
    #: Where its calls go: a new payment, where one stands, a refund.
    create_path: str
    status_path: str
    refund_path: str
    #: HTTP 200 with an error inside, and a payment of which the word of standing is unknown.
    error_inside: str
    unknown_word: Callable[[str], str]
    #: A notification as the bank sends it, of this payment and order.
    news: Callable[[str, str], dict[str, Any]]
    #: What makes a notification another's: of another shop.
    other_shop: Callable[[dict[str, Any]], None]
    #: How a notification is written.
    raw: Callable[[dict[str, Any]], bytes] = _json
    #: What tells this contract from others of its vendor.
    kind: str = ""

    def at(self, bank: RunningBank) -> Acquiring:
        """Our adapter, speaking with the sandbox."""
        return VENDORS[self.name](self.url(bank))


def _other_recipient(body: dict[str, Any]) -> None:
    body["object"]["recipient"]["account_id"] = "100501"


def _other_terminal(body: dict[str, Any]) -> None:
    body["TerminalKey"] = "SVETSECOND"
    body["Token"] = token(body, "test_other")


def _other_key(body: dict[str, Any]) -> None:
    body.update(_sber_news(body["mdOrder"], body["orderNumber"], key="test_cvc_callback_2"))


def _yookassa_unknown(payment: str) -> str:
    return json.dumps({"id": payment, "status": "frozen", "amount": {"value": "335.38", "currency": "RUB"}})


def _tbank_unknown(payment: str) -> str:
    return json.dumps(
        {"Success": True, "ErrorCode": "0", "PaymentId": payment, "OrderId": "0123456789abcdef",
         "Amount": 335_38, "Status": "FROZEN"}
    )  # fmt: skip


def _sber_unknown(payment: str) -> str:
    return json.dumps(
        {"errorCode": "0", "orderNumber": "0123456789abcdef", "orderStatus": 7, "actionCode": 0,
         "amount": 335_38, "currency": "643", "attributes": [{"name": "mdOrder", "value": payment}]}
    )  # fmt: skip


SBER = Vendor(
    name="sber",
    url=lambda bank: bank.sber_url,
    create_path="/payment/rest/register.do",
    status_path="/payment/rest/getOrderStatusExtended.do",
    refund_path="/payment/rest/refund.do",
    error_inside='{"errorCode": "7", "errorMessage": "Системная ошибка"}',
    unknown_word=_sber_unknown,
    news=_sber_news,
    other_shop=_other_key,
    raw=_form,
)

BANKS = (
    Vendor(
        name="yookassa",
        url=lambda bank: bank.acquiring_url,
        create_path="/v3/payments",
        status_path="/v3/payments",
        refund_path="/v3/refunds",
        error_inside='{"type": "error", "code": "internal_server_error"}',
        unknown_word=_yookassa_unknown,
        news=_yookassa_news,
        other_shop=_other_recipient,
    ),
    Vendor(
        name="tbank",
        url=lambda bank: bank.tbank_url,
        create_path="/tbank/v2/Init",
        status_path="/tbank/v2/GetState",
        refund_path="/tbank/v2/Cancel",
        error_inside='{"Success": false, "ErrorCode": "9999", "Message": "Внутренняя ошибка системы"}',
        unknown_word=_tbank_unknown,
        news=_tbank_news,
        other_shop=_other_terminal,
    ),
    SBER,
    replace(
        SBER,
        kind="cvc",
        url=lambda bank: bank.sber_cvc_url,
        news=lambda payment, order_id: _sber_news(payment, order_id, key="test_cvc_callback"),
    ),
)


def given_back(status: BankStatus) -> Money:
    """What was given back of a payment over ``TOTAL``, however the bank tells it."""
    return status.refunded if status.left is None else TOTAL - status.left
