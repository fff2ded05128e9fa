"""An answer read before somebody else has settled is joined after it: in any order, every kopeck once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from svet.gateways.acquiring.port import BankReason, BankState, BankStatus
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.kernel.transactions import use_case
from svet.ledger.models import Posting
from svet.ledger.rules import Book
from svet.notices.models import Delivery, Notice
from svet.payments import operations, queries
from svet.payments.models import Order, PaymentRefund
from svet.payments.operations import settling
from svet.payments.operations.listing import look_for_refunds
from svet.payments.rules.states import OrderState
from svet.payments.tests.factories import NOW, Family, StubBank, credited, make_family, make_order, paid_back

LATER = NOW + timedelta(minutes=1)
BY = "late"


@pytest.fixture
def order(family: Family, bank: StubBank) -> Order:
    made = make_order(person=family.anna, lines=[(family.first, 300_00), (family.second, 35_38)])
    return operations.send_to_bank(order_id=made.pk, now=NOW)


def settle(order: Order, *, wait: bool = True) -> Order:
    operations.settle(order_id=order.pk, now=LATER, by=BY, wait=wait)
    return Order.objects.get(pk=order.pk)


@pytest.fixture
def overtaken(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Let something happen between the next answer of the bank about a payment and its lock."""

    def between(act: Callable[[], object]) -> None:
        ask, waiting = settling.ask_status, [act]

        def late(asked: Order, **rest: Any) -> BankStatus:
            status = ask(asked, **rest)
            if waiting:
                waiting.pop()()
            return status

        monkeypatch.setattr(settling, "ask_status", late)

    return between


def bank_book() -> Money:
    """What the book of the bank has by all orders and refunds."""
    legs = Posting.objects.filter(book=Book.BANK.value).exclude(transaction__key__startswith="test-debt")
    return Money(sum(leg.kopecks for leg in legs))


Between = Callable[[Callable[[], object]], None]


def test_a_pending_answer_behind_the_credit_does_nothing(
    bank: StubBank, order: Order, overtaken: Between
) -> None:
    def paid_meanwhile() -> None:
        bank.pay(order)
        assert settle(order).state == OrderState.CREDITED

    overtaken(paid_meanwhile)
    assert settle(order).state == OrderState.CREDITED
    assert credited(order) == bank_book() == Money(335_38)
    assert queries.open_callbacks() == []
    assert queries.broken() == []


def test_a_canceled_answer_behind_the_credit_does_nothing(
    bank: StubBank, order: Order, overtaken: Between
) -> None:
    bank.refuse(order)

    def paid_meanwhile() -> None:
        bank.pay(order)
        assert settle(order).state == OrderState.CREDITED

    overtaken(paid_meanwhile)
    assert settle(order).state == OrderState.CREDITED
    assert credited(order) == Money(335_38)
    assert not Notice.objects.filter(event="payment_failed").exists()
    assert queries.open_callbacks() == []


def test_a_paid_answer_behind_a_cancel_is_credited(bank: StubBank, order: Order, overtaken: Between) -> None:
    bank.pay(order)

    def canceled_meanwhile() -> None:
        bank.refuse(order)
        assert settle(order).state == OrderState.CANCELED

    overtaken(canceled_meanwhile)
    assert settle(order).state == OrderState.CREDITED
    assert credited(order) == Money(335_38)
    assert queries.broken() == []


def test_a_paid_answer_behind_the_same_one_credits_once(
    bank: StubBank, order: Order, overtaken: Between
) -> None:
    bank.pay(order)
    overtaken(lambda: settle(order))
    settle(order)
    assert credited(order) == bank_book() == Money(335_38)
    assert Delivery.objects.filter(event="receipt").count() == 1


@pytest.mark.parametrize("first", [Money(335_38), Money(450_00)], ids=["fits", "does not"])
def test_another_sum_behind_a_known_one_is_put_before_a_person_and_not_over_it(
    bank: StubBank, order: Order, overtaken: Between, first: Money
) -> None:
    bank.pay(order, amount=Money(785_38) - first)

    def other_sum_meanwhile() -> None:
        bank.pay(order, amount=first)
        settle(order)

    overtaken(other_sum_meanwhile)
    done = settle(order)
    assert done.taken_kopecks == first.kopecks
    assert bank_book() == first
    assert [view.event for view in queries.open_callbacks()] == ["svet.payment_changed"]
    state = OrderState.CREDITED if first == Money(335_38) else OrderState.REVIEW
    assert done.state == state
    # Also when the bank says the sum ordered from now on: it has contradicted itself.
    bank.pay(order, amount=Money(335_38))
    assert settle(order).state == state
    assert bank_book() == first
    assert queries.broken() == []


def test_another_currency_behind_a_known_one_is_not_credited(bank: StubBank, order: Order) -> None:
    bank.pay(order, currency="USD")
    assert settle(order).state == OrderState.REVIEW
    bank.pay(order, currency="RUB")
    done = settle(order)
    assert (done.state, done.taken_kopecks, done.taken_currency) == (OrderState.REVIEW, None, "USD")
    assert bank_book() == Money(0)
    assert [view.event for view in queries.open_callbacks()] == ["svet.payment_changed"]


def test_an_answer_without_the_refund_behind_one_with_it_takes_nothing_back(
    bank: StubBank, order: Order, overtaken: Between
) -> None:
    bank.pay(order)

    def given_back_meanwhile() -> None:
        bank.give_back(order, 35_38)
        settle(order)

    overtaken(given_back_meanwhile)
    done = settle(order)
    assert (done.state, done.refunded_kopecks) == (OrderState.CREDITED, 35_38)
    assert (credited(order), paid_back(order), bank_book()) == (Money(335_38), Money(35_38), Money(300_00))
    assert queries.broken() == []


def test_a_refund_read_before_another_look_posted_it_is_posted_once(
    bank: StubBank, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    bank.pay(order)
    settle(order)
    bank.give_back(order, 35_38)
    refunds, waiting = bank.refunds, [True]

    def late(**asked: Any) -> Any:
        told = refunds(**asked)
        if waiting and waiting.pop():
            bank.give_back(order, 100_00)
            settle(order)
        return told

    monkeypatch.setattr(bank, "refunds", late)
    settle(order)
    assert (paid_back(order), PaymentRefund.objects.count()) == (Money(135_38), 2)
    assert bank_book() == Money(200_00)
    assert queries.broken() == []


def test_money_read_before_a_person_closed_the_order_is_still_taken(
    bank: StubBank, order: Order, overtaken: Between
) -> None:
    olga = Actor.staff(order.person_id, name="Ольга")
    operations.look_at_due_orders(now=NOW + timedelta(days=9))
    bank.pay(order)

    def closed_meanwhile() -> None:
        bank.refuse(order)
        operations.cancel_reviewed(order_public_id=order.public_id, by=olga, now=LATER, comment="нет денег")

    overtaken(closed_meanwhile)
    assert settle(order).state == OrderState.CREDITED
    assert credited(order) == Money(335_38)


def test_a_person_does_not_close_an_order_for_which_money_came_meanwhile(
    bank: StubBank, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    olga = Actor.staff(order.person_id, name="Ольга")
    operations.look_at_due_orders(now=NOW + timedelta(days=9))
    bank.refuse(order)
    status, waiting = bank.status, [True]

    def late(**asked: Any) -> BankStatus:
        told = status(**asked)
        if waiting and waiting.pop():
            bank.pay(order, amount=Money(450_00))
            settle(order)
        return told

    monkeypatch.setattr(bank, "status", late)
    with pytest.raises(operations.ReviewConflict):
        operations.cancel_reviewed(order_public_id=order.public_id, by=olga, now=LATER, comment="нет денег")
    assert (Order.objects.get().state, bank_book()) == (OrderState.REVIEW, Money(450_00))
    assert queries.broken() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("amount", [Money(335_38), Money(450_00)], ids=["fits", "does not"])
def test_two_settlings_that_read_before_either_locked_post_once(
    bank: StubBank, monkeypatch: pytest.MonkeyPatch, amount: Money
) -> None:
    family = make_family()
    order = make_order(person=family.anna, lines=[(family.first, 300_00), (family.second, 35_38)])
    order = operations.send_to_bank(order_id=order.pk, now=NOW)
    bank.pay(order, amount=amount)
    ask, barrier, failures = settling.ask_status, threading.Barrier(2), list[Exception]()

    def both(asked: Order, **rest: Any) -> BankStatus:
        status = ask(asked, **rest)
        barrier.wait(timeout=20)
        return status

    monkeypatch.setattr(settling, "ask_status", both)

    def run() -> None:
        try:
            settle(order)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert bank_book() == amount
    assert queries.broken() == []


class Watched(StubBank):
    """Remembers what it was asked and refuses to be asked while any transaction is open."""

    heard: set[str]

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if name not in ("create", "status", "refund", "refunds"):
            return found

        def asked(**details: Any) -> Any:
            assert not connection.in_atomic_block, f"the bank was asked for {name} inside a transaction"
            self.heard.add(name)
            return found(**details)

        return asked


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch, transactional_db: None) -> Iterator[Watched]:
    bank = Watched()
    bank.heard = set()
    monkeypatch.setattr("svet.gateways.acquiring.gateway", lambda: bank)
    yield bank
    assert bank.heard == {"create", "status", "refund", "refunds"}


def test_the_bank_is_never_asked_inside_a_transaction(watched: Watched) -> None:
    """Sending, settling, catching up, the desk, giving back, the list and the janitor, each really asking."""
    family = make_family()
    olga = Actor.staff(family.vera.pk, name="Ольга")

    def odd(**changes: Any) -> Order:
        order = make_order(person=family.anna, lines=[(family.first, 300_00)])
        order = operations.send_to_bank(order_id=order.pk, now=NOW)
        watched.pay(order, **changes)
        return settle(order)

    paid = odd()
    watched.give_back(paid, 100_00)
    assert settle(paid).refunded_kopecks == 100_00
    watched.give_back(paid, 50_00)
    assert look_for_refunds(now=LATER) == 1
    back, kept = odd(amount=Money(1_00)), odd(amount=Money(2_00))
    operations.send_back(order_public_id=back.public_id, by=olga, now=LATER, comment="вернуть")
    operations.credit_reviewed(order_public_id=kept.public_id, by=olga, now=LATER, comment="зачесть")
    watched.refuse(kept, BankReason.EXPIRED)
    closed = odd(state=BankState.PENDING)
    operations.look_at_due_orders(now=NOW + timedelta(days=9))
    watched.refuse(closed)
    operations.cancel_reviewed(order_public_id=closed.public_id, by=olga, now=LATER, comment="денег нет")
    Order.objects.filter(pk=paid.pk).update(next_look_at=LATER)
    operations.look_at_due_orders(now=LATER)
    operations.look_at_asked_refunds(now=LATER + timedelta(days=2))
    states = set(Order.objects.values_list("state", flat=True))
    assert states == {OrderState.CREDITED, OrderState.RETURNED, OrderState.CANCELED}


def test_a_bank_that_is_asked_inside_a_transaction_stops_the_test(bank: StubBank, order: Order) -> None:
    with use_case(), pytest.raises(RuntimeError, match="must not run inside a transaction"):
        bank.status(reference=order.bank_reference)
