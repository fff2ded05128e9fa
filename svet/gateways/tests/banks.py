"""The banks that one contract is tried on: each over the sandbox, by real sockets."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from svet.gateways.acquiring import VENDORS
from svet.gateways.acquiring.port import Acquiring, BankLine, BankOrder, BankStatus, Payee
from svet.kernel.money import Money
from svet.kernel.periods import Month
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

    def at(self, bank: RunningBank) -> Acquiring:
        """Our adapter, speaking with the sandbox."""
        return VENDORS[self.name](self.url(bank))


def _other_recipient(body: dict[str, Any]) -> None:
    body["object"]["recipient"]["account_id"] = "100501"


def _other_terminal(body: dict[str, Any]) -> None:
    body["TerminalKey"] = "SVETSECOND"
    body["Token"] = token(body, "test_other")


def _yookassa_unknown(payment: str) -> str:
    return json.dumps({"id": payment, "status": "frozen", "amount": {"value": "335.38", "currency": "RUB"}})


def _tbank_unknown(payment: str) -> str:
    return json.dumps(
        {"Success": True, "ErrorCode": "0", "PaymentId": payment, "OrderId": "0123456789abcdef",
         "Amount": 335_38, "Status": "FROZEN"}
    )  # fmt: skip


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
)


def given_back(status: BankStatus) -> Money:
    """What was given back of a payment over ``TOTAL``, however the bank tells it."""
    return status.refunded if status.left is None else TOTAL - status.left
