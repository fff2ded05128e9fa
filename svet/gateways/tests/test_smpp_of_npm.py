"""The SMPP adapter against a centre nobody here wrote (npm's ``smpp``), over a socket."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from svet.gateways.failures import Temporary
from svet.gateways.sms.address import SmsAddress
from svet.gateways.sms.port import DeliveryReceipt, Incoming
from svet.gateways.sms.smpp import SmppSms
from tests.smsc_of_npm import Centre, centre

ANNA = "+79117178512"
GREETING = "Показания: день 1200, ночь 300; " * 3


@pytest.fixture(scope="module")
def npm() -> Iterator[Centre]:
    with centre() as running:
        yield running


@pytest.fixture(scope="module")
def gateway(npm: Centre) -> Iterator[SmppSms]:
    made = SmppSms(address=SmsAddress.parse(npm.url))
    yield made
    made.close()


def until(reached: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while not reached() and time.monotonic() < deadline:
        time.sleep(0.02)
    return reached()


def taken(npm: Centre) -> dict[str, object]:
    """What the centre took next; binds are passed over."""
    while True:
        said = npm.read()
        if "text" in said:
            return said


def test_cyrillic_arrives_and_its_receipt_is_recognised_though_hex_became_decimal(
    npm: Centre, gateway: SmppSms
) -> None:
    reference = gateway.send(to=ANNA, text="Привет, «Свет» — ₽", message_id="m1")
    said = taken(npm)
    assert (said["to"], said["text"], said["coding"]) == ("79117178512", "Привет, «Свет» — ₽", 8)
    found: list[DeliveryReceipt] = []

    def reported() -> bool:
        found.extend(gateway.receipts())
        return bool(found)

    assert until(reported)
    assert found[0].delivered
    assert found[0].reference != reference
    assert reference in found[0].spellings


def test_a_long_text_arrives_in_parts_with_headers(npm: Centre, gateway: SmppSms) -> None:
    text = "я" * 100 + "б" * 100
    gateway.send(to=ANNA, text=text, message_id="m2")
    parts = [taken(npm) for _ in range(3)]
    assert "".join(str(part["text"]) for part in parts) == text
    headers = [part["udh"] for part in parts]
    assert [header[-2:] for header in headers if isinstance(header, list)] == [[3, 1], [3, 2], [3, 3]]


@pytest.mark.parametrize(
    ("number", "word"), [("+79110000058", "ESME_RTHROTTLED"), ("+79110000014", "ESME_RMSGQFUL")]
)
def test_both_words_for_too_much_make_us_back_off(gateway: SmppSms, number: str, word: str) -> None:
    with pytest.raises(Temporary) as full:
        gateway.send(to=number, text="x", message_id="m3")
    assert full.value.code == word
    with pytest.raises(Temporary, match="backing off"):
        gateway.send(to=number, text="x", message_id="m3")
    time.sleep(1.05)
    gateway.send(to=number, text="x", message_id="m3")


def test_a_link_cut_in_the_middle_comes_back(npm: Centre, gateway: SmppSms) -> None:
    gateway.send(to="+79110000099", text="x", message_id="m4")  # the centre takes it, then drops the socket

    def sent() -> bool:
        try:
            gateway.send(to=ANNA, text="после обрыва", message_id="m5")
        except Temporary:
            return False
        return True

    assert until(sent)
    assert until(lambda: taken(npm)["text"] == "после обрыва")


def test_a_persons_text_is_heard_and_answered() -> None:
    heard: list[Incoming] = []
    with centre(greeting=GREETING) as npm:
        gateway = SmppSms(address=SmsAddress.parse(npm.url))
        gateway.listen(heard.append)
        assert until(lambda: bool(heard))
        gateway.close()
    assert heard == [Incoming(ANNA, GREETING)]
