"""«Вернуть переплату»: what may be had, why not, and asking for it."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from svet.cabinet.payment.tests.test_payment import signed_in, text_of, words
from svet.gateways import acquiring
from svet.journal.models import Entry
from svet.ledger import queries as ledger
from svet.payments import operations
from svet.payments.models import Order, PaymentRefund
from svet.payments.rules.states import RefundState
from svet.payments.tests.factories import Family, StubBank, make_family, make_order, owe
from svet.staff.tests.browsers import working
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch) -> StubBank:
    stub = StubBank()
    monkeypatch.setattr(acquiring, "gateway", lambda: stub)
    return stub


@pytest.fixture
def family(db: None) -> Family:
    return make_family()


@pytest.fixture
def paid(family: Family, bank: StubBank) -> Order:
    """800,00 ₽ for 300,00 ₽ owed."""
    now = timezone.now()
    made = make_order(person=family.anna, lines=[(family.first, 800_00)], now=now)
    operations.send_to_bank(order_id=made.pk, now=now)
    bank.pay(made, paid_at=now)
    operations.settle(order_id=made.pk, now=now, by="test")
    return made


def address(order: Order) -> str:
    return f"/payment/orders/{order.public_id}/back/"


def press(family: Family, order: Order, **sent: str) -> Any:
    client = signed_in(family.anna)
    shown = client.get(address(order)).context["offer"].shown
    fields = {"shown": shown, family.first.public_id: "500,00", **sent}
    return client.post(address(order), fields, follow=True)


def test_the_overpayment_is_found_shown_and_asked_for(family: Family, paid: Order) -> None:
    client = signed_in(family.anna)
    for page in ("/payment/", f"/payment/orders/{paid.public_id}/"):
        assert address(paid) in text_of(client.get(page))
    page = text_of(client.get(address(paid)))
    assert "можно вернуть 500,00 ₽" in page
    assert 'value="500,00"' in page
    assert "Мир •• 2987" in page
    done = words(text_of(press(family, paid)))
    assert "Возвращаем: деньги придут тем же способом" in done
    assert "Возврат в пути" in done
    assert ledger.balance(family.first.pk).kopecks == 0
    assert "Возврат в пути" in text_of(client.get("/history/"))
    again = words(text_of(client.get(address(paid))))
    assert "По этому платежу возврат уже идёт" in again
    assert "Сколько вернуть" not in again


def test_it_is_not_offered_on_an_account_that_owes(family: Family, paid: Order) -> None:
    owe(family.first, 600_00)
    page = text_of(signed_in(family.anna).get(f"/payment/orders/{paid.public_id}/"))
    assert "Оплачено" in page
    assert address(paid) not in page


def test_what_was_typed_wrong_stays_with_its_error(family: Family, paid: Order) -> None:
    wrong = {"600": "можно вернуть не больше 500,00 ₽", "пять": "только цифры", "-5": "больше нуля"}
    for typed, said in wrong.items():
        answer = press(family, paid, **{family.first.public_id: typed})
        page = text_of(answer)
        assert answer.status_code == 422
        assert f'value="{typed}"' in page
        assert said in page
    empty = press(family, paid, **{family.first.public_id: ""})
    assert (empty.status_code, PaymentRefund.objects.count()) == (422, 0)
    assert "Введите, сколько вернуть" in text_of(empty)


def test_a_kopeck_too_much_goes_back_too(family: Family, bank: StubBank, paid: Order) -> None:
    owe(family.first, 499_99)
    page = press(family, paid, **{family.first.public_id: "0,01"})
    assert page.status_code == 200
    assert PaymentRefund.objects.get().kopecks == 1


def test_a_page_that_is_old_gives_nothing(family: Family, paid: Order) -> None:
    client = signed_in(family.anna)
    shown = client.get(address(paid)).context["offer"].shown
    owe(family.first, 100_00)
    answer = client.post(address(paid), {"shown": shown, family.first.public_id: "500,00"})
    assert (answer.status_code, PaymentRefund.objects.count()) == (422, 0)
    page = text_of(answer)
    assert "Ничего не возвращено" in page
    assert "можно вернуть 400,00 ₽" in page


def test_above_the_limit_the_page_says_who_decides(family: Family, paid: Order, settings: Any) -> None:
    settings.REFUND_ALONE = 100
    client = signed_in(family.anna)
    assert "До 100,00 ₽ вернём сразу" in text_of(client.get(address(paid)))
    page = words(text_of(press(family, paid)))
    assert "Просьба принята" in page
    assert "Ваша просьба вернуть 500,00 ₽ ждёт решения" in page
    assert ledger.balance(family.first.pk).kopecks == -500_00


def test_each_payment_without_a_way_back_says_why(family: Family, bank: StubBank, paid: Order) -> None:
    owe(family.first, 500_00)
    page = words(text_of(signed_in(family.anna).get(address(paid))))
    assert "Переплаты на счёте нет" in page
    assert "Сколько вернуть" not in page
    answer = signed_in(family.anna).post(address(paid), {"shown": ""})
    assert answer.status_code == 422


@pytest.mark.parametrize("who", ["boris", "vera"])
def test_another_finds_no_page(family: Family, paid: Order, who: str) -> None:
    client = signed_in(getattr(family, who))
    assert client.get(address(paid)).status_code == 404
    assert client.post(address(paid), {"shown": "x", family.first.public_id: "1"}).status_code == 404
    assert Entry.objects.filter(action="not_visible", subject_id=paid.public_id).count() == 2
    assert not PaymentRefund.objects.exists()


def test_a_request_that_waits_is_seen_and_taken_back(family: Family, paid: Order, settings: Any) -> None:
    settings.REFUND_ALONE = 100
    client = signed_in(family.anna)
    before = words(text_of(client.get(address(paid))))
    assert "Переплата 500,00 ₽" in before
    assert "Без подписей возвращаем не больше 100,00 ₽ за 30 дней" in before
    waits = words(text_of(press(family, paid)))
    assert "500,00 ₽ ждут решения" in waits
    assert "вернуть нечего" not in waits
    assert "Остальное из этого платежа можно попросить" in waits
    page = f"/payment/orders/{paid.public_id}/"
    assert "500,00 ₽ ждут решения" in words(text_of(client.get(page)))
    refund = PaymentRefund.objects.get()
    desk = working(make_member(role=Role.BILLING))
    row = words(desk.get(f"/staff/money/refunds/{refund.request.public_id}/").content.decode())
    assert "ждёт двух подписей" in row
    assert signed_in(family.vera).post(address(paid), {"call_off": "1"}).status_code == 404
    gone = words(text_of(client.post(address(paid), {"call_off": "1"}, follow=True)))
    assert "Просьба отозвана" in gone
    assert "ждут решения" not in gone
    refund.refresh_from_db()
    assert refund.state == RefundState.WITHDRAWN
    again = client.post(address(paid), {"call_off": "1"}, follow=True)
    assert "Просьба уже решена" in words(text_of(again))
    assert "плательщик отозвал просьбу" in words(
        desk.get(f"/staff/money/refunds/{refund.request.public_id}/").content.decode()
    )
    assert "можно вернуть 500,00 ₽" in text_of(client.get(address(paid)))
