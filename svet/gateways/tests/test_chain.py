"""Two providers over real sockets: the second carries what the first cannot."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from svet.gateways import sms
from svet.gateways.failures import Permanent, Temporary
from svet.gateways.sms import chain
from svet.gateways.sms.chain import SmsChain, SmsRoute
from svet.gateways.sms.port import DeliveryReceipt, Take
from tests.world import World, world

ANNA = "+79117178512"


class Vendor:
    """A provider that does as it is told; ``carried`` is what reached the phone."""

    def __init__(self) -> None:
        self.carried: list[str] = []
        self.asked = 0
        self.failure: Exception | None = None
        self.slow = 0.0

    def send(self, *, to: str, text: str, message_id: str) -> str:
        self.asked += 1
        time.sleep(self.slow)
        if self.failure is not None:
            raise self.failure
        self.carried.append(message_id)
        return str(len(self.carried))

    def receipts(self) -> list[DeliveryReceipt]:
        return [DeliveryReceipt(str(number + 1), delivered=True) for number in range(len(self.carried))]

    def listen(self, take: Take) -> None:
        """Nobody writes."""

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def outer(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as running:
        yield running


def two() -> tuple[Vendor, Vendor, SmsChain]:
    first, second = Vendor(), Vendor()
    return first, second, SmsChain([SmsRoute("first", first), SmsRoute("second", second)])


def send(gateway: SmsChain, message_id: str = "m1") -> str:
    return gateway.send(to=ANNA, text="x", message_id=message_id)


def test_a_centre_that_is_away_is_replaced_over_sockets(outer: World, settings: Settings) -> None:
    settings.SMS_URL = "smpp://svet:sandbox@127.0.0.1:9"
    settings.SMS_FALLBACK_URL = outer.sms_url
    gateway = sms.gateway()
    assert send(gateway).startswith(f"127.0.0.1:{outer.smpp}/")
    assert len(outer.phone(ANNA)) == 1
    gateway.close()


def test_what_the_first_accepted_never_goes_to_the_second() -> None:
    first, second, gateway = two()
    assert send(gateway) == "first/1"
    assert (first.carried, second.asked) == (["m1"], 0)


def test_a_failing_provider_is_left_alone_for_a_while_and_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(chain, "_OPEN_SECONDS", 0.2)
    first, second, gateway = two()
    first.failure = Temporary("away")
    assert {send(gateway, f"m{number}")[:6] for number in range(6)} == {"second"}
    assert (first.asked, len(second.carried)) == (3, 6)
    time.sleep(0.21)
    first.failure = None
    assert send(gateway) == "first/1"


def test_a_slow_provider_counts_as_failing_but_its_message_is_not_doubled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(chain, "_SLOW_SECONDS", 0.01)
    first, second, gateway = two()
    first.slow = 0.02
    assert [send(gateway, f"m{number}") for number in range(4)] == [
        "first/1",
        "first/2",
        "first/3",
        "second/1",
    ]
    assert not set(first.carried) & set(second.carried)


def test_with_both_away_the_message_waits() -> None:
    first, second, gateway = two()
    first.failure = second.failure = Temporary("away")
    for _ in range(5):
        with pytest.raises(Temporary):
            send(gateway)
    assert first.asked == second.asked == 5  # every breaker open: somebody must still be asked


def test_a_refusal_of_both_is_final_and_opens_no_breaker() -> None:
    first, second, gateway = two()
    first.failure = second.failure = Permanent("wrong number")
    for _ in range(5):
        with pytest.raises(Permanent):
            send(gateway)
    assert not any(provider.is_open() for provider in gateway.providers)


def test_receipts_carry_the_providers_name_and_both_spellings_of_a_number() -> None:
    _, _, gateway = two()
    send(gateway)
    [receipt] = gateway.receipts()
    assert receipt.reference == "first/1"
    assert "first/0000007B" in DeliveryReceipt("first/123", delivered=True).spellings
    assert DeliveryReceipt("first/7B", delivered=True).spellings == ["first/7B"]
