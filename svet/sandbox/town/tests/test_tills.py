"""The town's suppliers have tills where the sandbox listens today, and none without one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from svet.fiscal.operations import add_cashbox
from svet.fiscal.queries import CashboxView, cashboxes
from svet.fiscal.rules.tills import NewCashbox
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.payments.operations.receipts import maker_of
from svet.payments.rules.receipts import ReceiptMaker
from svet.sandbox.town.providers import add_providers
from svet.sandbox.town.tills import PASSWORD_IN, set_tills

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def on() -> dict[str, CashboxView]:
    return {till.provider: till for till in cashboxes() if till.off_at is None}


def test_without_the_password_the_bank_makes_the_receipts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PASSWORD_IN, raising=False)
    add_providers()
    set_tills(now=NOW)
    assert (cashboxes(), maker_of(None)) == ([], ReceiptMaker.BANK)


def test_tills_follow_the_port_of_the_sandbox(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setenv(PASSWORD_IN, "test_atol")
    add_providers()
    settings.SANDBOX_CONTROL_URL = "http://127.0.0.1:8780"
    set_tills(now=NOW)
    assert maker_of(None) is ReceiptMaker.CASHBOX
    assert {code: till.address for code, till in on().items()} == dict.fromkeys(
        ("ues", "okskaya"), "atol+http://svet-demo@127.0.0.1:8780/possystem/v5/svet-demo-1"
    )
    before = Entry.objects.count()
    set_tills(now=NOW)
    assert Entry.objects.count() == before
    settings.SANDBOX_CONTROL_URL = "http://127.0.0.1:8880"
    set_tills(now=NOW)
    assert {":8880/" in till.address for till in on().values()} == {True}
    # And back: a till that is off stays so.
    settings.SANDBOX_CONTROL_URL = "http://127.0.0.1:8780"
    set_tills(now=NOW)
    assert (len(cashboxes()), len(on())) == (6, 2)


@pytest.mark.parametrize("code", ["kassa-1", "kassa-2", "kassa-3"])
def test_a_till_of_an_operators_own_keeps_its_name_and_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, settings: Any, code: str
) -> None:
    monkeypatch.setenv(PASSWORD_IN, "test_atol")
    monkeypatch.setenv("SVET_OWN_TILL", "theirs")
    add_providers()
    address = "atol+https://shop@online.atol.ru/possystem/v5/shop-1"
    own = NewCashbox(code, "ues", address, "SVET_OWN_TILL", "https://pay.example", "till@example.ru")
    add_cashbox(own, now=NOW, by=Actor.system("operator"))
    set_tills(now=NOW)
    assert on()["ues"].code == code
    assert on()["okskaya"].code not in ("", code)
    # The sandbox listens elsewhere: that of the town is another one, theirs stays.
    settings.SANDBOX_CONTROL_URL = "http://127.0.0.1:8880"
    set_tills(now=NOW)
    assert (on()["ues"].code, len(cashboxes())) == (code, 3)
