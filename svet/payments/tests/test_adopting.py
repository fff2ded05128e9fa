"""The bank's first answer was lost: its callbacks say where to ask, the bank itself says what is true."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from svet.gateways.acquiring.port import BankPage, BankState
from svet.gateways.failures import Permanent, Temporary
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.payments import operations, queries
from svet.payments.models import Callback, Order
from svet.payments.operations import BankUnavailable, OrderReviewReason, OrderReviewRefused, ReviewConflict
from svet.payments.operations.sending import _answered
from svet.payments.rules.states import OrderState
from svet.payments.tests.factories import NOW, Family, StubBank, credited, make_order
from svet.people.tests.factories import make_person
from tests.jobs import run_jobs

DAYS_LATER = NOW + timedelta(days=3)


@pytest.fixture
def olga(db: None) -> Actor:
    return Actor.staff(make_person(first_name="Ольга").pk, name="Ольга С.")


def lost(family: Family, bank: StubBank, *, state: OrderState = OrderState.REVIEW) -> Order:
    """The bank made the payment, its answer never came, and nobody asks any more."""
    order = make_order(person=family.anna, lines=[(family.first, 300_00)])
    bank.failure = Temporary("no answer", code="timeout")
    with pytest.raises(BankUnavailable):
        operations.send_to_bank(order_id=order.pk, now=NOW)
    bank.failure = None
    Order.objects.filter(pk=order.pk).update(state=state, next_look_at=None)
    order.refresh_from_db()
    assert order.bank_reference == ""
    return order


def tell(order: Order, *, reference: str = "", event: str = "payment.succeeded") -> Callback:
    thing = {
        "id": reference or f"ref-{order.public_id}",
        "status": "succeeded",
        "amount": {"value": "300.00", "currency": "RUB"},
        "recipient": {"account_id": "100500", "gateway_id": "1"},
        "metadata": {"order_id": order.public_id},
    }
    raw = json.dumps({"type": "notification", "event": event, "object": thing}).encode()
    operations.take_callback(raw=raw, address="127.0.0.1", now=DAYS_LATER)
    return Callback.objects.latest("pk")


@pytest.mark.parametrize("state", [OrderState.REVIEW, OrderState.CANCELED, OrderState.FAILED])
def test_money_nobody_asks_about_any_more_is_credited_when_the_bank_confirms_it(
    family: Family, bank: StubBank, state: OrderState
) -> None:
    order = lost(family, bank, state=state)
    bank.pay(order)
    tell(order)
    assert len(queries.open_callbacks()) == 1
    run_jobs(queue="payments")
    order.refresh_from_db()
    assert (order.state, order.bank_reference) == (OrderState.CREDITED, f"ref-{order.public_id}")
    assert credited(order) == Money(300_00)
    assert queries.open_callbacks() == []
    assert queries.broken() == []


def test_another_payment_cannot_be_planted(family: Family, bank: StubBank, olga: Actor) -> None:
    """Vera's own paid payment of the same sum, named in news about Anna's order."""
    order = lost(family, bank)
    strange = replace(
        bank.statuses[f"ref-{order.public_id}"],
        reference="ref-of-vera",
        state=BankState.PAID,
        order_id="veraspaymentid00",
    )
    bank.statuses["ref-of-vera"] = strange
    tell(order, reference="ref-of-vera")
    run_jobs(queue="payments")
    order.refresh_from_db()
    assert (order.state, order.bank_reference, credited(order)) == (OrderState.REVIEW, "", Money(0))
    with pytest.raises(OrderReviewRefused) as refused:
        operations.credit_reviewed(order_public_id=order.public_id, by=olga, now=DAYS_LATER, comment="да")
    assert refused.value.reason is OrderReviewReason.NOTHING_TAKEN


def test_another_sum_is_credited_by_nobody_but_a_person(family: Family, bank: StubBank, olga: Actor) -> None:
    order = lost(family, bank)
    bank.pay(order, amount=Money(299_00))
    tell(order)
    run_jobs(queue="payments")
    order.refresh_from_db()
    assert (order.state, credited(order)) == (OrderState.REVIEW, Money(0))
    operations.credit_reviewed(order_public_id=order.public_id, by=olga, now=DAYS_LATER, comment="по выписке")
    assert credited(order) == Money(299_00)


def test_money_that_was_taken_is_never_cancelled_away(family: Family, bank: StubBank, olga: Actor) -> None:
    order = lost(family, bank)
    bank.pay(order)
    tell(order)
    with pytest.raises(ReviewConflict):
        operations.cancel_reviewed(order_public_id=order.public_id, by=olga, now=DAYS_LATER, comment="нет")
    order.refresh_from_db()
    assert (order.state, credited(order)) == (OrderState.CREDITED, Money(300_00))


def test_a_payment_the_bank_may_still_take_is_not_cancelled_either(
    family: Family, bank: StubBank, olga: Actor
) -> None:
    order = lost(family, bank)
    tell(order)
    with pytest.raises(OrderReviewRefused) as refused:
        operations.cancel_reviewed(order_public_id=order.public_id, by=olga, now=DAYS_LATER, comment="нет")
    assert refused.value.reason is OrderReviewReason.MONEY_TAKEN
    bank.failure = Temporary("no answer", code="timeout")
    with pytest.raises(BankUnavailable):
        operations.cancel_reviewed(order_public_id=order.public_id, by=olga, now=DAYS_LATER, comment="нет")
    order.refresh_from_db()
    assert order.state == OrderState.REVIEW


def test_news_of_taken_money_cannot_be_put_away_unread(family: Family, bank: StubBank, olga: Actor) -> None:
    order = lost(family, bank, state=OrderState.CANCELED)
    bank.pay(order)
    news = tell(order)
    with pytest.raises(ReviewConflict):
        operations.close_callback(callback_id=news.pk, by=olga, now=DAYS_LATER, comment="не наше")
    assert credited(order) == Money(300_00)


def test_an_order_the_bank_has_no_name_for_is_closed_on_the_persons_word(
    family: Family, bank: StubBank, olga: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = lost(family, bank)
    tell(order, reference="ref-nobody-knows")

    def unknown(*, reference: str, patience: float = 0) -> None:
        raise Permanent("404", code="not_found")

    monkeypatch.setattr(bank, "status", unknown)
    operations.cancel_reviewed(order_public_id=order.public_id, by=olga, now=DAYS_LATER, comment="нет")
    order.refresh_from_db()
    assert order.state == OrderState.CANCELED


def test_of_two_payments_of_one_order_the_paid_one_is_kept(family: Family, bank: StubBank) -> None:
    order = lost(family, bank)
    first = bank.statuses[f"ref-{order.public_id}"]
    bank.statuses["ref-again"] = replace(first, reference="ref-again", state=BankState.CANCELED)
    bank.pay(order)
    tell(order)
    tell(order, reference="ref-again", event="payment.canceled")
    run_jobs(queue="payments")
    order.refresh_from_db()
    assert (order.bank_reference, order.state) == (f"ref-{order.public_id}", OrderState.CREDITED)


def test_news_that_comes_before_our_own_question_is_answered_credits_once(
    family: Family, bank: StubBank
) -> None:
    order = lost(family, bank, state=OrderState.SENT)
    bank.pay(order)
    tell(order)
    # The bank must not be asked to make it again while the first question is still on its way.
    bank.create = _never  # type: ignore[method-assign]
    run_jobs(queue="payments")
    page = BankPage(f"ref-{order.public_id}", "https://bank.example/page")
    late = _answered(order, page=page, now=DAYS_LATER)
    assert (late.state, late.bank_reference) == (OrderState.CREDITED, page.reference)
    assert credited(order) == Money(300_00)


def test_a_payment_still_waiting_for_its_page_gets_the_page(family: Family, bank: StubBank) -> None:
    order = lost(family, bank, state=OrderState.SENT)
    tell(order, event="payment.waiting_for_capture")
    operations.settle(order_id=order.pk, now=NOW + timedelta(minutes=1), by="test")
    order.refresh_from_db()
    assert (order.state, order.bank_page_url) == (
        OrderState.WAITING,
        f"https://bank.example/ref-{order.public_id}",
    )


def _never(**told: object) -> BankPage:
    raise AssertionError("asked again")
