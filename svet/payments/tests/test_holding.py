"""Money that does not fit stands in suspense: the bank's book has what the bank took, from the beginning."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Sum

from svet.accounts.models import Account
from svet.gateways.acquiring.port import BankState
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.ledger.models import Posting, Transaction
from svet.ledger.rules import Book
from svet.payments import operations, queries
from svet.payments.models import Order, PaymentRefund
from svet.payments.operations import holding
from svet.payments.rules.states import OrderState
from svet.payments.tests.factories import (
    NOW,
    Family,
    StubBank,
    credited,
    make_order,
    paid_back,
    provider_with_requisites,
)
from svet.people.tests.factories import make_person

LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def olga(db: None) -> Actor:
    return Actor.staff(make_person(first_name="Ольга").pk, name="Ольга С.")


@pytest.fixture
def order(family: Family, bank: StubBank) -> Order:
    made = make_order(person=family.anna, lines=[(family.first, 300_00), (family.second, 35_38)])
    return operations.send_to_bank(order_id=made.pk, now=NOW)


def settle(order: Order) -> Order:
    operations.settle(order_id=order.pk, now=LATER, by="test")
    return Order.objects.get(pk=order.pk)


def act(verb: Callable[..., Any], order: Order, by: Actor) -> Order:
    verb(order_public_id=order.public_id, by=by, now=LATER, comment="сверено с выпиской")
    return Order.objects.get(pk=order.pk)


def books(provider_id: int | None = None) -> tuple[int, int]:
    """Kopecks of the books of the bank and of suspense, of one provider or of all."""
    legs = Posting.objects.exclude(transaction__key__startswith="test-debt")
    if provider_id is not None:
        legs = legs.filter(transaction__provider_id=provider_id)
    found = dict(legs.values_list("book").annotate(sum=Sum("kopecks")).order_by())
    return found.get(Book.BANK.value, 0), found.get(Book.SUSPENSE.value, 0)


def test_what_does_not_fit_is_posted_once_on_its_own_day(bank: StubBank, order: Order) -> None:
    bank.pay(order, amount=Money(450_00))
    for _ in range(3):
        done = settle(order)
    assert (done.state, done.held_kopecks) == (OrderState.REVIEW, 450_00)
    posted = Transaction.objects.get(key=f"held:{order.public_id}")
    assert (posted.kind, posted.occurred_at, posted.effective_on) == ("payment", NOW, NOW.date())
    assert posted.provider_id == done.held_for_id
    assert books() == (450_00, -450_00)
    assert queries.broken() == []


def test_a_refund_of_it_comes_out_of_suspense_at_once(bank: StubBank, order: Order) -> None:
    bank.pay(order, amount=Money(450_00))
    settle(order)
    bank.give_back(order, 50_00)
    for _ in range(3):
        done = settle(order)
    assert (done.state, done.held_kopecks, done.refunded_kopecks) == (OrderState.REVIEW, 400_00, 50_00)
    assert books() == (400_00, -400_00)
    assert queries.broken() == []


def test_credited_it_leaves_suspense_and_its_refund_comes_off_the_accounts(
    bank: StubBank, order: Order, olga: Actor
) -> None:
    bank.pay(order, amount=Money(450_00))
    settle(order)
    bank.give_back(order, 50_00)
    settle(order)
    done = act(operations.credit_reviewed, order, olga)
    assert (done.state, done.held_kopecks, done.held_for_id) == (OrderState.CREDITED, 0, None)
    assert (credited(order), paid_back(order)) == (Money(450_00), Money(50_00))
    assert books() == (400_00, 0)
    bank.give_back(order, 400_00)
    settle(order)
    assert books() == (0, 0)
    assert queries.broken() == []


def test_sent_back_it_leaves_suspense_for_the_bank(bank: StubBank, order: Order, olga: Actor) -> None:
    bank.pay(order, amount=Money(450_00))
    settle(order)
    done = act(operations.send_back, order, olga)
    assert (done.state, done.held_kopecks, done.held_for_id) == (OrderState.RETURNED, 0, None)
    assert books() == (0, 0)
    assert queries.broken() == []


def test_more_given_back_than_stood_there_empties_it_and_goes_before_a_person(
    bank: StubBank, order: Order
) -> None:
    bank.pay(order, amount=Money(450_00))
    settle(order)
    bank.give_back(order, 500_00)
    done = settle(order)
    assert (done.state, done.held_kopecks) == (OrderState.RETURNED, 0)
    assert books() == (0, 0)
    assert [view.event for view in queries.open_callbacks()] == ["svet.refund_above_payment"]
    assert queries.broken() == []


def test_money_that_comes_while_a_person_looks_already_is_held_too(bank: StubBank, order: Order) -> None:
    operations.look_at_due_orders(now=NOW + timedelta(days=9))
    assert Order.objects.get().state == OrderState.REVIEW
    bank.pay(order, amount=Money(450_00))
    assert settle(order).taken_kopecks == 450_00
    assert books() == (450_00, -450_00)
    assert queries.broken() == []


def test_another_currency_and_another_payment_stand_in_no_book(bank: StubBank, order: Order) -> None:
    bank.pay(order, currency="USD")
    settle(order)
    assert books() == (0, 0)
    Order.objects.update(state=OrderState.WAITING, taken_currency="")
    bank.pay(order, currency="RUB", reference="another")
    done = settle(order)
    assert (done.state, done.taken_kopecks) == (OrderState.REVIEW, None)
    assert books() == (0, 0)
    assert queries.broken() == []


@pytest.fixture
def parted(family: Family, bank: StubBank, order: Order) -> Order:
    """Paid as ordered, but the second account has gone to another provider meanwhile."""
    other = provider_with_requisites(code="far", inn="7450000002")
    Account.objects.filter(pk=family.second.pk).update(provider=other)
    bank.pay(order)
    done = settle(order)
    assert (done.state, done.held_kopecks) == (OrderState.REVIEW, 335_38)
    assert done.held_for_id == family.first.provider_id
    assert books(other.pk) == (0, 0)
    return done


def test_money_of_several_payees_waits_and_is_credited_when_it_has_one(
    family: Family, bank: StubBank, parted: Order
) -> None:
    Account.objects.filter(pk=family.second.pk).update(provider_id=family.first.provider_id)
    assert settle(parted).state == OrderState.CREDITED
    assert books() == (335_38, 0)
    assert queries.broken() == []


def test_credited_to_another_payee_it_leaves_the_suspense_of_the_first_one(
    family: Family, bank: StubBank, parted: Order
) -> None:
    bank.give_back(parted, 35_38)
    settle(parted)
    second = Account.objects.get(pk=family.second.pk)
    Account.objects.filter(pk=family.first.pk).update(provider_id=second.provider_id)
    assert settle(parted).state == OrderState.CREDITED
    assert books(parted.held_for_id) == (0, 0)
    assert books(second.provider_id) == (300_00, 0)
    assert (credited(parted), paid_back(parted)) == (Money(335_38), Money(35_38))
    assert queries.broken() == []


def test_a_bank_that_takes_its_word_back_empties_suspense_by_a_persons_word_only(
    bank: StubBank, order: Order, olga: Actor
) -> None:
    bank.pay(order, amount=Money(450_00))
    settle(order)
    bank.pay(order, state=BankState.CANCELED)
    assert settle(order).state == OrderState.REVIEW
    assert books() == (450_00, -450_00)
    done = act(operations.cancel_reviewed, order, olga)
    assert (done.state, done.held_kopecks, done.taken_kopecks) == (OrderState.CANCELED, 0, None)
    assert books() == (0, 0)
    assert queries.broken() == []
    # And once more says that it was paid.
    bank.pay(order)
    assert settle(order).held_kopecks == 450_00
    assert books() == (450_00, -450_00)
    assert queries.broken() == []
    act(operations.credit_reviewed, order, olga)
    assert (credited(order), books()) == (Money(450_00), (450_00, 0))
    assert queries.broken() == []


@pytest.mark.parametrize("now_says", [449_99, 450_01, 335_38])
def test_a_person_credits_what_the_bank_says_afresh_though_it_said_otherwise_before(
    bank: StubBank, order: Order, olga: Actor, now_says: int
) -> None:
    bank.pay(order, amount=Money(450_00))
    settle(order)
    bank.pay(order, amount=Money(now_says))
    assert settle(order).held_kopecks == 450_00
    done = act(operations.credit_reviewed, order, olga)
    assert (done.state, done.taken_kopecks) == (OrderState.CREDITED, now_says)
    assert (credited(order), books()) == (Money(now_says), (now_says, 0))
    assert queries.broken() == []


@pytest.mark.parametrize("step", ["_post", "_set"])
@pytest.mark.parametrize("at", range(1, 4))
def test_a_crash_while_holding_leaves_nothing_behind(
    bank: StubBank, order: Order, monkeypatch: pytest.MonkeyPatch, step: str, at: int
) -> None:
    class Crash(Exception):
        pass

    real, calls = getattr(holding, step), [0]

    def crashing(*args: Any, **kwargs: Any) -> None:
        calls[0] += 1
        if calls[0] == at:
            raise Crash
        real(*args, **kwargs)

    bank.pay(order, amount=Money(450_00))
    bank.give_back(order, 50_00)
    with monkeypatch.context() as patch:
        patch.setattr(holding, step, crashing)
        try:
            settle(order)
        except Crash:
            assert queries.broken() == []
    for _ in range(2):
        settle(order)
    operations.look_at_due_orders(now=LATER + timedelta(hours=1))
    assert books() == (400_00, -400_00)
    assert PaymentRefund.objects.get().suspense_kopecks == 50_00
    assert queries.broken() == []
