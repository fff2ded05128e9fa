"""«Сверка с банком»: days, differences with both sums, and from each of them a way to its case."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from svet.accounts.models import Provider
from svet.cli.main import svet
from svet.exchange.operations.statements import take_statement
from svet.exchange.tests.statement_files import OWN, document, one_c
from svet.gateways import acquiring
from svet.gateways.acquiring.port import BankState, BankStatus, RefundsTold
from svet.gateways.acquiring.yookassa import CAPABILITIES
from svet.journal.models import Entry
from svet.kernel.actors import Actor
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


def test_a_bank_without_a_list_is_named(bank: StubBank, monkeypatch: pytest.MonkeyPatch) -> None:
    paid_yesterday(bank)
    operations.reconcile_day(day=days_to_reconcile(now=timezone.now())[0], now=timezone.now())
    clerk: Client = working(make_member(role=Role.BILLING))
    assert "Банк списка платежей не даёт" not in text_of(clerk.get(PAGE))
    monkeypatch.setenv("SVET_TBANK_PASSWORD", "test_tbank")
    operations.add_shop(
        code="tb", name="Договор с Т-Банком", address="tbank+https://T@securepay.tinkoff.ru/v2",
        secret="SVET_TBANK_PASSWORD", now=timezone.now(), by=Actor.system("svet shop"),
    )  # fmt: skip
    assert "Банк списка платежей не даёт: Договор с Т-Банком." in text_of(clerk.get(PAGE))


def test_an_order_nobody_can_read_is_named_and_the_totals_say_that_they_lack_it(bank: StubBank) -> None:
    order = paid_yesterday(bank)
    bank.capabilities = replace(CAPABILITIES, lists=False, refunds_told=RefundsTold.TOTAL)
    bank.garbled.add(order.bank_reference)
    day = days_to_reconcile(now=timezone.now())[0]
    loud = CliRunner().invoke(svet, ["reconcile", "--day", day.isoformat()])
    words = "Ответ банка о платеже не удалось прочитать. Итоги дня без него."
    without = "без 1 платежа: ответ банка о нём не удалось прочитать"
    assert loud.exit_code == 1
    assert f"{words} {order.number}: у банка —, у нас 300,00" in loud.output.replace("\xa0", " ")
    assert without in loud.output
    page = text_of(working(make_member(role=Role.BILLING)).get(PAGE))
    assert words in page
    assert without in page
    assert "не сходится" in page
    assert f"{order.number}, счёт {order.lines.get().account.number}" in page


def test_a_statement_is_taken_by_page_and_its_refusal_is_said_there() -> None:
    family = make_family()
    Provider.objects.update(settlement_account=OWN)
    clerk = working(make_member(role=Role.BILLING))

    def send(text: str) -> Any:
        return clerk.post(
            PAGE, {"file": SimpleUploadedFile("kl_to_1c.txt", text.encode("cp1251"))}, follow=True
        )

    text = one_c(document(purpose=f"ЛС {family.first.number}"))
    text = text.replace("23.11.2026", "01.11.2025").replace("24.11.2026", "02.11.2025")
    page = text_of(send(text))
    assert "Выписка, строк: 1" in page
    refused = send(text)
    assert (refused.status_code, "уже загружен" in text_of(refused)) == (422, True)
    assert "обрывается" in text_of(send(text[:-20]))
    assert clerk.post(PAGE).status_code == 422
    assert Entry.objects.filter(action="statement.taken").count() == 1


def test_rows_that_nothing_fits_are_on_the_page() -> None:
    family = make_family()
    Provider.objects.update(settlement_account=OWN)
    by = Actor.system("test")
    operations.add_source(code="post", name="Почта", inn="7724490000", now=timezone.now(), by=by)
    day = (timezone.localdate() - timedelta(days=2)).strftime("%d.%m.%Y")
    text = one_c(document("551", "88.00", inn="7724490000", purpose="Реестр 7"))
    text = text.replace("23.11.2026", day).replace("24.11.2026", day)
    take_statement(name="a.txt", content=text.encode(), by=by, now=timezone.now())
    page = text_of(working(make_member(role=Role.BILLING)).get(PAGE))
    for words in ("551", "88,00 ₽", "Почта", "Реестр 7", "ждёт меньше часа"):
        assert words in page
    assert family.first.provider.name not in page


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
