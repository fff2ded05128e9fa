from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from svet.accounts.models import Account
from svet.gateways.acquiring.port import BankReason
from svet.gateways.failures import Temporary
from svet.journal import operations as journal
from svet.kernel.money import Money
from svet.ledger import operations as ledger_operations
from svet.ledger import queries as ledger
from svet.notices.models import Delivery, Notice
from svet.payments import operations, queries
from svet.payments.models import Order
from svet.payments.operations import moving, settling, telling
from svet.payments.rules.states import LOOKS, OrderState
from svet.payments.tests.factories import NOW, Family, StubBank, credited, make_order
from tests.jobs import run_jobs

LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def order(family: Family, bank: StubBank) -> Order:
    """335,38 ₽ over both accounts; the bank has given its page."""
    made = make_order(person=family.anna, lines=[(family.first, 300_00), (family.second, 35_38)])
    return operations.send_to_bank(order_id=made.pk, now=NOW)


def settle(order: Order) -> Order:
    operations.settle(order_id=order.pk, now=LATER, by="test")
    return Order.objects.get(pk=order.pk)


def test_a_paid_order_is_credited_to_all_its_accounts(family: Family, bank: StubBank, order: Order) -> None:
    bank.pay(order)
    done = settle(order)
    assert done.state == OrderState.CREDITED
    assert ledger.balances([family.first.pk, family.second.pk]) == {
        family.first.pk: Money(0),
        family.second.pk: Money(0),
    }
    assert [change.new for change in done.changes.all()] == ["created", "sent", "waiting", "paid", "credited"]
    assert done.next_look_at is None
    assert queries.broken() == []


def test_the_payer_gets_a_bell_and_a_receipt(family: Family, bank: StubBank, order: Order) -> None:
    bank.pay(order)
    settle(order)
    assert Notice.objects.filter(recipient_id=family.anna.recipient_id, event="payment_credited").count() == 1
    receipt = Delivery.objects.get(event="receipt")
    assert receipt.address == "anna@example.ru"
    payee = family.first.provider
    assert f"Получатель: {payee.legal_name}, ИНН {payee.inn}" in receipt.body
    for part in (order.number, "335,38", family.first.number, family.second.number, "300,00", "35,38"):
        assert part in receipt.body.replace("\u00a0", " ")


def test_settling_again_changes_nothing(family: Family, bank: StubBank, order: Order) -> None:
    bank.pay(order)
    for _ in range(5):
        settle(order)
    assert credited(order) == Money(335_38)
    assert Delivery.objects.filter(event="receipt").count() == 1
    assert Notice.objects.filter(event="payment_credited").count() == 1


def test_nothing_happens_while_the_person_is_still_typing(bank: StubBank, order: Order) -> None:
    assert settle(order).state == OrderState.WAITING
    assert credited(order) == Money(0)


@pytest.mark.parametrize(
    "odd",
    [
        {"amount": Money(335_37)},
        {"amount": Money(335_39)},
        {"amount": Money(33_538_00)},
        {"currency": "USD"},
        {"order_id": "somebodyelses000"},
    ],
    ids=str,
)
def test_money_that_does_not_fit_goes_before_a_person(
    bank: StubBank, order: Order, odd: dict[str, Any]
) -> None:
    bank.pay(order, **odd)
    assert settle(order).state == OrderState.REVIEW
    assert settle(order).state == OrderState.REVIEW
    assert credited(order) == Money(0)
    assert Order.objects.get().next_look_at is None
    assert queries.broken() == []


def test_a_declined_payment_is_told_with_its_reason(family: Family, bank: StubBank, order: Order) -> None:
    bank.refuse(order)
    done = settle(order)
    assert (done.state, done.bank_reason) == (OrderState.CANCELED, "insufficient_funds")
    assert Notice.objects.filter(event="payment_failed").count() == 1
    assert credited(order) == Money(0)


def test_an_abandoned_page_is_no_news(bank: StubBank, order: Order) -> None:
    bank.refuse(order, BankReason.EXPIRED)
    assert settle(order).state == OrderState.CANCELED
    assert not Notice.objects.exists()


def test_a_late_success_after_a_cancel_is_credited(bank: StubBank, order: Order) -> None:
    bank.refuse(order)
    settle(order)
    bank.pay(order)
    assert settle(order).state == OrderState.CREDITED
    assert credited(order) == Money(335_38)


def test_a_decline_after_the_money_came_is_ignored(bank: StubBank, order: Order) -> None:
    bank.pay(order)
    settle(order)
    bank.refuse(order)
    assert settle(order).state == OrderState.CREDITED
    assert credited(order) == Money(335_38)


def test_a_silent_bank_changes_nothing(bank: StubBank, order: Order) -> None:
    bank.pay(order)
    bank.failure = Temporary("no answer")
    with pytest.raises(operations.BankUnavailable):
        settle(order)
    bank.failure = None
    assert settle(order).state == OrderState.CREDITED


def test_an_account_closed_meanwhile_is_credited_all_the_same(
    family: Family, bank: StubBank, order: Order
) -> None:
    Account.objects.filter(pk=family.first.pk).update(closed_on=NOW.date())
    bank.pay(order)
    assert settle(order).state == OrderState.CREDITED


STEPS: dict[str, tuple[str, Callable[..., Any], int]] = {
    "move": ("move", moving.move, 1),
    "ledger.post": ("ledger.post", ledger_operations.post, 1),
    "move again": ("move", moving.move, 2),
    "tell_credited": ("tell_credited", telling.tell_credited, 1),
    "journal.record": ("journal.record", journal.record, 1),
}


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_a_crash_at_any_step_of_settling_credits_once(
    monkeypatch: pytest.MonkeyPatch, family: Family, bank: StubBank, order: Order, step: str, after: bool
) -> None:
    class Crash(Exception):
        pass

    calls = {"move": 0}

    def crashing(real: Callable[..., Any], at: int = 1) -> Callable[..., Any]:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            calls["move"] += 1
            if calls["move"] == at and not after:
                raise Crash
            result = real(*args, **kwargs)
            if calls["move"] == at:
                raise Crash
            return result

        return wrapped

    bank.pay(order)
    with monkeypatch.context() as patch:
        name, real, at = STEPS[step]
        patch.setattr(f"svet.payments.operations.crediting.{name}", crashing(real, at))
        with pytest.raises(Crash):
            settle(order)
    # A crash leaves nothing behind: neither money nor a promise to tell of it.
    assert credited(order) == Money(0)
    assert not Notice.objects.exists()
    assert Order.objects.get().state == OrderState.WAITING
    for _ in range(3):
        settle(order)
    operations.look_at_due_orders(now=NOW + timedelta(hours=1))
    assert credited(order) == Money(335_38)
    assert Delivery.objects.filter(event="receipt").count() == 1
    assert queries.broken() == []


def test_the_janitor_credits_when_nobody_tells(bank: StubBank, order: Order) -> None:
    bank.pay(order)
    assert operations.look_at_due_orders(now=NOW + timedelta(seconds=29)) == 0
    assert operations.look_at_due_orders(now=NOW + timedelta(seconds=30)) == 1
    assert credited(order) == Money(335_38)


def test_the_janitor_keeps_the_promised_times_and_ends_with_a_person(bank: StubBank, order: Order) -> None:
    seen = []
    for _ in range(len(LOOKS)):
        order.refresh_from_db()
        assert order.next_look_at is not None
        seen.append(order.next_look_at - NOW)
        operations.look_at_due_orders(now=order.next_look_at)
    assert tuple(seen) == LOOKS
    order.refresh_from_db()
    assert (order.state, order.next_look_at) == (OrderState.REVIEW, None)
    bank.pay(order)
    assert settle(order).state == OrderState.CREDITED


def test_the_janitor_leaves_an_order_alone_that_was_credited_while_it_was_listing(
    bank: StubBank, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    bank.pay(order)
    plan = settling._plan_next_look

    def late(order_id: int, **rest: Any) -> None:
        settle(order)
        plan(order_id, **rest)

    monkeypatch.setattr(settling, "_plan_next_look", late)
    operations.look_at_due_orders(now=LATER)
    order.refresh_from_db()
    assert (order.state, order.next_look_at) == (OrderState.CREDITED, None)


def test_a_refused_order_that_the_bank_cancels_too_stays_refused(bank: StubBank, order: Order) -> None:
    bank.refuse(order)
    Order.objects.update(state=OrderState.FAILED)
    assert settle(order).state == OrderState.FAILED


def test_an_order_the_bank_never_answered_is_not_sent_twice_after_its_key_expired(
    family: Family, bank: StubBank
) -> None:
    order = make_order(person=family.anna, lines=[(family.first, 100)])
    bank.failure = Temporary("no answer")
    with pytest.raises(operations.BankUnavailable):
        operations.send_to_bank(order_id=order.pk, now=NOW)
    bank.failure = None
    bank.keys.clear()
    operations.look_at_due_orders(now=NOW + timedelta(hours=24))
    order.refresh_from_db()
    assert order.state == OrderState.REVIEW
    assert not bank.keys


def test_an_order_that_never_left_is_dropped_when_its_page_would_have_expired(
    family: Family, bank: StubBank
) -> None:
    order = make_order(person=family.anna, lines=[(family.first, 100)])
    operations.look_at_due_orders(now=NOW + timedelta(minutes=1))
    order.refresh_from_db()
    assert order.state == OrderState.CREATED
    operations.look_at_due_orders(now=NOW + timedelta(hours=2))
    order.refresh_from_db()
    assert order.state == OrderState.CANCELED
    assert not bank.keys


def test_money_on_its_way_is_told(bank: StubBank, family: Family, order: Order) -> None:
    assert queries.in_transit([family.first.pk]) == {}
    bank.pay(order, amount=Money(1))
    settle(order)
    assert queries.in_transit([family.first.pk, family.second.pk]) == {
        family.first.pk: Money(300_00),
        family.second.pk: Money(35_38),
    }


def test_breaches_of_the_promises_are_found(bank: StubBank, order: Order) -> None:
    bank.pay(order)
    settle(order)
    Order.objects.update(state=OrderState.WAITING)
    assert len(queries.broken_credits()) == len(queries.broken_books()) == 1
    Order.objects.update(state=OrderState.CREDITED, public_id="0000000000000000")
    # The bank's book does not know the order any more either.
    assert len(queries.broken_credits() + queries.broken_bank()) == 3


def test_jobs_of_a_settled_order_run_dry(bank: StubBank, order: Order) -> None:
    bank.pay(order)
    settle(order)
    run_jobs(queue="payments")
