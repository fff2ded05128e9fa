"""«Споры»: written from the bank's letter, on the desk by due day, ended once; an operator has none of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from svet.gateways import acquiring
from svet.ledger import queries as ledger
from svet.payments import operations
from svet.payments.models import Chargeback, Order
from svet.payments.tests.factories import Family, StubBank, make_family, make_order
from svet.staff.tests.browsers import working
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def family() -> Family:
    return make_family()


@pytest.fixture
def paid(family: Family, monkeypatch: pytest.MonkeyPatch) -> Order:
    """300 ₽ for the first account, paid three days ago."""
    bank, ago = StubBank(), timezone.now() - timedelta(days=3)
    monkeypatch.setattr(acquiring, "gateway", lambda: bank)
    made = make_order(person=family.anna, lines=[(family.first, 300_00)], now=ago)
    operations.send_to_bank(order_id=made.pk, now=ago)
    bank.pay(made, paid_at=ago)
    operations.settle(order_id=made.pk, now=ago, by="test")
    return Order.objects.get(pk=made.pk)


def clerk(role: Role = Role.BILLING) -> Client:
    return working(make_member(role=role))


def letter(**changed: str) -> dict[str, str]:
    today = timezone.localdate()
    return {
        "reference": "CB-5", "no": "1", "roubles": "300,00", "told_on": str(today - timedelta(days=1)),
        "due_on": str(today + timedelta(days=7)), "reason": "письмо банка № 3",
    } | changed  # fmt: skip


def test_a_dispute_is_written_listed_and_lost(family: Family, paid: Order) -> None:
    olga = clerk()
    address = f"/staff/money/payments/{paid.public_id}/chargeback/"
    assert address in olga.get(f"/staff/money/payments/{paid.public_id}/").content.decode()
    assert olga.post(address, letter(roubles="300,01")).status_code == 422
    assert olga.post(address, letter()).status_code == 302
    again = olga.post(address, letter())
    assert again.status_code == 422
    assert "уже записан" in again.content.decode()
    found = Chargeback.objects.get()
    page = f"/staff/money/chargebacks/{found.public_id}/"
    desk = olga.get("/staff/money/").content.decode()
    assert page in desk
    assert "можно возражать" in desk
    today = str(timezone.localdate())
    assert olga.post(page, {"act": "lost", "on": today, "reason": ""}).status_code == 422
    assert olga.post(page, {"act": "lost", "on": today, "reason": "письмо № 4"}).status_code == 302
    assert ledger.balance(family.first.pk).kopecks == 300_00
    twice = olga.post(page, {"act": "won", "on": today, "reason": "письмо № 5"})
    assert twice.status_code == 422
    assert page not in olga.get("/staff/money/").content.decode()
    anna = Client()
    anna.force_login(family.anna)
    assert "Платёж вернул банк по спору" in anna.get("/history/").content.decode()


def test_a_late_answer_is_seen_on_the_desk(family: Family, paid: Order) -> None:
    olga = clerk()
    yesterday = str(timezone.localdate() - timedelta(days=1))
    olga.post(f"/staff/money/payments/{paid.public_id}/chargeback/", letter(due_on=yesterday))
    assert "срок ответа прошёл" in olga.get("/staff/money/").content.decode()


def test_an_operator_has_none_of_it(paid: Order) -> None:
    operator = clerk(Role.OPERATOR)
    address = f"/staff/money/payments/{paid.public_id}/chargeback/"
    assert operator.get(address).status_code in (403, 404)
    assert operator.post(address, letter()).status_code in (403, 404)
    assert not Chargeback.objects.exists()
    olga = clerk()
    assert olga.get("/staff/money/chargebacks/nobody0000000000/").status_code == 404
    assert olga.get("/staff/money/payments/nobody0000000000/chargeback/").status_code == 404
