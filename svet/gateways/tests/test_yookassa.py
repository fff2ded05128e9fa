"""The adapter over a real socket: against the bank of the sandbox, and against banks that misbehave."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from svet.gateways.acquiring.port import (
    BankLine,
    BankOrder,
    BankReason,
    BankState,
    CallbackRefused,
    Payee,
)
from svet.gateways.acquiring.yookassa import YooKassa
from svet.gateways.failures import Permanent, Temporary
from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.sandbox.world.http import HttpServer
from tests.bank import RunningBank, running_bank

ORDER = BankOrder(
    key="order-1",
    order_id="0123456789abcdef",
    number="О-TEST-0001",
    total=Money(335_38),
    lines=(
        BankLine("0356067000", "Оплата электроэнергии, лицевой счёт 0356067000", Money(300_00)),
        BankLine("0356067001", "Оплата электроэнергии, лицевой счёт 0356067001", Money(35_38)),
    ),
    payee=Payee(
        "ООО «Пример»",
        "7450000001",
        "745000001",
        "Банк «Пример»",
        "047500001",
        "40702810000000000001",
        "30101810000000000001",
    ),
    period=Month(2026, 11),
    return_url="http://127.0.0.1/payment/orders/0123456789abcdef/",
    email="anna@example.ru",
)


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[RunningBank]:
    with running_bank(tmp_path) as running:
        yield running


@pytest.fixture
def gateway(bank: RunningBank) -> YooKassa:
    return YooKassa.from_url(bank.acquiring_url)


def test_a_payment_from_the_order_to_the_money(bank: RunningBank, gateway: YooKassa) -> None:
    page = gateway.create(order=ORDER)
    assert page.url.startswith(f"http://127.0.0.1:{bank.port}/card/")
    before = gateway.status(reference=page.reference)
    assert (before.state, before.amount, before.currency) == (BankState.PENDING, Money(335_38), "RUB")
    answer = bank.type_card(page.url)
    assert (answer.status_code, answer.headers["location"]) == (303, ORDER.return_url)
    after = gateway.status(reference=page.reference)
    assert (after.state, after.order_id, after.refunded) == (BankState.PAID, ORDER.order_id, Money(0))
    assert after.paid_at is not None
    assert "2987" in after.method


def test_the_same_key_never_makes_a_second_payment(bank: RunningBank, gateway: YooKassa) -> None:
    assert len({gateway.create(order=ORDER) for _ in range(5)}) == 1
    assert bank.events() == ["payment.created"]
    with pytest.raises(Permanent):
        gateway.create(order=replace(ORDER, return_url="http://127.0.0.1/elsewhere/"))


def test_a_repeat_after_the_money_came_still_tells_the_reference(
    bank: RunningBank, gateway: YooKassa
) -> None:
    page = gateway.create(order=ORDER)
    bank.type_card(page.url)
    again = gateway.create(order=ORDER)
    assert (again.reference, again.url) == (page.reference, "")


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("5555555555554626", BankReason.INSUFFICIENT_FUNDS),
        ("5555555555554600", BankReason.DECLINED),
        ("5555555555554592", BankReason.AUTHENTICATION_FAILED),
        ("5555555555554543", BankReason.CARD_PROBLEM),
        ("5555555555554642", BankReason.LIMIT),
        ("5555555555554527", BankReason.FRAUD),
        ("5555555555554576", BankReason.BANK_FAULT),
    ],
)
def test_declines_are_told_in_our_words(
    bank: RunningBank, gateway: YooKassa, number: str, reason: BankReason
) -> None:
    page = gateway.create(order=ORDER)
    bank.type_card(page.url, number=number)
    status = gateway.status(reference=page.reference)
    assert (status.state, status.reason) == (BankState.CANCELED, reason)


def test_refunds_are_given_once_and_never_above_the_payment(bank: RunningBank, gateway: YooKassa) -> None:
    page = gateway.create(order=ORDER)
    bank.type_card(page.url)
    one = gateway.refund(key="r1", reference=page.reference, amount=Money(100_00))
    assert one == gateway.refund(key="r1", reference=page.reference, amount=Money(100_00))
    assert gateway.status(reference=page.reference).refunded == Money(100_00)
    with pytest.raises(Permanent):
        gateway.refund(key="r2", reference=page.reference, amount=Money(235_39))


def test_the_list_of_refunds_is_read_to_its_end(
    bank: RunningBank, gateway: YooKassa, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("svet.gateways.acquiring.yookassa.PAGE", 2)
    page = gateway.create(order=ORDER)
    bank.type_card(page.url)
    for number in range(5):
        gateway.refund(key=f"r{number}", reference=page.reference, amount=Money(1_00 + number))
    found = gateway.refunds(reference=page.reference)
    assert sorted(refund.amount.kopecks for refund in found) == [100, 101, 102, 103, 104]
    assert {(refund.payment, refund.state, refund.currency) for refund in found} == {
        (page.reference, BankState.PAID, "RUB")
    }
    moment = found[0].at
    assert moment is not None
    assert len(gateway.refunds(since=moment - timedelta(days=1))) == 5
    assert gateway.refunds(since=moment + timedelta(days=1)) == ()
    monkeypatch.setattr("svet.gateways.acquiring.yookassa.MOST_PAGES", 2)
    with pytest.raises(Temporary):
        gateway.refunds(reference=page.reference)


def test_wrong_credentials_and_unknown_payments_are_permanent(bank: RunningBank, gateway: YooKassa) -> None:
    with pytest.raises(Permanent):
        replace(gateway, secret="wrong").create(order=ORDER)
    with pytest.raises(Permanent):
        gateway.status(reference="00000000-0000-0000-0000-000000000000")
    with pytest.raises(Permanent):
        gateway.status(reference="../me")


def test_an_order_without_requisites_is_refused_by_the_bank(gateway: YooKassa) -> None:
    with pytest.raises(Permanent):
        gateway.create(order=replace(ORDER, payee=replace(ORDER.payee, inn="")))


@contextmanager
def odd_bank(status: str, content: bytes) -> Iterator[YooKassa]:
    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response(status, [("Content-Length", str(len(content)))])
        return [content]

    server = HttpServer(host="127.0.0.1", port=0, application=application)
    server.start()
    try:
        yield YooKassa(f"http://127.0.0.1:{server.port}/v3", "100500", "test")
    finally:
        server.stop()


def payment(**changes: object) -> bytes:
    body = {
        "id": "x",
        "status": "succeeded",
        "amount": {"value": "335.38", "currency": "RUB"},
        "metadata": {"order_id": ORDER.order_id},
    }
    return json.dumps(body | changes).encode()


@pytest.mark.parametrize(
    ("status", "content"),
    [
        ("200 OK", b"<html>Welcome to the captive portal</html>"),
        ("200 OK", b""),
        ("200 OK", b"[]"),
        ("200 OK", b'{"type":"error","code":"processing"}'),
        ("200 OK", payment(amount=None)),
        ("200 OK", payment(amount={"value": 335.38, "currency": "RUB"})),
        ("200 OK", payment(amount={"value": 33538, "currency": "RUB"})),
        ("200 OK", payment(amount={"value": "NaN", "currency": "RUB"})),
        ("200 OK", payment(amount={"value": "335.385", "currency": "RUB"})),
        ("200 OK", payment(captured_at="yesterday")),
        ("202 Accepted", b'{"type":"processing","retry_after":1}'),
        ("429 Too Many Requests", b'{"type":"error","code":"too_many_requests"}'),
        ("500 Internal Server Error", b'{"type":"error","code":"internal_server_error"}'),
        ("502 Bad Gateway", b"<html>"),
        ("302 Found", b""),
    ],
)
def test_an_answer_nobody_understands_is_not_an_answer(status: str, content: bytes) -> None:
    with odd_bank(status, content) as gateway, pytest.raises(Temporary):
        gateway.status(reference="x")


def test_a_state_we_do_not_know_is_unknown() -> None:
    with odd_bank("200 OK", payment(status="teleported")) as gateway:
        assert gateway.status(reference="x").state is BankState.UNKNOWN


@contextmanager
def raw_bank(talk: Callable[[socket.socket], None]) -> Iterator[YooKassa]:
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            talk(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield YooKassa(f"http://127.0.0.1:{listener.getsockname()[1]}/v3", "100500", "test")
    finally:
        listener.close()
        thread.join(5)


def test_silence_a_cut_answer_and_a_closed_port_are_temporary() -> None:
    release = threading.Event()

    def silent(connection: socket.socket) -> None:
        release.wait(5)

    def cut(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{")

    with raw_bank(silent) as gateway:
        with pytest.raises(Temporary):
            gateway.create(order=ORDER, patience=0.2)
        with pytest.raises(Temporary) as left_alone:
            gateway.status(reference="x", patience=0.2)
        assert left_alone.value.code == "silent"
        release.set()
    with raw_bank(cut) as gateway, pytest.raises(Temporary):
        gateway.create(order=ORDER)
    with pytest.raises(Temporary):
        YooKassa("http://127.0.0.1:9", "100500", "test").create(order=ORDER)


def test_the_secret_is_not_in_the_repr(gateway: YooKassa) -> None:
    assert "test_sandbox" not in repr(gateway)


def test_the_address_says_whose_callbacks_are_believed() -> None:
    real = YooKassa.from_url("yookassa://1:key@api.yookassa.ru/v3")
    assert real.base == "https://api.yookassa.ru/v3"
    news = b'{"event":"payment.succeeded","object":{"id":"a-1"}}'
    assert real.read_callback(raw=news, address="185.71.76.3").reference == "a-1"
    assert real.read_callback(raw=news, address="::ffff:185.71.76.3").reference == "a-1"
    for stranger in ("127.0.0.1", "185.71.76.32", "", "nonsense"):
        with pytest.raises(CallbackRefused):
            real.read_callback(raw=news, address=stranger)
    own = YooKassa.from_url("yookassa://1:key@api.yookassa.ru/v3?callbacks=10.0.0.0/8")
    assert own.networks == ("10.0.0.0/8",)


def test_the_bank_says_itself_what_comes_to_our_account(bank: RunningBank, gateway: YooKassa) -> None:
    page = gateway.create(order=ORDER)
    assert gateway.status(reference=page.reference).income is None
    bank.type_card(page.url)
    # 0.9 % of 335,38 ₽ are 3,02 ₽.
    assert gateway.status(reference=page.reference).income == Money(335_38 - 3_02)


@pytest.mark.parametrize(
    "odd", [{"value": "335.39", "currency": "RUB"}, {"value": "1.00", "currency": "USD"}, 7]
)
def test_an_income_that_cannot_be_is_as_good_as_none(odd: object) -> None:
    with odd_bank("200 OK", payment(income_amount=odd)) as bank:
        assert bank.status(reference="x").income is None


def test_the_list_of_payments_is_of_taken_money_only_and_read_to_its_end(
    bank: RunningBank, gateway: YooKassa, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("svet.gateways.acquiring.yookassa.PAGE", 2)
    taken = set()
    for number in range(5):
        page = gateway.create(order=replace(ORDER, key=f"list-{number}"))
        bank.type_card(page.url)
        taken.add(page.reference)
    refused = gateway.create(order=replace(ORDER, key="list-refused"))
    bank.type_card(refused.url, number="5555555555554600")
    gateway.create(order=replace(ORDER, key="list-open"))
    moment = gateway.status(reference=page.reference).paid_at
    assert moment is not None
    day = timedelta(days=1)
    found = gateway.payments(since=moment - day, until=moment + day)
    assert {one.reference for one in found} == taken
    assert {(one.order_id, one.income) for one in found} == {(ORDER.order_id, Money(332_36))}
    assert gateway.payments(since=moment + day, until=moment + 2 * day) == ()
    assert gateway.payments(since=moment - 2 * day, until=moment - day) == ()
