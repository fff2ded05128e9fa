"""The bank speaks Sber's API faithfully: npm's ``sberbank-acquiring`` drives it over a socket.

What that client does not send (decline.do, a CVC, wrong fields, callbacks) is tried by the manual's tables:
securecardpayment.ru/wiki, integration:api:rest:requests:register, :getorderstatusextended,
:paymentorderbinding, integration:api:callback.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from svet.sandbox.world import sber_form
from svet.sandbox.world.http import HttpServer
from tests.bank import BROWSER, RunningBank, running_bank
from tests.sber_of_npm import SberClient, SberSaysNo

DECLINED = "5555555555554626"
PLACE = "/payment/rest/"


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[RunningBank]:
    with running_bank(tmp_path) as running:
        yield running


def client_of(bank: RunningBank, **details: str) -> SberClient:
    return SberClient(f"http://127.0.0.1:{bank.port}{PLACE}", **details)


def call(bank: RunningBank, verb: str, login: str = "svetdemo-api:test_sber", **fields: str) -> Any:
    name, _, password = login.partition(":")
    form = {"userName": name, "password": password, **fields}
    return BROWSER.post(f"http://127.0.0.1:{bank.port}{PLACE}{verb}.do", data=form).json()


def register(
    bank: RunningBank, number: str = "one", login: str = "svetdemo-api:test_sber", **fields: str
) -> Any:
    form = {"orderNumber": number, "amount": "33538", "returnUrl": "http://127.0.0.1:1/back/"}
    return call(bank, "register", login, **(form | fields))


def test_the_client_registers_pays_looks_and_gives_back_in_parts(bank: RunningBank) -> None:
    client = client_of(bank)
    made = client.call("register", "one", 335.38, "Оплата электроэнергии")
    assert client.call("status", made["orderId"]) == 0
    assert bank.type_card(made["formUrl"]).headers["location"] == "http://127.0.0.1:1/back/one/"
    told = client.call("get", None, "one")
    assert (told["orderStatus"], told["amount"], told["currency"]) == (2, 335_38, "643")
    assert told["attributes"] == [{"name": "mdOrder", "value": made["orderId"]}]
    client.call("refund", made["orderId"], 100)
    told = client.call("get", made["orderId"])
    sums = told["paymentAmountInfo"]
    assert (told["orderStatus"], sums["refundedAmount"], sums["depositedAmount"]) == (4, 100_00, 235_38)
    with pytest.raises(SberSaysNo) as refused:
        client.call("refund", made["orderId"], 236)
    assert refused.value.code == "7"


def test_a_number_is_taken_once_and_unknown_ones_are_told(bank: RunningBank) -> None:
    client = client_of(bank)
    client.call("register", "one", 335.38)
    with pytest.raises(SberSaysNo) as refused:
        client.call("register", "one", 335.38)
    assert refused.value.code == "1"
    assert client.call("status", None, "another") is None
    with pytest.raises(SberSaysNo) as denied:
        client_of(bank, password="wrong").call("register", "two", 1)
    assert denied.value.code == "5"


def test_the_client_pays_by_a_kept_card_lists_it_and_removes_it(bank: RunningBank) -> None:
    client = client_of(bank)
    first = client.call("register", "one", 335.38, "", {"clientId": "anna"})
    bank.type_card(first["formUrl"])
    told = client.call("get", first["orderId"])
    binding = told["bindingInfo"]["bindingId"]
    (listed,) = client.call("getBindings", "anna")["bindings"]
    assert (listed["bindingId"], listed["maskedPan"]) == (binding, "220247**2987")
    second = client.call("register", "two", 10, "", {"clientId": "anna"})
    client.call("paymentOrderBinding", second["orderId"], binding, "127.0.0.1")
    assert client.call("status", second["orderId"]) == 2
    with pytest.raises(SberSaysNo):
        client.call("paymentOrderBinding", second["orderId"], binding, "127.0.0.1")
    client.call("unBindCard", binding)
    third = client.call("register", "three", 10, "", {"clientId": "anna"})
    with pytest.raises(SberSaysNo) as gone:
        client.call("paymentOrderBinding", third["orderId"], binding, "127.0.0.1")
    assert gone.value.code == "2"


def test_a_contract_without_the_leave_wants_a_cvc_and_another_persons_card_is_nobodys(
    bank: RunningBank,
) -> None:
    login = "svetcvc-api:test_cvc"
    first = register(bank, login=login, clientId="anna")
    bank.type_card(first["formUrl"])
    binding = first["orderId"]
    second = register(bank, "two", login=login, clientId="anna")
    asked = {"mdOrder": second["orderId"], "bindingId": binding, "ip": "127.0.0.1"}
    assert call(bank, "paymentOrderBinding", login, **asked)["errorCode"] == "1"
    assert call(bank, "paymentOrderBinding", login, **asked, cvc="123")["errorCode"] == 0
    assert register(bank, "three", login=login, clientId="boris", bindingId=binding)["errorCode"] == "2"
    assert call(bank, "unBindCard", bindingId=binding)["errorCode"] == "2"


def test_a_declined_card_is_no_end_while_the_page_lives(bank: RunningBank) -> None:
    made = register(bank)
    assert bank.type_card(made["formUrl"], number=DECLINED).status_code == 422
    told = call(bank, "getOrderStatusExtended", orderId=made["orderId"])
    assert (told["orderStatus"], told["actionCode"]) == (0, 116)
    assert bank.type_card(made["formUrl"]).status_code == 303
    assert call(bank, "getOrderStatusExtended", orderNumber="one")["orderStatus"] == 2
    assert call(bank, "decline", orderId=made["orderId"])["errorCode"] == "5"


def test_a_page_ends_when_it_was_said_by_moscow_time(tmp_path: Path) -> None:
    now = [datetime(2026, 11, 22, 9, 0, tzinfo=UTC)]
    with running_bank(tmp_path, clock=lambda: now[0]) as bank:
        register(bank, expirationDate="2026-11-22T13:00:00")
        register(bank, "two")
        assert register(bank, "three", expirationDate="2026-11-22T11:59:59")["errorCode"] == "5"
        now[0] += timedelta(minutes=21)
        ended = call(bank, "getOrderStatusExtended", orderNumber="two")
        assert (ended["orderStatus"], ended["actionCode"]) == (6, -2007)
        assert call(bank, "getOrderStatusExtended", orderNumber="one")["orderStatus"] == 0
        now[0] += timedelta(minutes=40)
        assert call(bank, "getOrderStatusExtended", orderNumber="one")["orderStatus"] == 6


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"amount": ""}, "4"),
        ({"amount": "335.38"}, "5"),
        ({"amount": "0"}, "5"),
        ({"returnUrl": ""}, "4"),
        ({"orderNumber": "x" * 37}, "1"),
        ({"currency": "840"}, "3"),
        ({"description": "100 %"}, "5"),
    ],
)
def test_wrong_requests_get_the_manuals_codes(bank: RunningBank, fields: dict[str, str], code: str) -> None:
    assert register(bank, **fields)["errorCode"] == code


@contextmanager
def shop() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A shop that keeps what it was told, and says no to the first."""
    told: list[dict[str, str]] = []
    lock = threading.Lock()

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        raw = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        with lock:
            told.append(dict(parse_qsl(raw.decode())))
            status = "503 Busy" if len(told) == 1 else "200 OK"
        start_response(status, [("Content-Type", "text/plain")])
        return [b""]

    server = HttpServer(host="127.0.0.1", port=0, application=application)
    server.start()
    try:
        yield f"http://127.0.0.1:{server.port}/", told
    finally:
        server.stop()


def test_the_shop_is_told_until_it_says_200_and_can_check_who_tells(tmp_path: Path) -> None:
    with shop() as (url, told), running_bank(tmp_path, webhook_urls={"svetdemo-api": url}) as bank:
        made = register(bank)
        bank.type_card(made["formUrl"])
        wait_for(told, 2)
        assert bank.give_back(made["orderId"], "35.38") == ""
        wait_for(told, 3)
    assert [each["operation"] for each in told] == ["deposited", "deposited", "refunded"]
    for each in told:
        assert each["mdOrder"] == made["orderId"]
        signed = {name: value for name, value in each.items() if name != "checksum"}
        assert each["checksum"] == sber_form.checksum(signed, "test_callback")
        assert each["checksum"] != sber_form.checksum(signed | {"status": "0"}, "test_callback")


def wait_for(told: list[dict[str, str]], many: int) -> None:
    deadline = time.monotonic() + 10
    while len(told) < many and time.monotonic() < deadline:
        time.sleep(0.02)
    assert len(told) == many, told
