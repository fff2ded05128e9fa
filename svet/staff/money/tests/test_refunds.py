"""«Вернуть деньги»: found by number, seen, signed by another, sent by the job; an operator has none of it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from svet.gateways import acquiring
from svet.gateways.failures import Temporary
from svet.journal.models import Entry
from svet.ledger import queries as ledger
from svet.payments import operations
from svet.payments.models import Order, PaymentRefund, RefundRequest
from svet.payments.tests.factories import NOW, Family, StubBank, make_family, make_order, owe
from svet.people.models import Person
from svet.staff.tests.browsers import working
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def family() -> Family:
    return make_family()


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch) -> StubBank:
    stub = StubBank()
    monkeypatch.setattr(acquiring, "gateway", lambda: stub)
    return stub


def pay_for_both(family: Family, bank: StubBank) -> Order:
    """5 300,38 ₽: 300 ₽ for the first account, 5 000,38 ₽ for the second."""
    made = make_order(person=family.anna, lines=[(family.first, 300_00), (family.second, 5000_38)])
    operations.send_to_bank(order_id=made.pk, now=NOW)
    bank.pay(made)
    operations.settle(order_id=made.pk, now=NOW, by="test")
    return Order.objects.get(pk=made.pk)


@pytest.fixture
def paid(family: Family, bank: StubBank) -> Order:
    return pay_for_both(family, bank)


def clerk(role: Role = Role.BILLING) -> Client:
    return working(make_member(role=role))


def browser_of(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def url(order: Order) -> str:
    return f"/staff/money/payments/{order.public_id}/"


def press(browser: Client, order: Order, sums: dict[str, str], **changed: str) -> Any:
    fields = {"document": "Заявление № 7", "reason": "заплатил не за тот счёт", **sums, **changed}
    shown = browser.post(url(order), {**fields, "act": "show"})
    preview = shown.context["preview"]
    assert preview is not None, shown.content.decode()
    return browser.post(url(order), {**fields, "act": "write", "shown": preview.shown})


def act(browser: Client, request: RefundRequest, asked: str, **more: str) -> Any:
    address = f"/staff/money/refunds/{request.public_id}/"
    preview = browser.get(address).context["preview"]
    return browser.post(address, {"act": asked, "shown": preview.shown if preview else "", **more})


def work(minutes: float = 1) -> None:
    operations.look_at_asked_refunds(now=timezone.now() + timedelta(minutes=minutes))


@pytest.mark.parametrize("asked", ["number", "bank_reference", "sum", "name", "account"])
def test_a_credited_payment_is_found_by_what_somebody_can_say(
    family: Family, paid: Order, asked: str
) -> None:
    family.anna.last_name = "Крапивина"
    family.anna.save()
    said = {
        "number": paid.number,
        "bank_reference": paid.bank_reference,
        "sum": "5 300,38",
        "name": "крапивина",
        "account": family.second.number,
    }[asked]
    olga = clerk()
    found = olga.post("/staff/money/", {"q": said}, follow=True).content.decode()
    assert url(paid) in found
    assert url(paid) not in olga.post("/staff/money/", {"q": "77,77"}, follow=True).content.decode()


def test_a_small_part_is_seen_then_sent_and_the_payer_sees_it(
    family: Family, bank: StubBank, paid: Order
) -> None:
    olga, anna = clerk(), browser_of(family.anna)
    page = olga.get(url(paid)).content.decode()
    assert "300,00" in page
    assert 'value="5000.38"' in page
    done = press(olga, paid, {family.first.public_id: "100,00", family.second.public_id: ""})
    request = RefundRequest.objects.get()
    assert done.status_code == 302
    assert ledger.balance(family.first.pk).kopecks == 100_00
    order = anna.get(f"/payment/orders/{paid.public_id}/").content.decode()
    assert "Возврат в пути" in order
    assert "Возврат в пути" in anna.get("/history/").content.decode()
    work()
    assert PaymentRefund.objects.get().state == "done"
    assert "возвращено" in olga.get(f"/staff/money/refunds/{request.public_id}/").content.decode()
    assert "Возврат в пути" not in anna.get(f"/payment/orders/{paid.public_id}/").content.decode()
    history = anna.get("/history/").content.decode()
    assert "Возврат в пути" not in history
    assert "Возвращено" in history


def test_a_large_one_waits_at_the_desk_for_another_member(
    family: Family, bank: StubBank, paid: Order
) -> None:
    olga, ivan = clerk(), clerk()
    assert press(olga, paid, {family.second.public_id: "5 000,38"}).status_code == 302
    request = RefundRequest.objects.get()
    address = f"/staff/money/refunds/{request.public_id}/"
    assert address in ivan.get("/staff/money/").content.decode()
    assert 'value="sign"' not in olga.get(address).content.decode()
    own = act(olga, request, "sign")
    assert own.status_code == 422
    assert "другой сотрудник" in own.content.decode()
    work()
    assert bank.returned == []
    assert act(ivan, request, "sign").status_code == 302
    work()
    assert len(bank.returned) == 1
    assert address not in ivan.get("/staff/money/").content.decode()
    actions = Entry.objects.filter(action__startswith="payments.refund.").order_by("pk")
    assert list(actions.values_list("action", flat=True)) == [
        "payments.refund.written",
        "payments.refund.signed",
    ]


def test_one_that_waits_is_withdrawn_with_a_reason(family: Family, bank: StubBank, paid: Order) -> None:
    olga = clerk()
    press(olga, paid, {family.second.public_id: "5000"})
    request = RefundRequest.objects.get()
    assert act(olga, request, "withdraw").status_code == 422
    assert act(olga, request, "withdraw", reason="передумали").status_code == 302
    work()
    assert bank.returned == []
    assert "отозван" in olga.get(f"/staff/money/refunds/{request.public_id}/").content.decode()


def test_one_nobody_can_tell_of_is_closed_at_the_desk(family: Family, bank: StubBank, paid: Order) -> None:
    olga = clerk()
    press(olga, paid, {family.first.public_id: "100"})
    request = RefundRequest.objects.get()
    bank.failure = Temporary("silent")
    work()
    bank.failure = None
    work(25 * 60)
    address = f"/staff/money/refunds/{request.public_id}/"
    assert address in olga.get("/staff/money/").content.decode()
    assert "Проверьте в кабинете банка" in olga.get(address).content.decode()
    assert act(olga, request, "close", reason="в кабинете его нет").status_code == 302
    assert ledger.balance(family.first.pk).kopecks == 0
    anna = browser_of(family.anna)
    assert "не состоялся" in anna.get("/history/").content.decode()


@pytest.mark.parametrize(
    ("sums", "words"),
    [
        ({"first": "300,01"}, "осталось вернуть"),
        ({"first": "0"}, "больше нуля"),
        ({"first": "abc"}, ""),
        ({}, "хотя бы одного счёта"),
    ],
)
def test_what_cannot_be_given_back_is_said_beside_its_field(
    family: Family, paid: Order, sums: dict[str, str], words: str
) -> None:
    fields = {getattr(family, name).public_id: typed for name, typed in sums.items()}
    told = clerk().post(url(paid), {"document": "Заявление № 7", "reason": "ошибка", **fields, "act": "show"})
    assert told.status_code == 422
    assert re.search(words, told.content.decode())
    assert not PaymentRefund.objects.exists()


def test_what_was_not_seen_is_not_written(family: Family, paid: Order) -> None:
    fields = {"document": "Заявление", "reason": "ошибка", family.first.public_id: "1"}
    told = clerk().post(url(paid), {**fields, "act": "write", "shown": "x"})
    assert told.status_code in (409, 422)
    assert not PaymentRefund.objects.exists()


def test_an_operator_and_strangers_have_nothing_of_it(family: Family, paid: Order) -> None:
    olga, operator = clerk(), clerk(Role.OPERATOR)
    press(olga, paid, {family.second.public_id: "5000"})
    refund = f"/staff/money/refunds/{RefundRequest.objects.get().public_id}/"
    for address in (url(paid), refund):
        assert operator.get(address).status_code in (403, 404)
        assert operator.post(address, {"act": "sign"}).status_code in (403, 404)
    account = f"/staff/accounts/{family.first.public_id}/"
    assert url(paid) in olga.get(account).content.decode()
    assert url(paid) not in operator.get(account).content.decode()
    boris = browser_of(family.boris)
    assert boris.get(f"/payment/orders/{paid.public_id}/").status_code == 404
    assert olga.get("/staff/money/payments/nobody0000000000/").status_code == 404
    assert olga.get("/staff/money/refunds/nobody0000000000/").status_code == 404


def test_what_a_payer_asks_for_is_signed_by_two_members(
    family: Family, bank: StubBank, paid: Order, settings: Any
) -> None:
    settings.REFUND_ALONE = 0
    debt = ledger.balance(family.second.pk)
    owe(family.second, -100_00 - debt.kopecks)
    anna, olga, ivan = browser_of(family.anna), clerk(), clerk()
    back = f"/payment/orders/{paid.public_id}/back/"
    shown = anna.get(back).context["offer"].shown
    anna.post(back, {"shown": shown, family.second.public_id: "100,00"})
    request = RefundRequest.objects.get()
    address = f"/staff/money/refunds/{request.public_id}/"
    desk = olga.get("/staff/money/").content.decode()
    assert address in desk
    assert "просьба плательщика" in desk
    assert "Подписать первым" in olga.get(address).content.decode()
    assert act(olga, request, "sign").status_code == 302
    mine = olga.get(address).content.decode()
    assert "Подписал первым" in mine
    assert 'value="sign"' not in mine
    assert act(olga, request, "sign").status_code == 422
    assert "Подписать вторым" in ivan.get(address).content.decode()
    assert act(ivan, request, "sign").status_code == 302
    assert PaymentRefund.objects.get().state == "approved"
    assert ledger.balance(family.second.pk).kopecks == 0
