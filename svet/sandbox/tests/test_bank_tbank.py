"""The bank speaks T-Bank's API v2 faithfully: PyPI's ``tbank`` drives it over a socket, and tells shops.

What that client does not send (``DATA``, ``ExternalRequestId``, wrong fields) is tried by the vendor's
tables: OpenAPI 1.80, Init, Cancel, «Токен», «Проверка токенов», «Передача признака инициатора операции».
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from tbank.acquiring.enums import CardStatus, PaymentStatus, Tax, Taxation
from tbank.acquiring.models import InitRequest, InitResponse, Receipt, ReceiptItem
from tbank.acquiring.sync import AcquiringClient
from tbank.acquiring.webhooks import parse_notification, verify_notification
from tbank.core.errors import TBankAPIError

from svet.sandbox.world import tbank_form
from svet.sandbox.world.http import HttpServer
from tests.bank import BROWSER, RunningBank, running_bank

DECLINED = "5555555555554626"


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[RunningBank]:
    with running_bank(tmp_path) as running:
        yield running


@pytest.fixture
def client(bank: RunningBank) -> AcquiringClient:
    return client_of(bank)


def client_of(bank: RunningBank, password: str = "test_tbank") -> AcquiringClient:
    return AcquiringClient("SVETDEMO", password, base_url=f"http://127.0.0.1:{bank.port}/tbank/v2")


def init(client: AcquiringClient, order_id: str = "one", **details: Any) -> InitResponse:
    values: dict[str, Any] = {
        "amount": 335_38,
        "order_id": order_id,
        "description": "Оплата электроэнергии",
        "success_url": "http://127.0.0.1:1/back/",
        "receipt": Receipt(
            taxation=Taxation.OSN,
            email="anna@example.ru",
            items=[ReceiptItem(name="Свет", price=335_38, quantity=1, amount=335_38, tax=Tax.VAT_22)],
        ),
    }
    return client.init(InitRequest(**(values | details)))


def paid(bank: RunningBank, client: AcquiringClient, order_id: str = "one", **details: Any) -> str:
    made = init(client, order_id, **details)
    assert bank.type_card(str(made.payment_url)).status_code == 303
    return str(made.payment_id)


def test_the_client_pays_looks_and_gives_back_in_parts(bank: RunningBank, client: AcquiringClient) -> None:
    made = init(client)
    assert (made.status, made.amount, made.order_id) == (PaymentStatus.NEW, 335_38, "one")
    BROWSER.get(str(made.payment_url))
    assert client.get_state(str(made.payment_id)).status is PaymentStatus.FORM_SHOWED
    bank.type_card(str(made.payment_url))
    assert client.get_state(str(made.payment_id)).status is PaymentStatus.CONFIRMED
    part = client.cancel(str(made.payment_id), 100_00)
    assert (part.status, part.original_amount, part.new_amount) == (
        PaymentStatus.PARTIAL_REFUNDED,
        335_38,
        235_38,
    )
    assert client.get_state(str(made.payment_id)).amount == 235_38
    with pytest.raises(TBankAPIError):
        client.cancel(str(made.payment_id), 235_39)
    assert client.cancel(str(made.payment_id), 235_38).status is PaymentStatus.REFUNDED


def test_init_has_no_key_and_check_order_tells_all_payments_of_a_number(
    bank: RunningBank, client: AcquiringClient
) -> None:
    first, second = init(client), init(client)
    assert first.payment_id != second.payment_id
    assert client.cancel(str(first.payment_id)).status is PaymentStatus.CANCELED
    told = client.check_order("one").payments
    assert [(each.payment_id, each.status) for each in told] == [
        (first.payment_id, "CANCELED"),
        (second.payment_id, "NEW"),
    ]
    with pytest.raises(TBankAPIError):
        client.check_order("another")


def test_a_declined_card_is_no_end_while_the_page_lives(bank: RunningBank, client: AcquiringClient) -> None:
    made = init(client)
    page = bank.type_card(str(made.payment_url), number=DECLINED)
    assert (page.status_code, "Возьмите другую" in page.text) == (422, True)
    assert client.get_state(str(made.payment_id)).status is PaymentStatus.REJECTED
    told = client.check_order("one").payments[0]
    assert (told.success, told.error_code) == (False, "1051")
    assert bank.type_card(str(made.payment_url)).status_code == 303
    assert client.get_state(str(made.payment_id)).status is PaymentStatus.CONFIRMED


def test_a_page_nobody_paid_ends_when_it_was_said(tmp_path: Path) -> None:
    now = [datetime(2026, 11, 22, 9, 0, tzinfo=UTC)]
    with running_bank(tmp_path, clock=lambda: now[0]) as bank:
        client = client_of(bank)
        due = (now[0] + timedelta(hours=1)).isoformat()
        made = init(client, redirect_due_date=due)
        now[0] += timedelta(minutes=61)
        assert client.get_state(str(made.payment_id)).status is PaymentStatus.DEADLINE_EXPIRED
        with pytest.raises(TBankAPIError):
            init(client, redirect_due_date=due)


def test_a_card_is_kept_charged_and_removed(bank: RunningBank, client: AcquiringClient) -> None:
    first = paid(bank, client, customer_key="anna", recurrent="Y")
    (card,) = client.get_card_list("anna")
    assert (card.pan[-4:], card.status, card.exp_date) == ("2987", CardStatus.ACTIVE, "1230")
    second = init(client, "two")
    charged = client.charge(str(second.payment_id), str(card.rebill_id))
    assert (charged.status, charged.payment_id) == (PaymentStatus.CONFIRMED, second.payment_id)
    with pytest.raises(TBankAPIError):
        client.charge(str(second.payment_id), str(card.rebill_id))
    assert client.remove_card("anna", card.card_id).status is CardStatus.DELETED
    with pytest.raises(TBankAPIError) as refused:
        client.charge(str(init(client, "three").payment_id), str(card.rebill_id))
    assert refused.value.code == "104"
    assert client.get_card_list("anna")[0].status is CardStatus.DELETED
    assert first != second.payment_id
    with pytest.raises(TBankAPIError):
        client.get_card_list("nobody")


def test_another_password_is_no_password(bank: RunningBank) -> None:
    with pytest.raises(TBankAPIError) as refused:
        init(client_of(bank, "wrong"))
    assert refused.value.code == "204"


def call(bank: RunningBank, verb: str, password: str = "test_tbank", **fields: Any) -> Any:
    body = {"TerminalKey": "SVETDEMO", **fields}
    body["Token"] = tbank_form.token(body, password)
    return BROWSER.post(f"http://127.0.0.1:{bank.port}/tbank/v2/{verb}", json=body).json()


def test_the_signature_is_that_of_the_vendors_examples() -> None:
    init_body = {
        "TerminalKey": "MerchantTerminalKey",
        "Amount": 19200,
        "OrderId": "21090",
        "Description": "Подарочная карта на 1000 рублей",
        "DATA": {"Phone": "+71234567890"},
        "Receipt": {"Email": "a@test.ru"},
    }
    assert tbank_form.token(init_body, "usaf8fw8fsw21g") == (
        "0024a00af7c350a3a67ca168ce06502aa72772456662e38696d48b56ee9c97d9"
    )
    news = {
        "TerminalKey": "1321054611234DEMO", "OrderId": "201709", "Success": True, "Status": "AUTHORIZED",
        "PaymentId": 8742591, "ErrorCode": "0", "Amount": 9855, "CardId": 322264, "Pan": "430000******0777",
        "ExpDate": "1122", "RebillId": 101709,
    }  # fmt: skip
    assert tbank_form.token(news, "Dfsfh56dgKl") == (
        "b906d28e76c6428e37b25fcf86c0adc52c63d503013fdd632e300593d165766b"
    )


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"Amount": 99}, "251"),
        ({"Amount": "33538"}, "251"),
        ({"OrderId": "x" * 37}, "2"),
        ({"Description": "x" * 141}, "64"),
        ({"Recurrent": "Y"}, "2"),
        ({"RedirectDueDate": "tomorrow"}, "12"),
        ({"DATA": {"OperationInitiatorType": "1"}}, "1126"),
        ({"DATA": {"OperationInitiatorType": "5"}}, "1125"),
        ({"Receipt": {"Taxation": "osn", "Items": []}}, "309"),
    ],
)
def test_wrong_requests_get_the_vendors_codes(bank: RunningBank, fields: dict[str, Any], code: str) -> None:
    body: dict[str, Any] = {"Amount": 335_38, "OrderId": "one"}
    answer = call(bank, "Init", **(body | fields))
    assert (answer["Success"], answer["ErrorCode"]) == (False, code)


def test_a_refund_asked_again_with_its_id_is_given_once_but_not_by_sbp(
    bank: RunningBank, client: AcquiringClient
) -> None:
    by_card = paid(bank, client)
    for _ in range(2):
        answer = call(bank, "Cancel", PaymentId=by_card, Amount=100_00, ExternalRequestId="r1")
        assert (answer["Status"], answer["NewAmount"]) == ("PARTIAL_REFUNDED", 235_38)
    made = init(client, "two")
    BROWSER.post(str(made.payment_url), data={"method": "sbp"})
    for left in (235_38, 135_38):
        answer = call(bank, "Cancel", PaymentId=made.payment_id, Amount=100_00, ExternalRequestId="r2")
        assert answer["NewAmount"] == left


@contextmanager
def shop(answers: list[bytes]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A shop that answers so, then ``OK``, and keeps what it was told."""
    told: list[dict[str, Any]] = []
    lock = threading.Lock()

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        raw = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        with lock:
            told.append(json.loads(raw))
            said = answers.pop(0) if answers else b"OK"
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [said]

    server = HttpServer(host="127.0.0.1", port=0, application=application)
    server.start()
    try:
        yield f"http://127.0.0.1:{server.port}/", told
    finally:
        server.stop()


def wait_for(told: list[dict[str, Any]], many: int) -> None:
    deadline = time.monotonic() + 10
    while len(told) < many and time.monotonic() < deadline:
        time.sleep(0.02)
    assert len(told) == many, told


def test_the_shop_is_told_until_it_says_ok_and_the_client_trusts_it(tmp_path: Path) -> None:
    with (
        shop([b"ok"]) as (url, told),
        running_bank(tmp_path, webhook_urls={"SVETDEMO": url}) as bank,
    ):
        payment = paid(bank, client_of(bank), customer_key="anna", recurrent="Y")
        # With the receipt of each, for which the client gives the lines.
        wait_for(told, 4)
        assert bank.give_back(payment, "35.38") == ""
        wait_for(told, 6)
    assert all(verify_notification(each, "test_tbank") for each in told)
    assert not verify_notification(told[0] | {"Amount": 1}, "test_tbank")
    assert {each["Status"] for each in told[:4]} == {"AUTHORIZED", "CONFIRMED", "RECEIPT"}
    confirmed = next(each for each in told if each["Status"] == "CONFIRMED")
    assert parse_notification(confirmed).rebill_id == int(payment)
    later = {(each["Status"], each["Amount"]) for each in told[4:]}
    assert later == {("PARTIAL_REFUNDED", 300_00), ("RECEIPT", 35_38)}


def test_callbacks_are_lost_doubled_and_late_by_order(tmp_path: Path) -> None:
    with shop([]) as (url, told), running_bank(tmp_path, webhook_urls={"SVETDEMO": url}) as bank:
        client = client_of(bank)
        assert bank.callbacks({"lost": "1"}) == ""
        paid(bank, client)
        assert bank.callbacks({"copies": "3", "late": "0.2"}) == ""
        second = paid(bank, client, "two")
        wait_for(told, 9)
        assert {each["PaymentId"] for each in told} == {int(second)}
        assert bank.callbacks({"copies": "x"}) != ""


def test_a_callback_comes_after_the_one_behind_it_by_order(tmp_path: Path) -> None:
    with shop([]) as (url, told), running_bank(tmp_path, webhook_urls={"SVETDEMO": url}) as bank:
        client = client_of(bank)
        assert bank.callbacks({"swapped": "1"}) == ""
        first = paid(bank, client)
        second = paid(bank, client, "two")
        wait_for(told, 6)
        order = [str(each["PaymentId"]) for each in told]
        assert order.index(second) < order.index(first)
        assert set(order) == {first, second}


def test_an_order_paid_twice_has_two_paid_payments(bank: RunningBank, client: AcquiringClient) -> None:
    assert bank.pay_twice(paid(bank, client)) == ""
    assert [each.status for each in client.check_order("one").payments] == ["CONFIRMED", "CONFIRMED"]
    assert bank.pay_twice("0000000000") != ""


def test_a_receipt_is_told_with_its_numbers_to_who_gave_its_lines(tmp_path: Path) -> None:
    with shop([]) as (url, told), running_bank(tmp_path, webhook_urls={"SVETDEMO": url}) as bank:
        item = {"Name": "Свет", "Price": 335_38, "Quantity": 1, "Amount": 335_38, "Tax": "vat22"}
        receipt = {"Email": "anna@example.ru", "Taxation": "osn", "Items": [item]}
        page = call(bank, "Init", Amount=335_38, OrderId="one", Receipt=receipt)
        bank.type_card(page["PaymentURL"])
        wait_for(told, 3)
        (made,) = [each for each in told if each["Status"] == "RECEIPT"]
    assert verify_notification(made, "test_tbank")
    assert (made["Type"], made["Amount"], made["FnNumber"]) == ("Income", 335_38, "9960440300000001")
