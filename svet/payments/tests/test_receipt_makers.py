"""Who makes the receipt of a payment is told truly: a bank that makes none is never said to (54-ФЗ)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from svet.cli.doctor.findings import Health
from svet.cli.doctor.office import look_at_receipts
from svet.gateways.acquiring import capabilities_at
from svet.kernel.actors import Actor
from svet.payments.models import Shop, ShopReceipts
from svet.payments.operations.receipts import choose_maker, maker_of, shops_without_receipts
from svet.payments.operations.shops import ShopRefused
from svet.payments.rules.receipts import ReceiptMaker
from svet.payments.rules.refusals import ShopReason
from svet.payments.tests.factories import NOW, Family, StubBank, make_order

BY = Actor.system("svet shop")
YOOKASSA = "yookassa+https://1@bank.example/v3"
TBANK = "tbank+https://1@bank.example/v2"
SBER = "sber+https://login@bank.example/payment/rest"


def add(code: str, address: str) -> Shop:
    return Shop.objects.create(code=code, name=code, address=address, secret="X", added_at=NOW)


@pytest.mark.parametrize(
    ("address", "makes"),
    [
        (YOOKASSA, True),
        (TBANK, True),
        (f"{TBANK}?receipts=no", False),
        (SBER, False),
        (f"{SBER}?cvc=no", False),
    ],
)
def test_each_bank_says_whether_it_makes_receipts(address: str, makes: bool) -> None:
    assert capabilities_at(address).makes_receipts is makes


def test_without_a_word_the_bank_makes_them_where_it_can_and_nobody_else(db: None, bank: StubBank) -> None:
    found = {code: maker_of(add(code, at)) for code, at in (("one", YOOKASSA), ("two", SBER))}
    assert found == {"one": ReceiptMaker.BANK, "two": ReceiptMaker.NOBODY}


def test_the_payment_keeps_what_is_true(family: Family, bank: StubBank, settings: Any) -> None:
    assert make_order(person=family.anna, lines=[(family.first, 35_38)]).receipts == ReceiptMaker.BANK
    bank.capabilities = capabilities_at(SBER)
    # A word of before the address of the settings was changed does not make it true.
    ShopReceipts.objects.create(shop=None, maker=ReceiptMaker.BANK.value)
    assert make_order(person=family.anna, lines=[(family.first, 35_38)]).receipts == ReceiptMaker.NOBODY


def test_the_bank_cannot_be_named_that_makes_none(db: None, bank: StubBank) -> None:
    shop = add("oka", SBER)
    with pytest.raises(ShopRefused) as refusal:
        choose_maker(code="oka", maker=ReceiptMaker.BANK, now=NOW, by=BY)
    assert refusal.value.reason is ShopReason.NO_RECEIPTS
    for maker in (ReceiptMaker.CASHBOX, ReceiptMaker.NOBODY):
        choose_maker(code="oka", maker=maker, now=NOW, by=BY)
        assert maker_of(shop) is maker


def test_the_doctor_asks_who_makes_them_until_somebody_says(db: None, bank: StubBank) -> None:
    add("heat", TBANK)
    add("oka", SBER)
    off = add("old", SBER)
    Shop.objects.filter(pk=off.pk).update(off_at=NOW)
    assert shops_without_receipts() == ["oka"]
    (found,) = look_at_receipts(now=datetime(2026, 11, 27, tzinfo=UTC))
    assert (found.health, "oka" in found.said) == (Health.ILL, True)
    choose_maker(code="oka", maker=ReceiptMaker.NOBODY, now=NOW, by=BY)
    bank.capabilities = capabilities_at(SBER)
    assert shops_without_receipts() == ["-"]
