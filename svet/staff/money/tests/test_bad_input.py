"""Whatever is typed into the forms of the money desk: said beside its field, kept, and nothing is written."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass

import pytest
from django.test import Client

from svet.gateways import acquiring
from svet.payments.models import BankReceiptTold, Chargeback, MoneyAct, Order, PaymentRefund
from svet.payments.rules.acts import MoneyActKind
from svet.payments.tests.factories import Family, StubBank, make_family
from svet.staff.money.tests.test_refunds import clerk, pay_for_both, url

pytestmark = pytest.mark.django_db

BELOW = ["-1", "\u22125"]
SUMS = ["0", "0,005", "1e3", "NaN", "Infinity", "1\0", "9" * 13, "9" * 5000, "сто", "١٢", "--5", "1_0", "+"]
DISPUTE = {
    "reference": "CB-1",
    "no": "1",
    "roubles": "1",
    "told_on": "2026-11-22",
    "due_on": "2026-12-31",
    "reason": "письмо банка",
}


@dataclass
class Desk:
    """A paid order of a family, and the browser of who works with it."""

    family: Family
    paid: Order
    browser: Client


@pytest.fixture(scope="module")
def standing(standing_database: None) -> Desk:
    bank, family = StubBank(), make_family()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(acquiring, "gateway", lambda: bank)
        return Desk(family, pay_for_both(family, bank), clerk())


@pytest.fixture
def desk(standing: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    bank = StubBank()
    monkeypatch.setattr(acquiring, "gateway", lambda: bank)
    browser = Client()
    browser.cookies = deepcopy(standing.browser.cookies)
    return Desk(deepcopy(standing.family), deepcopy(standing.paid), browser)


@pytest.mark.parametrize("typed", SUMS + BELOW)
def test_a_sum_that_no_refund_can_have(desk: Desk, typed: str) -> None:
    family, paid = desk.family, desk.paid
    field, other = family.first.public_id, family.second.public_id
    typed_in = {field: typed, other: "1,00", "document": "заявление 1", "reason": "по заявлению"}
    for act in ("show", "write"):
        answer = desk.browser.post(url(paid), {**typed_in, "act": act, "shown": "x"})
        assert answer.status_code == 422
        assert field in answer.context["form"].errors
        page = answer.content.decode()
        assert 'value="1,00"' in page
        assert 'value="заявление 1"' in page
        assert "по заявлению" in page
    assert not PaymentRefund.objects.exists()


@pytest.mark.parametrize("typed", SUMS + BELOW)
def test_a_sum_that_no_dispute_can_have(desk: Desk, typed: str) -> None:
    answer = desk.browser.post(url(desk.paid) + "chargeback/", {**DISPUTE, "roubles": typed})
    assert answer.status_code == 422
    assert "roubles" in answer.context["form"].errors
    assert 'value="CB-1"' in answer.content.decode()
    assert not Chargeback.objects.exists()


@pytest.mark.parametrize("typed", SUMS)
# The form has one word for both transfers: whose the other account is decides.
@pytest.mark.parametrize("kind", [kind for kind in MoneyActKind if kind is not MoneyActKind.INTERCO])
def test_a_sum_that_no_act_can_have(desk: Desk, typed: str, kind: MoneyActKind) -> None:
    family = desk.family
    typed_in = {
        "kind": kind.value,
        "roubles": typed,
        "to_account": family.second.number,
        "on": "2026-11-26",
        "document": "акт 1",
        "reason": "по заявлению",
    }
    answer = desk.browser.post(
        f"/staff/accounts/{family.first.public_id}/money/", {**typed_in, "act": "show"}
    )
    assert answer.status_code == 422
    assert "roubles" in answer.context["form"].errors
    assert not MoneyAct.objects.exists()


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("reference", "\0"),
        ("reference", "9" * 65),
        ("reference", " "),
        ("no", "0"),
        ("no", "21"),
        ("no", "1,5"),
        ("told_on", "0001-01-01"),
        ("told_on", "9999-12-31"),
        ("told_on", "31.02.2026"),
        ("due_on", "2026-11-21"),
        ("reason", "a\0b"),
        ("reason", "9" * 400),
        ("reason", ""),
    ],
)
def test_what_else_no_dispute_can_have(desk: Desk, field: str, typed: str) -> None:
    answer = desk.browser.post(url(desk.paid) + "chargeback/", {**DISPUTE, field: typed})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not Chargeback.objects.exists()


@pytest.mark.parametrize("typed", ["\0", "CB\0", "9" * 4000, "%", "'", "-1", "1e999", "NaN"])
def test_what_can_be_looked_for(desk: Desk, typed: str) -> None:
    # The desk lists it without a search while its bank has not told of the receipt.
    BankReceiptTold.objects.all().delete()
    answer = desk.browser.post("/staff/money/", {"q": typed}, follow=True)
    assert answer.status_code == 200
    assert url(desk.paid) not in answer.content.decode()
