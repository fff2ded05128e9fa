"""The SMPP adapter against real sockets: our emulator, and npm's ``smpp`` where it is at hand."""

from __future__ import annotations

import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from svet.gateways.failures import Permanent, Temporary
from svet.gateways.sms.address import SmsAddress
from svet.gateways.sms.port import DeliveryReceipt, Incoming
from svet.gateways.sms.smpp import SmppSms
from svet.sandbox.world import pdus
from tests.world import World, start_world, world

ANNA = "+79117178512"


@pytest.fixture
def outer(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as running:
        yield running


@pytest.fixture
def gateway(outer: World) -> Iterator[SmppSms]:
    made = SmppSms(address=SmsAddress.parse(outer.sms_url))
    yield made
    made.close()


def wait_for_receipts(gateway: SmppSms, count: int) -> list[DeliveryReceipt]:
    found: list[DeliveryReceipt] = []
    until = time.monotonic() + 5
    while len(found) < count and time.monotonic() < until:
        found.extend(gateway.receipts())
        time.sleep(0.02)
    return found


def test_a_message_arrives_and_its_receipt_comes_back(outer: World, gateway: SmppSms) -> None:
    reference = gateway.send(to=ANNA, text="Привет, «Свет» — ₽", message_id="m1")
    [message] = outer.phone(ANNA)
    assert message["text"] == "Привет, «Свет» — ₽"
    assert message["id"] == reference
    assert wait_for_receipts(gateway, 1) == [DeliveryReceipt(reference, delivered=True)]


def test_a_long_message_arrives_as_one(outer: World, gateway: SmppSms) -> None:
    text = "Очень длинное сообщение. " * 12
    gateway.send(to=ANNA, text=text, message_id="m1")
    [message] = outer.phone(ANNA)
    assert message["text"] == text
    assert message["parts"] == 5


def test_the_same_message_sent_twice_shows_itself(outer: World, gateway: SmppSms) -> None:
    for _ in range(2):
        gateway.send(to=ANNA, text="Привет", message_id="m1")
    gateway.send(to=ANNA, text="Привет", message_id="m2")
    assert [message["duplicate"] for message in outer.phone(ANNA)] == [False, True, False]


def test_a_wrong_number_is_final(gateway: SmppSms) -> None:
    with pytest.raises(Permanent) as refused:
        gateway.send(to="+79110000666", text="x", message_id="m1")
    assert refused.value.code == "ESME_RINVDSTADR"


def test_a_full_channel_makes_everybody_back_off(outer: World, gateway: SmppSms) -> None:
    with pytest.raises(Temporary) as throttled:
        gateway.send(to="+79110000058", text="x", message_id="m1")
    assert throttled.value.code == "ESME_RTHROTTLED"
    with pytest.raises(Temporary, match="backing off"):
        gateway.send(to=ANNA, text="x", message_id="m2")
    time.sleep(1.1)
    gateway.send(to=ANNA, text="x", message_id="m2")
    assert len(outer.phone(ANNA)) == 1


def test_an_undelivered_message_is_reported_so(gateway: SmppSms) -> None:
    reference = gateway.send(to="+79110000013", text="x", message_id="m1")
    [receipt] = wait_for_receipts(gateway, 1)
    assert receipt.reference == reference
    assert not receipt.delivered
    assert "UNDELIV" in receipt.reason


def test_a_centre_that_is_away_costs_a_bounded_wait() -> None:
    gateway = SmppSms(address=SmsAddress.parse("smpp://svet:sandbox@127.0.0.1:9"))
    begun = time.monotonic()
    for _ in range(2):
        with pytest.raises(Temporary):
            gateway.send(to=ANNA, text="x", message_id="m1")
    assert time.monotonic() - begun < 8
    gateway.close()


def test_a_wrong_password_is_temporary_and_says_no_connection(outer: World) -> None:
    gateway = SmppSms(address=SmsAddress.parse(f"smpp://svet:wrong@127.0.0.1:{outer.smpp}"))
    with pytest.raises(Temporary, match="no connection"):
        gateway.send(to=ANNA, text="x", message_id="m1")
    gateway.close()


def send_from_phone(outer: World, text: str, *, phone: str = ANNA) -> None:
    """The person types a text to the retailer on the sandbox's phone."""
    form = urlencode({"from": phone, "text": text}).encode()
    with urllib.request.urlopen(f"{outer.control_url}/control/sms/send", form, timeout=5) as answer:
        assert answer.status == 202


def wait_for(heard: list[Incoming], count: int) -> list[Incoming]:
    until = time.monotonic() + 10
    while len(heard) < count and time.monotonic() < until:
        time.sleep(0.02)
    return heard


def test_what_people_send_is_heard_in_order(outer: World, gateway: SmppSms) -> None:
    heard: list[Incoming] = []
    send_from_phone(outer, "Д 1200 Н 300")  # before anybody is bound: it waits
    gateway.listen(heard.append)
    assert wait_for(heard, 1) == [Incoming(ANNA, "Д 1200 Н 300")]
    send_from_phone(outer, "ДА")
    assert wait_for(heard, 2)[-1] == Incoming(ANNA, "ДА")
    assert gateway.send(to=ANNA, text="Показания приняты", message_id="m1")


def test_a_text_that_could_not_be_kept_comes_again(outer: World, gateway: SmppSms) -> None:
    heard: list[Incoming] = []

    def take(incoming: Incoming) -> None:
        heard.append(incoming)
        if len(heard) == 1:
            raise LookupError("the database is away")  # no error of a socket: the library alone would give up

    gateway.listen(take)
    send_from_phone(outer, "4036")
    assert wait_for(heard, 2) == [Incoming(ANNA, "4036")] * 2


@pytest.mark.chaos
def test_the_link_comes_back_after_the_centre_was_killed(tmp_path: Path) -> None:
    first = start_world(tmp_path)
    gateway = SmppSms(address=SmsAddress.parse(first.sms_url))
    gateway.send(to=ANNA, text="before", message_id="m1")
    first.kill()
    first.stop()
    with pytest.raises(Temporary):
        gateway.send(to=ANNA, text="during", message_id="m2")
    second = start_world(tmp_path, smpp=first.smpp)
    try:
        until = time.monotonic() + 15
        while True:
            try:
                gateway.send(to=ANNA, text="after", message_id="m3")
                break
            except Temporary:
                assert time.monotonic() < until, "the link never came back"
        assert [message["text"] for message in second.phone(ANNA)] == ["before", "after"]
    finally:
        gateway.close()
        second.stop()


def test_a_message_whose_caller_gave_up_is_not_sent_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """A centre that takes the bind and then says nothing: the time-out is ours, the message is dropped."""
    monkeypatch.setattr("svet.gateways.sms.smpp.ANSWER_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        gateway = SmppSms(
            address=SmsAddress.parse(f"smpp://svet:sandbox@127.0.0.1:{listener.getsockname()[1]}")
        )

        def silent_centre() -> None:
            link, _ = listener.accept()
            with link:
                _length, command, _status, sequence = pdus.HEADER.unpack(link.recv(16))
                link.recv(1024)
                link.sendall(pdus.frame(command | 0x80000000, 0, sequence, b"silent\0"))
                while link.recv(1024):
                    pass

        thread = threading.Thread(target=silent_centre, daemon=True)
        thread.start()
        with pytest.raises(Temporary) as silence:
            gateway.send(to=ANNA, text="x", message_id="m1")
        assert silence.value.code == "silence"
        gateway.close()
        thread.join(5)
