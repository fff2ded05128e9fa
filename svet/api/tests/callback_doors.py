"""Each bank's door for callbacks, for tests that knock at it: how the bank says things, and how it signs."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from django.test import Client

from svet.gateways.acquiring import VENDORS
from svet.gateways.acquiring.port import BankStatus, News
from svet.ledger.models import Posting
from svet.payments.models import Order
from svet.payments.tests.factories import StubBank
from svet.sandbox.world.sber_form import checksum
from svet.sandbox.world.tbank_form import token

JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"
STRANGER: Final = "203.0.113.9"
Said = dict[str, Any]


@dataclass(frozen=True)
class Door:
    """One bank's: ``words`` are its words for what happened, ``sign`` gives a message its signature."""

    code: str
    address: str
    secret: str
    content_type: str
    words: Mapping[str, str]
    write: Callable[[str, str, str], Said]
    sign: Callable[[Said, str], Said] | None = None
    #: What signs its callbacks.
    key: str = ""
    name_of: Callable[[str], str] = "ref-{}".format

    @property
    def url(self) -> str:
        return f"/callbacks/{self.code}/{self.code}/"

    def raw(self, said: Said) -> bytes:
        """A message as it travels."""
        return (json.dumps(said) if self.content_type == JSON else urlencode(said)).encode()


def _yookassa(reference: str, number: str, word: str) -> Said:
    thing = {
        "id": reference, "amount": {"value": "300.00", "currency": "RUB"},
        "recipient": {"account_id": "100500", "gateway_id": "1"}, "metadata": {"order_id": number},
    }  # fmt: skip
    return {"type": "notification", "event": word, "object": thing}


def _tbank(reference: str, number: str, word: str) -> Said:
    return {
        "TerminalKey": "SVETDEMO", "OrderId": number, "Success": True, "Status": word,
        "PaymentId": int(reference), "ErrorCode": "0", "Amount": 300_00,
    }  # fmt: skip


def _sber(reference: str, number: str, word: str) -> Said:
    return {"mdOrder": reference, "orderNumber": number, "operation": word, "status": "1"}


DOORS: Final = (
    Door(
        "yookassa", "yookassa+http://100500@127.0.0.1:9/v3", "test_sandbox", JSON,
        {
            "paid": "payment.succeeded", "held": "payment.waiting_for_capture", "back": "refund.succeeded",
            "declined": "payment.canceled", "reversed": "payment.canceled",
        },
        _yookassa,
    ),
    Door(
        "tbank", "tbank+http://SVETDEMO@127.0.0.1:9/v2", "test_tbank", JSON,
        {
            "paid": "CONFIRMED", "held": "AUTHORIZED", "back": "PARTIAL_REFUNDED", "declined": "REJECTED",
            "reversed": "REVERSED",
        },
        _tbank,
        sign=lambda said, key: said | {"Token": token(said, key)},
        key="test_tbank",
        name_of=lambda number: str(zlib.crc32(number.encode())),
    ),
    Door(
        "sber", "sber+http://svetdemo-api@127.0.0.1:9/payment/rest", "test_sber test_callback", FORM,
        {
            "paid": "deposited", "held": "approved", "back": "refunded", "declined": "declined",
            "reversed": "reversed",
        },
        _sber,
        sign=lambda said, key: said | {"checksum": checksum(said, key)},
        key="test_callback",
    ),
)  # fmt: skip


@dataclass
class DoorBank(StubBank):
    """A bank of a dictionary whose callbacks are read by the real reader of a vendor."""

    door: Door = field(default_factory=lambda: DOORS[0])

    def read_callback(self, *, raw: bytes, address: str) -> News:
        shop, at, place = self.door.address.partition("@")
        secret = self.door.secret.replace(" ", "%20")
        return VENDORS[self.door.code](f"{shop}:{secret}{at}{place}").read_callback(raw=raw, address=address)

    def found(self, *, order_id: str, patience: float = 1.0) -> tuple[BankStatus, ...]:
        return tuple(one for one in self.statuses.values() if one.order_id == order_id)


@dataclass
class Play:
    """An order of 300 roubles at a bank, and whoever knocks at that bank's door."""

    door: Door
    bank: DoorBank
    order: Order

    def said(self, what: str = "paid", *, reference: str = "", number: str = "", **other: Any) -> Said:
        """A message that is not signed yet."""
        named = reference or self.door.name_of(self.order.public_id)
        word = self.door.words[what]
        return self.door.write(named, number or self.order.public_id, word) | other

    def news(self, what: str = "paid", **names: Any) -> bytes:
        """A message as the bank sends it."""
        return self.signed(self.said(what, **names))

    def signed(self, said: Said, *, key: str = "", **uncovered: Any) -> bytes:
        """It with a signature by ``key`` (the bank's own), which does not cover ``uncovered``."""
        if self.door.sign is not None:
            said = self.door.sign(said, key or self.door.key)
        return self.door.raw(said | uncovered)

    def knock(self, *raws: bytes, expect: int = 200, content_type: str = "", **extra: Any) -> None:
        """Send each; by the answers alone no order changes and nothing is posted.

        What is a form comes as the query of a GET too: a contract has one of them.
        """
        for raw in raws:
            before = self._known()
            kind = content_type or self.door.content_type
            assert Client().post(self.door.url, raw, content_type=kind, **extra).status_code == expect
            if kind == FORM == self.door.content_type and len(raw) < 4_000:
                assert Client().get(f"{self.door.url}?{raw.decode()}", **extra).status_code == expect
            assert self._known() == before

    def again(self) -> Order:
        """The order as it stands now."""
        return Order.objects.get(pk=self.order.pk)

    def _known(self) -> object:
        orders = Order.objects.values_list(
            "pk", "state", "bank_reference", "taken_kopecks", "refunded_kopecks"
        )
        return (list(orders.order_by("pk")), Posting.objects.count())
