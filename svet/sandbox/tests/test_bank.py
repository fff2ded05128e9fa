"""The bank is faithful: the vendor's own SDK drives it over a socket; its page does what it promises."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import httpx
import pytest
from yookassa import Configuration, Payment, PaymentMethod, Receipt, Refund, SbpBanks
from yookassa.domain.exceptions import BadRequestError, NotFoundError, UnauthorizedError

from svet.sandbox.world import cards
from svet.sandbox.world.http import HttpServer
from tests.bank import BROWSER, RunningBank, running_bank

REQUEST: dict[str, Any] = {
    "amount": {"value": "300.00", "currency": "RUB"},
    "capture": True,
    "confirmation": {"type": "redirect", "return_url": "http://127.0.0.1:1/back/"},
    "description": "Заказ № 1",
    "metadata": {"order_id": "one"},
}


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[RunningBank]:
    with running_bank(tmp_path) as running:
        Configuration.configure("100501", "test_ordinary", api_url=running.api)
        yield running


def test_the_official_sdk_pays_and_refunds(bank: RunningBank) -> None:
    payment = Payment.create(REQUEST, "key-1")
    assert payment.status == "pending"
    assert payment.test is True
    assert bank.type_card(payment.confirmation.confirmation_url).status_code == 303
    paid = Payment.find_one(payment.id)
    assert (paid.status, paid.paid, str(paid.amount.value)) == ("succeeded", True, "300.00")
    assert paid.payment_method.card.last4 == "2987"
    assert paid.metadata["order_id"] == "one"
    refund = Refund.create({"payment_id": payment.id, "amount": REQUEST["amount"]}, "key-2")
    assert refund.status == "succeeded"
    assert str(Payment.find_one(payment.id).refunded_amount.value) == "300.00"


def test_the_official_sdk_understands_our_errors(bank: RunningBank) -> None:
    Payment.create(REQUEST, "key-1")
    assert Payment.create(REQUEST, "key-1").id == Payment.create(REQUEST, "key-1").id
    with pytest.raises(BadRequestError):
        Payment.create(REQUEST | {"description": "another"}, "key-1")
    with pytest.raises(NotFoundError):
        Payment.find_one("00000000-0000-0000-0000-000000000000")
    with pytest.raises(BadRequestError):
        Refund.create({"payment_id": Payment.create(REQUEST, "key-3").id, "amount": REQUEST["amount"]}, "k")
    Configuration.configure("100501", "wrong", api_url=bank.api)
    with pytest.raises(UnauthorizedError):
        Payment.create(REQUEST, "key-4")


def test_the_official_sdk_captures_and_cancels_what_was_held(bank: RunningBank) -> None:
    held = Payment.create(REQUEST | {"capture": False}, "key-1")
    bank.type_card(held.confirmation.confirmation_url)
    assert Payment.find_one(held.id).status == "waiting_for_capture"
    assert Payment.capture(held.id, None, "key-2").status == "succeeded"
    given_up = Payment.create(REQUEST | {"capture": False}, "key-3")
    bank.type_card(given_up.confirmation.confirmation_url)
    assert Payment.cancel(given_up.id, "key-4").cancellation_details.reason == "canceled_by_merchant"


def test_the_official_sdk_captures_a_part_and_the_rest_is_released(bank: RunningBank) -> None:
    held = Payment.create(REQUEST | {"capture": False}, "key-1")
    bank.type_card(held.confirmation.confirmation_url)
    whole = str(held.amount.value)
    with pytest.raises(BadRequestError):
        Payment.capture(held.id, {"amount": roubles("999999.99")}, "key-above")
    assert Payment.find_one(held.id).status == "waiting_for_capture"
    part = {"amount": roubles("100.00")}
    assert str(Payment.capture(held.id, part, "key-2").amount.value) == "100.00"
    # Told again, and asked for more: what is taken is taken.
    assert str(Payment.capture(held.id, part, "key-2").amount.value) == "100.00"
    assert str(Payment.capture(held.id, {"amount": roubles(whole)}, "key-3").amount.value) == "100.00"
    with pytest.raises(BadRequestError):
        Refund.create({"payment_id": held.id, "amount": roubles("100.01")}, "r1")
    Refund.create({"payment_id": held.id, "amount": roubles("100.00")}, "r2")


def paid_payment(bank: RunningBank, key: str) -> Any:
    payment = Payment.create(REQUEST, key)
    bank.type_card(payment.confirmation.confirmation_url)
    return payment


def roubles(value: str) -> dict[str, str]:
    return {"value": value, "currency": "RUB"}


def test_the_official_sdk_refunds_in_parts_and_never_above_the_rest(bank: RunningBank) -> None:
    payment = paid_payment(bank, "key-1")
    for key, part in (("r1", "100.00"), ("r2", "50.50"), ("r1", "100.00")):
        Refund.create({"payment_id": payment.id, "amount": roubles(part)}, key)
    assert str(Payment.find_one(payment.id).refunded_amount.value) == "150.50"
    with pytest.raises(BadRequestError):
        Refund.create({"payment_id": payment.id, "amount": roubles("149.51")}, "r3")
    Refund.create({"payment_id": payment.id, "amount": roubles("149.50")}, "r4")
    assert str(Payment.find_one(payment.id).refunded_amount.value) == "300.00"


def test_the_official_sdk_lists_refunds_by_payment_and_by_pages(bank: RunningBank) -> None:
    one, other = paid_payment(bank, "key-1"), paid_payment(bank, "key-2")
    made = [
        Refund.create({"payment_id": payment.id, "amount": roubles("10.00")}, f"r{number}").id
        for number, payment in enumerate([one, one, other, one])
    ]
    of_one = Refund.list({"payment_id": one.id})
    assert {refund.id for refund in of_one.items} == {made[0], made[1], made[3]}
    assert {refund.payment_id for refund in of_one.items} == {one.id}
    found, cursor = [], None
    for _ in range(3):
        page = Refund.list({"limit": 2} | ({"cursor": cursor} if cursor else {}))
        found += [refund.id for refund in page.items]
        cursor = page.next_cursor
        if not cursor:
            break
    assert sorted(found) == sorted(made)
    assert len(Refund.list({"created_at.gte": "2020-01-01T00:00:00.000Z"}).items) == 4
    assert not Refund.list({"created_at.gte": "2999-01-01T00:00:00.000Z"}).items
    with pytest.raises(BadRequestError):
        Refund.list({"limit": 101})
    with pytest.raises(BadRequestError):
        Refund.list({"cursor": "nowhere"})
    payments = Payment.list({"limit": 1})
    assert len(payments.items) == 1
    assert len(Payment.list({"limit": 1, "cursor": payments.next_cursor}).items) == 1


def test_a_clerk_of_the_bank_gives_back_and_the_refund_outlives_a_restart(tmp_path: Path) -> None:
    with running_bank(tmp_path) as bank:
        Configuration.configure("100501", "test_ordinary", api_url=bank.api)
        payment = paid_payment(bank, "key-1")
        assert bank.give_back(payment.id, "100.00") == ""
        assert bank.give_back(payment.id, "200.01") != ""
        assert bank.give_back("nothing", "") != ""
    with running_bank(tmp_path) as bank:
        Configuration.configure("100501", "test_ordinary", api_url=bank.api)
        assert str(Payment.find_one(payment.id).refunded_amount.value) == "100.00"
        assert bank.give_back(payment.id, "") == ""
        assert [str(refund.amount.value) for refund in Refund.list({}).items] == ["200.00", "100.00"]


def test_the_official_sdk_saves_a_card_and_charges_it_without_the_person(bank: RunningBank) -> None:
    first = Payment.create(REQUEST | {"save_payment_method": True}, "key-1")
    bank.type_card(first.confirmation.confirmation_url)
    method = Payment.find_one(first.id).payment_method
    assert (method.saved, method.card.last4) == (True, "2987")
    charge = {name: REQUEST[name] for name in ("amount", "capture", "metadata")}
    again = Payment.create(charge | {"payment_method_id": method.id}, "key-2")
    assert (again.status, again.confirmation, again.payment_method.id) == ("succeeded", None, method.id)
    assert Payment.create(charge | {"payment_method_id": method.id}, "key-2").id == again.id
    unsaved = Payment.create(REQUEST, "key-3")
    bank.type_card(unsaved.confirmation.confirmation_url)
    assert Payment.find_one(unsaved.id).payment_method.saved is False
    with pytest.raises(BadRequestError):
        Payment.create(charge | {"payment_method_id": unsaved.id}, "key-4")


def test_a_revoked_card_is_refused_with_the_vendors_reason(bank: RunningBank) -> None:
    first = Payment.create(REQUEST | {"save_payment_method": True}, "key-1")
    bank.type_card(first.confirmation.confirmation_url, number="2200 0000 0000 0087")
    charge = {name: REQUEST[name] for name in ("amount", "capture")}
    again = Payment.create(charge | {"payment_method_id": first.id}, "key-2")
    assert (again.status, again.cancellation_details.reason) == ("canceled", "permission_revoked")


def post(
    bank: RunningBank, body: Any, *, shop: str = "100501:test_ordinary", key: str = "k"
) -> httpx.Response:
    login, _, secret = shop.partition(":")
    headers = {"Idempotence-Key": key} if key else {}
    return BROWSER.post(f"{bank.api}/payments", json=body, headers=headers, auth=(login, secret))


@pytest.mark.parametrize(
    ("changes", "parameter"),
    [
        ({"amount": {"value": 300, "currency": "RUB"}}, "amount.value"),
        ({"amount": {"value": "0.50", "currency": "RUB"}}, "amount.value"),
        ({"amount": {"value": "300.00", "currency": "USD"}}, "amount.currency"),
        ({"confirmation": {"type": "redirect"}}, "confirmation.return_url"),
        ({"metadata": {"a": 1}}, "metadata.a"),
        ({"receipt": {"items": []}}, "receipt.items"),
        ({"payment_order": {"type": "utilities"}}, "payment_order.amount"),
    ],
)
def test_wrong_requests_get_the_vendors_error(
    bank: RunningBank, changes: dict[str, Any], parameter: str
) -> None:
    answer = post(bank, REQUEST | changes)
    assert answer.status_code == 400
    body = answer.json()
    assert (body["type"], body["code"], body["parameter"]) == ("error", "invalid_request", parameter)
    assert set(body) == {"type", "id", "code", "description", "parameter"}


def test_a_utility_shop_must_send_a_payment_order_and_every_write_a_key(bank: RunningBank) -> None:
    assert post(bank, REQUEST, shop="100500:test_sandbox").json()["parameter"] == "payment_order"
    assert post(bank, REQUEST, key="").json()["parameter"] == "Idempotence-Key"
    assert post(bank, REQUEST, key="k" * 65).json()["parameter"] == "Idempotence-Key"


def test_the_page_names_itself_a_test_and_says_what_is_wrong(bank: RunningBank) -> None:
    page = post(bank, REQUEST).json()["confirmation"]["confirmation_url"]
    shown = BROWSER.get(page)
    assert "Испытательный банк" in shown.text
    assert "300,00" in shown.text
    for odd in ({"number": "4000000000000000"}, {"expiry": "99/99"}, {"csc": "12"}, {"csc": "<b>"}):
        answer = bank.type_card(page, **odd)
        assert answer.status_code == 422
        assert "<b>" not in answer.text
    assert bank.events() == ["payment.created"]


def test_a_strange_page_is_not_found(bank: RunningBank) -> None:
    for path in ("/card/x", "/card/00000000-0000-0000-0000-000000000000", "/", "/v4/payments"):
        assert BROWSER.get(f"http://127.0.0.1:{bank.port}{path}").status_code == 404


@pytest.mark.parametrize(("code", "status"), [("1234", "succeeded"), ("0000", "canceled")])
def test_the_code_of_three_d_secure_decides(bank: RunningBank, code: str, status: str) -> None:
    payment = post(bank, REQUEST).json()
    page = payment["confirmation"]["confirmation_url"]
    asked = bank.type_card(page, number="5555 5555 5555 4477")
    assert "Код из СМС" in asked.text
    BROWSER.post(f"{page}/3ds", data={"number": "5555555555554477", "code": code})
    assert Payment.find_one(payment["id"]).status == status


def test_sbp_and_giving_up_work_too(bank: RunningBank) -> None:
    one = post(bank, REQUEST).json()
    BROWSER.post(one["confirmation"]["confirmation_url"], data={"method": "sbp"})
    assert Payment.find_one(one["id"]).payment_method.type == "sbp"
    two = post(bank, REQUEST, key="k2").json()
    BROWSER.post(f"{two['confirmation']['confirmation_url']}/cancel")
    assert Payment.find_one(two["id"]).status == "canceled"


def test_the_official_sdk_binds_an_account_without_a_payment_and_charges_it(bank: RunningBank) -> None:
    asked = {
        "type": "sbp",
        "confirmation": {"type": "redirect", "return_url": "http://127.0.0.1:1/back/"},
        "metadata": {"binding_id": "one"},
    }
    method = PaymentMethod.create(asked, "bind-1")
    assert (method.status, method.type, method.saved) == ("pending", "sbp", False)
    assert (method.holder.account_id, method.metadata["binding_id"]) == ("100501", "one")
    assert PaymentMethod.create(asked, "bind-1").id == method.id
    charge = REQUEST | {"payment_method_id": method.id}
    with pytest.raises(BadRequestError):
        Payment.create(charge, "too-early")
    page = method.confirmation.confirmation_url
    assert "Разрешить списания?" in BROWSER.get(page).text
    assert BROWSER.post(page, data={"bank": "100000000002"}).headers["location"] == "http://127.0.0.1:1/back/"
    assert BROWSER.post(f"{page}/cancel").status_code == 303
    bound = PaymentMethod.find_one(method.id)
    assert (bound.status, bound.saved) == ("active", True)
    names = {one.bank_id: one.name for one in SbpBanks.list().items}
    assert names[bound.payer_bank_details["bank_id"]] == "Банк «Образец»"
    paid = Payment.create(charge, "key-1")
    assert (paid.status, paid.payment_method.type, paid.payment_method.id) == ("succeeded", "sbp", method.id)
    Configuration.configure("100502", "test_second", api_url=bank.api)
    with pytest.raises(NotFoundError):
        PaymentMethod.find_one(method.id)


def test_a_refused_binding_and_one_nobody_came_to_are_inactive(tmp_path: Path) -> None:
    now = [datetime(2026, 11, 22, 9, 0, tzinfo=UTC)]
    asked = {"type": "sbp", "confirmation": {"type": "redirect", "return_url": "http://127.0.0.1:1/back/"}}
    with running_bank(tmp_path, clock=lambda: now[0]) as bank:
        Configuration.configure("100501", "test_ordinary", api_url=bank.api)
        refused, left = PaymentMethod.create(asked, "one"), PaymentMethod.create(asked, "two")
        BROWSER.post(f"{refused.confirmation.confirmation_url}/cancel")
        assert PaymentMethod.find_one(refused.id).status == "inactive"
        now[0] += timedelta(minutes=61)
        assert PaymentMethod.find_one(left.id).status == "inactive"
        assert "Счёт не привязан" in BROWSER.get(left.confirmation.confirmation_url).text
        with pytest.raises(BadRequestError):
            PaymentMethod.create(asked | {"type": "bank_card"}, "three")


def test_what_is_decided_stays_decided(bank: RunningBank) -> None:
    payment = post(bank, REQUEST).json()
    page = payment["confirmation"]["confirmation_url"]
    bank.type_card(page, number="5555555555554626")
    bank.type_card(page)
    assert Payment.find_one(payment["id"]).status == "canceled"
    assert "Платёж отменён" in BROWSER.get(page).text


def test_the_bank_remembers_after_a_restart(tmp_path: Path) -> None:
    with running_bank(tmp_path) as bank:
        payment = post(bank, REQUEST).json()
        bank.type_card(payment["confirmation"]["confirmation_url"])
    with running_bank(tmp_path) as bank:
        assert post(bank, REQUEST).json()["id"] == payment["id"]
        Configuration.configure("100501", "test_ordinary", api_url=bank.api)
        assert Payment.find_one(payment["id"]).status == "succeeded"


def test_the_shop_is_told_until_it_answers_200(tmp_path: Path) -> None:
    heard: list[dict[str, Any]] = []
    told_twice = threading.Event()

    def shop(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        length = int(environ["CONTENT_LENGTH"])
        heard.append(json.loads(environ["wsgi.input"].read(length)))
        if len(heard) >= 2:
            told_twice.set()
        start_response("500 Oops" if len(heard) == 1 else "200 OK", [("Content-Length", "0")])
        return [b""]

    server = HttpServer(host="127.0.0.1", port=0, application=shop)
    server.start()
    url = f"http://127.0.0.1:{server.port}/callbacks/yookassa/"
    with running_bank(tmp_path, webhook_url=url) as bank:
        payment = post(bank, REQUEST).json()
        bank.type_card(payment["confirmation"]["confirmation_url"])
        assert told_twice.wait(10)
        time.sleep(0.1)
    server.stop()
    assert len(heard) == 2
    assert heard[1]["event"] == "payment.succeeded"
    assert heard[1]["object"]["id"] == payment["id"]
    assert heard[0] == heard[1]


def test_the_shop_is_told_of_a_refund_also_after_a_restart(tmp_path: Path) -> None:
    heard: list[dict[str, Any]] = []
    told = threading.Event()

    def shop(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        heard.append(json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))))
        if heard[-1]["event"] == "refund.succeeded":
            told.set()
        start_response("200 OK", [("Content-Length", "0")])
        return [b""]

    with running_bank(tmp_path) as bank:
        Configuration.configure("100501", "test_ordinary", api_url=bank.api)
        payment = paid_payment(bank, "key-1")
        bank.give_back(payment.id, "100.00")
    server = HttpServer(host="127.0.0.1", port=0, application=shop)
    server.start()
    with running_bank(tmp_path, webhook_url=f"http://127.0.0.1:{server.port}/"):
        assert told.wait(10)
    server.stop()
    thing = next(message["object"] for message in heard if message["event"] == "refund.succeeded")
    assert (thing["payment_id"], thing["amount"]["value"]) == (payment.id, "100.00")


def test_every_card_is_listed_with_its_number() -> None:
    assert len({card.number for card in cards.CARDS}) == len(cards.CARDS)
    assert all(len(card.number) == 16 for card in cards.CARDS)
    assert cards.find("2202 4743 0132 2987") is cards.CARDS[0]


def test_the_official_sdk_finds_the_receipt_of_a_payment(bank: RunningBank) -> None:
    item = {
        "description": "Электроэнергия", "amount": REQUEST["amount"], "quantity": "1.00", "vat_code": 11,
        "payment_mode": "full_payment", "payment_subject": "service",
    }  # fmt: skip
    receipt = {"customer": {"email": "anna@example.ru"}, "items": [item]}
    payment = Payment.create(REQUEST | {"receipt": receipt}, "key-r")
    assert not Receipt.list({"payment_id": payment.id}).items
    bank.type_card(payment.confirmation.confirmation_url)
    (made,) = Receipt.list({"payment_id": payment.id}).items
    assert (made.type, made.status, made.payment_id) == ("payment", "succeeded", payment.id)
    assert made.fiscal_document_number.isdigit()
    assert made.fiscal_attribute.isdigit()
    assert made.fiscal_storage_number == "9960440300000001"
    assert Receipt.find_one(made.id).fiscal_document_number == made.fiscal_document_number
    with pytest.raises(NotFoundError):
        Receipt.find_one("rt_nobody")
