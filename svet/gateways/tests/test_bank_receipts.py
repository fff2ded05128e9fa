"""Receipts of the banks' own tills as they are read: numbers are digits, links closed, nothing guessed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from svet.gateways.acquiring.bank_receipts import BankReceipt, BankReceiptState, safe_url
from svet.gateways.acquiring.tbank_news import read_news
from svet.gateways.acquiring.yookassa_receipts import bank_receipt_of
from svet.kernel.money import Money
from svet.sandbox.world.tbank_form import receipt_notification, token

PAYMENT: dict[str, Any] = {
    "id": "1234567890",
    "shop": "SVETDEMO",
    "order_id": "one",
    "captured_at": "2026-11-27T10:00:00.000Z",
    "receipt": {"Items": []},
}


def told(**changes: Any) -> BankReceipt | None:
    body = receipt_notification(PAYMENT, name="1", kopecks=335_38, back=False, password="test_tbank")
    body |= changes
    body["Token"] = token(body, "test_tbank")
    news = read_news(json.dumps(body).encode(), terminal="SVETDEMO", password="test_tbank")
    assert (news.known, news.event) == (True, "payment.RECEIPT")
    return news.receipt


def test_a_notification_of_a_receipt_is_read_with_its_link() -> None:
    receipt = told()
    assert receipt is not None
    assert (receipt.state, receipt.back, receipt.amount) == (BankReceiptState.MADE, False, Money(335_38))
    assert receipt.url.startswith("https://ofd.example/9960440300000001/")
    back = told(Type="IncomeReturn")
    assert back is not None
    assert back.back


@pytest.mark.parametrize(
    "changes",
    [
        {"FnNumber": None},
        {"FiscalDocumentNumber": "12a"},
        {"FiscalDocumentAttribute": True},
        {"Type": "Expense"},
        {"ErrorCode": "99"},
        {"Amount": "335.38"},
    ],
)
def test_what_is_no_receipt_of_a_till_is_not_taken_for_one(changes: dict[str, Any]) -> None:
    assert told(**changes) is None


@pytest.mark.parametrize(
    "address",
    [
        "http://ofd.example/1",
        "javascript:alert(1)",
        "https:///x",
        "https://a b/",
        "https://[x",
        "https://о.рф/",
        5,
    ],
)
def test_only_a_closed_address_is_a_link(address: object) -> None:
    receipt = told(Url=address)
    assert receipt is not None
    assert not receipt.url
    assert safe_url("https://ofd.example/1?a=b") == "https://ofd.example/1?a=b"


def test_a_receipt_that_is_made_without_its_numbers_is_waited_for() -> None:
    answer = {"type": "payment", "status": "succeeded", "fiscal_document_number": "12"}
    assert bank_receipt_of(answer).state is BankReceiptState.PENDING
    # Two of three find no receipt, and two storages may number a document alike.
    two = answer | {"fiscal_attribute": 34}
    assert bank_receipt_of(two).state is BankReceiptState.PENDING
    assert bank_receipt_of(two | {"fiscal_storage_number": "56"}).state is BankReceiptState.MADE
    assert bank_receipt_of({"type": "refund", "status": "canceled"}).back
