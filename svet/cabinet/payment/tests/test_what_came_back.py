"""What came back of a payment, as its payer's page tells it: refunds and disputes at the bank."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from svet.cabinet.payment.tests.test_payment import signed_in, text_of
from svet.gateways import acquiring
from svet.gateways.failures import Permanent
from svet.kernel.actors import Actor
from svet.payments import operations
from svet.payments.models import Order
from svet.payments.operations import giving_back
from svet.payments.operations.chargebacks import end_chargeback, keep_chargeback
from svet.payments.rules.chargebacks import NewChargeback
from svet.payments.rules.giving_back import NewRefund
from svet.payments.tests.factories import NOW, Family, StubBank, make_family, make_order
from svet.people.tests.factories import make_person

TOLD, ENDED = date(2026, 12, 1), date(2026, 12, 10)
LATER = NOW + timedelta(days=20)


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
    """335,38 ₽ over both accounts, credited."""
    made = make_order(person=family.anna, lines=[(family.first, 300_00), (family.second, 35_38)])
    operations.send_to_bank(order_id=made.pk, now=NOW)
    bank.pay(made)
    operations.settle(order_id=made.pk, now=NOW, by="test")
    return made


@pytest.fixture
def olga(db: None) -> Actor:
    return Actor.staff(make_person(first_name="Ольга").pk, name="Ольга С.")


def page_of(family: Family, order: Order) -> str:
    client: Client = signed_in(family.anna)
    return text_of(client.get(f"/payment/orders/{order.public_id}/"))


def dispute(order: Order, kopecks: int, *, by: Actor) -> str:
    new = NewChargeback("CB-77", kopecks, TOLD, ENDED)
    return keep_chargeback(by=by, order_public_id=order.public_id, new=new, reason="письмо", now=LATER)


def end(public_id: str, *, won: bool, by: Actor) -> None:
    end_chargeback(by=by, chargeback_public_id=public_id, won=won, on=ENDED, reason="письмо", now=LATER)


def test_a_told_dispute_says_that_no_balance_changed(family: Family, paid: Order, olga: Actor) -> None:
    dispute(paid, 335_38, by=olga)
    page = page_of(family, paid)
    assert "Платёж оспорен в банке" in page
    assert "Удержано банком по спору с 01.12.2026" in page
    assert "Проведен" in page
    assert "CB-77" not in page


def test_a_lost_dispute_is_told_as_money_that_came_back(family: Family, paid: Order, olga: Actor) -> None:
    end(dispute(paid, 300_00, by=olga), won=False, by=olga)
    page = page_of(family, paid)
    assert "Часть денег возвращена" in page
    assert "Возвращено банком по спору 10.12.2026" in page
    assert "−300,00 ₽" in page
    assert "Возвращён частично" in page


def test_a_dispute_lost_whole_is_a_payment_returned(family: Family, paid: Order, olga: Actor) -> None:
    end(dispute(paid, 335_38, by=olga), won=False, by=olga)
    page = page_of(family, paid)
    assert "Деньги возвращены" in page
    history = text_of(signed_in(family.anna).get("/history/?since=2026-11-01&until=2026-12-31"))
    assert "Возвращён" in history
    assert "Проведен" not in history


def test_a_won_dispute_leaves_the_payment_paid(family: Family, paid: Order, olga: Actor) -> None:
    end(dispute(paid, 335_38, by=olga), won=True, by=olga)
    page = page_of(family, paid)
    assert "Оплачено" in page
    assert "Спор окончен 10.12.2026, платёж остался в силе" in page


def test_a_dispute_beside_a_refund_is_one_sum_that_came_back(
    family: Family, bank: StubBank, paid: Order, olga: Actor
) -> None:
    bank.give_back(paid, 35_38)
    operations.settle(order_id=paid.pk, now=NOW, by="test")
    end(dispute(paid, 300_00, by=olga), won=False, by=olga)
    page = page_of(family, paid)
    assert "Деньги возвращены" in page
    assert "Банк вернул 335,38 ₽" in page


def test_a_refund_we_sent_is_on_its_way_and_then_failed(
    family: Family, bank: StubBank, paid: Order, olga: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**asked: Any) -> Any:
        raise Permanent("too late", code="refund_period_expired")

    new = NewRefund({family.second.public_id: 20_00}, "Заявление № 7")
    seen = giving_back.preview_refund(by=olga, order_public_id=paid.public_id, new=new, now=NOW)
    giving_back.write_refund(
        by=olga, order_public_id=paid.public_id, new=new, reason="ошибка", shown=seen.shown, now=NOW
    )
    assert "Возврат в пути с" in page_of(family, paid)
    monkeypatch.setattr(bank, "refund", refuse)
    operations.look_at_asked_refunds(now=NOW + timedelta(minutes=1))
    page = page_of(family, paid)
    assert "не состоялся" in page
    assert "Оплачено" in page


def test_boris_sees_of_a_dispute_only_what_falls_on_his_account(
    family: Family, paid: Order, olga: Actor
) -> None:
    end(dispute(paid, 335_38, by=olga), won=False, by=olga)
    history = text_of(signed_in(family.boris).get("/history/?since=2026-11-01&until=2026-12-31"))
    assert "300,00 ₽" in history
    assert "35,38" not in history
