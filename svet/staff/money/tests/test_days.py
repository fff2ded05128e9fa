"""«Сверка с банком»: days, differences with both sums, and from each of them a way to its case."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client
from django.utils import timezone

from svet.cli.main import svet
from svet.gateways import acquiring
from svet.gateways.acquiring.port import BankState, BankStatus
from svet.kernel.money import Money
from svet.payments import operations
from svet.payments.models import Order
from svet.payments.operations.reconciling import days_to_reconcile
from svet.payments.tests.factories import StubBank, make_family, make_order
from svet.staff.tests.browsers import working
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member

pytestmark = pytest.mark.django_db
PAGE = "/staff/money/days/"


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch) -> StubBank:
    stub = StubBank()
    monkeypatch.setattr(acquiring, "gateway", lambda: stub)
    return stub


def paid_yesterday(bank: StubBank) -> Order:
    family = make_family()
    now = timezone.now()
    at = now - timedelta(days=1)
    order = make_order(person=family.anna, lines=[(family.first, 300_00)], now=at)
    operations.send_to_bank(order_id=order.pk, now=at)
    bank.pay(order, paid_at=at, income=Money(297_30))
    operations.settle(order_id=order.pk, now=now, by="test")
    return Order.objects.get(pk=order.pk)


def text_of(answer: Any) -> str:
    return str(answer.content.decode().replace("\xa0", " "))


def test_before_the_first_night_the_page_says_so() -> None:
    page = text_of(working(make_member(role=Role.BILLING)).get(PAGE))
    assert "Ни один день ещё не сверен" in page
    assert "Не сходится" not in page


def test_days_and_differences_with_the_way_to_their_cases(bank: StubBank) -> None:
    order = paid_yesterday(bank)
    at = timezone.now() - timedelta(days=1)
    bank.statuses["foreign"] = BankStatus("foreign", BankState.PAID, Money(77_00), "RUB", "x", paid_at=at)
    day = days_to_reconcile(now=timezone.now())[0]
    operations.reconcile_day(day=day, now=timezone.now())
    clerk: Client = working(make_member(role=Role.BILLING))
    page = text_of(clerk.get(PAGE))
    for words in (
        "Платёж есть у банка, а у нас его нет.",
        "77,00 ₽",
        "300,00 ₽",
        "2,70 ₽",
        "Сообщение банка",
    ):
        assert words in page
    assert "/staff/money/callbacks/" in page
    del bank.statuses[order.bank_reference]
    operations.reconcile_day(day=day, now=timezone.now())
    page = text_of(clerk.get(PAGE))
    account = order.lines.get().account
    assert f"/staff/accounts/{account.public_id}/" in page
    assert "не сходится" in page
    assert PAGE in text_of(clerk.get("/staff/money/"))


def test_an_operator_may_not_see_it() -> None:
    assert working(make_member(role=Role.OPERATOR)).get(PAGE).status_code == 403


def test_the_command_tells_the_same_and_exits_1_on_a_difference(bank: StubBank) -> None:
    order = paid_yesterday(bank)
    day = days_to_reconcile(now=timezone.now())[0].isoformat()
    quiet = CliRunner().invoke(svet, ["reconcile", "--day", day])
    assert (quiet.exit_code, "Всё сходится." in quiet.output) == (0, True), quiet
    assert "300,00" in quiet.output.replace("\xa0", " ")
    del bank.statuses[order.bank_reference]
    loud = CliRunner().invoke(svet, ["reconcile", "--day", day])
    assert loud.exit_code == 1
    assert f"Платёж есть у нас, а в списке банка его нет. {order.number}" in loud.output
