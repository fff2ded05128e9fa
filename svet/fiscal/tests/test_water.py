"""Water from the supplier's register to a receipt of the town's till: names, subject and VAT of its lines."""

from __future__ import annotations

from typing import Any

import pytest

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_account, make_link
from svet.exchange.queries import broken as broken_registers
from svet.exchange.tests.test_charges import lines as register
from svet.exchange.tests.test_taking import take
from svet.fiscal import operations, queries
from svet.fiscal.models import Receipt
from svet.fiscal.rules.states import ReceiptState
from svet.fiscal.tests.test_receipts import SYSTEM, give_back, items, pay, work
from svet.kernel.money import Money
from svet.kernel.services import Service
from svet.ledger import queries as ledger
from svet.payments.tests.factories import NOW, Family, StubBank, provider_with_requisites
from svet.sandbox.town.rules.plan import WATER
from svet.sandbox.town.tills import PASSWORD_IN, set_tills
from tests.till import RunningTill

pytestmark = pytest.mark.django_db


@pytest.fixture
def water(family: Family, till: RunningTill, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Account:
    """Anna's water account; its supplier has the till that the demonstration sets up."""
    provider = provider_with_requisites(
        code=WATER, name="Водоканал", service=Service.COLD_WATER, region="", inn="7450000018"
    )
    account = make_account(provider=provider, tariff_group="")
    make_link(person=family.anna, account=account, confirmed=True)
    monkeypatch.setenv(PASSWORD_IN, till.password)
    settings.SANDBOX_CONTROL_URL = f"http://127.0.0.1:{till.port}"
    set_tills(now=NOW)
    return account


def charge(account: Account, *rows: tuple[str, str, str]) -> None:
    """What the supplier's own billing says: month, sum, record."""
    total = sum(float(sum_.replace(",", ".")) for _month, sum_, _record in rows)
    written = [f"{WATER};{account.number};{month};{sum_};{record}" for month, sum_, record in rows]
    control = f"итого;{WATER};{len(rows)};{total:.2f}".replace(".", ",")
    assert take("charges", register(*written, control=control)).applied == len(rows)


def said(document: dict[str, Any]) -> list[tuple[str, str, str, int, str]]:
    return [
        (
            item["name"].partition(",")[0],
            item["sum"],
            item["payment_method"],
            item["payment_object"],
            item["vat"]["type"],
        )
        for item in items(document)
    ]


def test_a_payment_of_water_is_said_by_its_months_and_the_rest_is_an_advance(
    water: Account, family: Family, bank: StubBank, till: RunningTill
) -> None:
    charge(water, ("2025-12", "100,00", ""), ("2026-10", "412,40", ""), ("2026-10", "-12,40", "п-1"))
    order = pay(family, bank, (water, 550_00))
    work(till)
    work(till, 1)
    (document,) = till.till.documents()
    assert said(document) == [
        ("Холодное водоснабжение", "100.00", "full_payment", 4, "vat20"),
        ("Холодное водоснабжение", "400.00", "full_payment", 4, "vat22"),
        ("Аванс за холодное водоснабжение", "50.00", "advance", 10, "vat122"),
    ]
    assert document["receipt"]["company"]["inn"] == "7450000018"
    assert document["receipt"]["client"] == {"email": "anna@example.ru"}
    assert Receipt.objects.get().state == ReceiptState.DONE
    (shown,) = queries.receipts_of([order.pk], seen_by=SYSTEM)[order.pk]
    assert shown.money == Money(550_00)
    assert ledger.balance(water.pk) == Money(-50_00)
    assert queries.broken() == broken_registers() == []


def test_the_next_register_uses_the_advance_and_what_goes_back_is_taken_off_it(
    water: Account, family: Family, bank: StubBank, till: RunningTill
) -> None:
    order = pay(family, bank, (water, 300_00))
    work(till)
    charge(water, ("2026-10", "120,00", ""))
    operations.offset_advances(now=NOW)
    work(till, 1)
    give_back(order, bank, 200_00)
    work(till, 2)
    sale, offset, refund = till.till.documents()
    assert said(sale) == [("Аванс за холодное водоснабжение", "300.00", "advance", 10, "vat122")]
    assert said(offset) == [("Холодное водоснабжение", "120.00", "full_payment", 4, "vat22")]
    assert (refund["verb"], said(refund)[0][1:3]) == ("sell_refund", ("180.00", "advance"))
    assert said(refund)[1] == ("Холодное водоснабжение", "20.00", "full_payment", 4, "vat22")
    assert queries.broken() == []
