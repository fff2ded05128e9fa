"""Tills are entered with a reason for each no, and switched off without losing what they have."""

from __future__ import annotations

from typing import Any

import pytest

from svet.accounts.tests.factories import make_provider
from svet.cli.doctor.findings import Health
from svet.cli.doctor.office import look_at_receipts
from svet.fiscal.models import Cashbox
from svet.fiscal.operations import add_cashbox, switch_off
from svet.fiscal.queries import tills_to_enter
from svet.fiscal.rules.refusals import CashboxReason
from svet.fiscal.rules.tills import CashboxRefused, NewCashbox
from svet.kernel.actors import Actor
from svet.payments.operations import ShopRefused
from svet.payments.operations.receipts import choose_maker
from svet.payments.rules.receipts import ReceiptMaker
from svet.payments.tests.factories import NOW, Family
from svet.staff.state.page import _cashboxes

BY = Actor.system("test")
GOOD = {
    "code": "kassa",
    "address": "atol+https://login@online.atol.ru/possystem/v5/group",
    "secret": "SVET_TEST_TILL",
    "payment_address": "https://portal.example",
    "email": "kassa@portal.example",
}


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SVET_TEST_TILL", "password")


def add(family: Family, **changes: Any) -> None:
    add_cashbox(NewCashbox(**{**GOOD, "provider": family.first.provider.code, **changes}), now=NOW, by=BY)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"code": "K"}, CashboxReason.CODE),
        ({"provider": "nobody"}, CashboxReason.PROVIDER),
        ({"address": "bank+https://login@online.atol.ru/v5/group"}, CashboxReason.ADDRESS),
        ({"address": "atol+https://online.atol.ru/possystem/v5/group"}, CashboxReason.ADDRESS),
        ({"address": "atol+https://a:b@online.atol.ru/possystem/v5/group"}, CashboxReason.KEY_IN_ADDRESS),
        ({"secret": "password"}, CashboxReason.KEY),
        ({"secret": "SVET_NOWHERE"}, CashboxReason.KEY_MISSING),
        ({"payment_address": "portal"}, CashboxReason.PLACE),
        ({"email": "kassa"}, CashboxReason.EMAIL),
    ],
)
def test_what_cannot_be_is_refused(family: Family, changes: dict[str, Any], reason: CashboxReason) -> None:
    with pytest.raises(CashboxRefused) as refusal:
        add(family, **changes)
    assert refusal.value.reason is reason
    assert not Cashbox.objects.exists()


def test_a_supplier_has_one_till_that_is_on(family: Family) -> None:
    add(family)
    for changes, reason in (({}, CashboxReason.TAKEN), ({"code": "other"}, CashboxReason.SERVED)):
        with pytest.raises(CashboxRefused) as refusal:
            add(family, **changes)
        assert refusal.value.reason is reason
    switch_off(code="kassa", now=NOW, by=BY)
    add(family, code="other")
    with pytest.raises(CashboxRefused):
        switch_off(code="kassa", now=NOW, by=BY)


def test_a_supplier_without_a_till_is_named_before_anybody_has_paid(family: Family) -> None:
    other, first = make_provider(code="oka"), family.first.provider
    assert tills_to_enter() == []
    choose_maker(code="-", maker=ReceiptMaker.CASHBOX, now=NOW, by=BY)
    assert tills_to_enter() == sorted({other.code, first.code})
    add(family)
    assert tills_to_enter() == [other.code]
    said = [(one.said, one.health) for one in look_at_receipts(now=NOW) if other.code in one.said]
    assert [health for _, health in said] == [Health.ILL]
    assert [(row.what, row.kind) for row in _cashboxes() if other.code in row.what] == [
        (f"Кассовые чеки поставщика {other.code}", "error")
    ]
    choose_maker(code="-", maker=ReceiptMaker.NOBODY, now=NOW, by=BY)
    assert tills_to_enter() == []


def test_without_an_inn_no_receipt_can_be(family: Family) -> None:
    provider = family.first.provider
    provider.inn = ""
    provider.save(update_fields=["inn"])
    with pytest.raises(CashboxRefused) as refusal:
        add(family)
    assert refusal.value.reason is CashboxReason.INN


def test_nobody_says_who_makes_the_receipts_of_no_shop(db: None) -> None:
    with pytest.raises(ShopRefused):
        choose_maker(code="nowhere", maker=ReceiptMaker.NOBODY, now=NOW, by=BY)
