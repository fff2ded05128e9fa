"""What the bank says is only a reason to ask the bank."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from svet.gateways import acquiring
from svet.kernel.money import Money
from svet.ledger.models import Transaction
from svet.notices.models import Delivery, Notice
from svet.payments import operations, queries
from svet.payments.models import Callback, Order
from svet.payments.rules.states import OrderState
from svet.payments.tests.factories import NOW, Family, StubBank, credited, make_family, make_order, paid_back
from tests.jobs import run_jobs

URL = "/callbacks/yookassa/"


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch) -> StubBank:
    stub = StubBank()
    monkeypatch.setattr(acquiring, "gateway", lambda: stub)
    return stub


@pytest.fixture
def family(db: None) -> Family:
    return make_family()


@pytest.fixture
def order(family: Family, bank: StubBank) -> Order:
    made = make_order(person=family.anna, lines=[(family.first, 300_00)])
    return operations.send_to_bank(order_id=made.pk, now=NOW)


def news(order: Order, **changes: Any) -> bytes:
    thing = {
        "id": f"ref-{order.public_id}",
        "status": "succeeded",
        "amount": {"value": "300.00", "currency": "RUB"},
        "recipient": {"account_id": "100500", "gateway_id": "1"},
        "metadata": {"order_id": order.public_id},
    }
    body = {"type": "notification", "event": "payment.succeeded", "object": thing | changes}
    return json.dumps(body).encode()


def send(raw: bytes, *, content_type: str = "application/json", **extra: Any) -> int:
    return Client().post(URL, raw, content_type=content_type, **extra).status_code


def test_a_callback_credits_through_the_bank_and_keeps_its_body(order: Order, bank: StubBank) -> None:
    bank.pay(order)
    raw = news(order)
    assert send(raw) == 200
    assert bytes(Callback.objects.get().raw) == raw
    assert credited(order) == Money(0)
    run_jobs(queue="payments")
    assert credited(order) == Money(300_00)


def test_a_hundred_callbacks_credit_once(order: Order, bank: StubBank) -> None:
    bank.pay(order)
    assert {send(news(order)) for _ in range(100)} == {200}
    run_jobs(queue="payments")
    assert Transaction.objects.filter(key=order.ledger_key).count() == 1
    assert Delivery.objects.filter(event="receipt").count() == 1
    assert Callback.objects.count() == 100


def test_a_forged_success_is_not_believed(order: Order, bank: StubBank) -> None:
    assert send(news(order)) == 200
    run_jobs(queue="payments")
    assert credited(order) == Money(0)
    assert Order.objects.get().state == OrderState.WAITING


def test_the_amount_in_the_body_means_nothing(order: Order, bank: StubBank) -> None:
    bank.pay(order)
    assert send(news(order, amount={"value": "1.00", "currency": "USD"})) == 200
    run_jobs(queue="payments")
    assert credited(order) == Money(300_00)


def test_more_money_than_ordered_goes_before_a_person(order: Order, bank: StubBank) -> None:
    bank.pay(order, amount=Money(300_01))
    assert send(news(order)) == 200
    run_jobs(queue="payments")
    assert Order.objects.get().state == OrderState.REVIEW
    assert credited(order) == Money(0)


def test_a_stranger_is_refused_and_remembered(order: Order, bank: StubBank) -> None:
    bank.pay(order)
    assert send(news(order), REMOTE_ADDR="203.0.113.9") == 403
    assert send(news(order), REMOTE_ADDR="203.0.113.9", HTTP_X_FORWARDED_FOR="127.0.0.1") == 403
    assert [row.outcome for row in Callback.objects.order_by("id")] == ["rejected", "rejected"]
    run_jobs(queue="payments")
    assert credited(order) == Money(0)


def test_another_shops_news_is_refused(order: Order) -> None:
    assert send(news(order, recipient={"account_id": "999", "gateway_id": "1"})) == 403


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a":',
        b"[" * 60_000,
        '{"event":"payment.succeeded","object":{"id":"x"}}'.encode("utf-16"),
    ],
    ids=lambda raw: repr(raw[:30]),
)
def test_what_is_no_json_is_kept_and_refused(raw: bytes, db: None, bank: StubBank) -> None:
    assert send(raw) == 400
    assert Callback.objects.get().outcome == "malformed"


@pytest.mark.parametrize(
    "raw",
    [
        b"null",
        b"[]",
        b'{"event":"payment.succeeded","event":"payment.canceled","object":{"id":"x"}}',
        b'{"event":"payment.succeeded","object":{"id":"../me"}}',
        b'{"event":"payment.succeeded","object":{"id":"a\\u0000b"}}',
        b'{"event":"root.shell","object":{"id":"x"}}',
        b'{"event":"payment.succeeded","object":"x"}',
    ],
    ids=lambda raw: repr(raw[:30]),
)
def test_any_other_message_of_the_bank_is_taken_and_waits_for_a_person(
    raw: bytes, db: None, bank: StubBank
) -> None:
    assert send(raw) == 200
    assert Callback.objects.get().outcome == "unknown"
    assert len(queries.open_callbacks()) == 1
    run_jobs(queue="payments")


def test_an_unknown_kind_about_an_order_of_ours_asks_the_bank(order: Order, bank: StubBank) -> None:
    bank.pay(order)
    raw = news(order).replace(b"payment.succeeded", b"payment.chargeback")
    assert send(raw) == 200
    view = queries.open_callbacks()[0]
    assert (view.event, view.order_number) == ("payment.chargeback", order.number)
    run_jobs(queue="payments")
    assert credited(order) == Money(300_00)


def refund_news(order: Order, **changes: Any) -> bytes:
    thing = {
        "id": "back-1",
        "payment_id": f"ref-{order.public_id}",
        "status": "succeeded",
        "amount": {"value": "300.00", "currency": "RUB"},
    }
    body = {"type": "notification", "event": "refund.succeeded", "object": thing | changes}
    return json.dumps(body).encode()


def test_a_refund_told_again_and_again_is_booked_once(order: Order, bank: StubBank) -> None:
    bank.pay(order)
    assert send(news(order)) == 200
    run_jobs(queue="payments")
    bank.give_back(order, 100_00)
    for _ in range(12):
        # What it says the sum is means nothing.
        assert send(refund_news(order, amount={"value": "999.00", "currency": "USD"})) == 200
    run_jobs(queue="payments")
    assert paid_back(order) == Money(100_00)
    assert Notice.objects.filter(event="payment_refunded").count() == 1


def test_a_forged_refund_takes_nothing_off(order: Order, bank: StubBank) -> None:
    bank.pay(order)
    send(news(order))
    assert send(refund_news(order)) == 200
    run_jobs(queue="payments")
    assert (credited(order), paid_back(order)) == (Money(300_00), Money(0))


def test_a_refund_of_an_unknown_payment_waits_for_a_person(order: Order, bank: StubBank) -> None:
    assert send(refund_news(order, payment_id="strange")) == 200
    view = queries.open_callbacks()[0]
    assert (view.event, view.bank_reference, view.money) == ("refund.succeeded", "strange", Money(300_00))


def test_too_long_and_wrongly_typed_bodies_are_refused(db: None, bank: StubBank) -> None:
    assert send(b"x" * 10_000_000) == 413
    assert send(b"a=1", content_type="application/x-www-form-urlencoded") == 415
    assert Client().get(URL).status_code == 405


def test_news_of_an_unknown_order_waits_for_reconciliation(order: Order, bank: StubBank) -> None:
    raw = news(order, id="ref-unknown", metadata={"order_id": "unknown"})
    assert send(raw) == 200
    assert Callback.objects.get().outcome == "unmatched"
    run_jobs(queue="payments")
    assert credited(order) == Money(0)


def test_news_may_come_before_the_banks_own_answer(family: Family, bank: StubBank) -> None:
    order = make_order(person=family.anna, lines=[(family.first, 300_00)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("svet.payments.operations.sending._answered", lambda order, **rest: order)
        operations.send_to_bank(order_id=order.pk, now=NOW)
    order.refresh_from_db()
    assert (order.state, order.bank_reference) == (OrderState.SENT, "")
    bank.pay(order)
    assert send(news(order)) == 200
    assert Callback.objects.get().order_id == order.pk
    operations.settle(order_id=order.pk, now=NOW + timedelta(seconds=5), by="test")
    assert credited(order) == Money(300_00)


def test_news_of_an_order_nobody_asks_about_any_more_waits_for_a_person(
    family: Family, bank: StubBank
) -> None:
    order = make_order(person=family.anna, lines=[(family.first, 300_00)])
    Order.objects.filter(pk=order.pk).update(state=OrderState.REVIEW)
    assert send(news(order)) == 200
    assert [one.kind for one in queries.open_callbacks()] == ["unmatched"]
