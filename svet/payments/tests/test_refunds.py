"""What the bank gives back comes off the accounts again: once, whoever tells, however often, in any order."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from svet.gateways.acquiring.port import BankState
from svet.gateways.failures import Temporary
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.ledger import operations as ledger_operations
from svet.ledger import queries as ledger
from svet.ledger.models import Transaction
from svet.ledger.rules import Book, Leg, TransactionKind
from svet.notices.models import Notice
from svet.payments import operations, queries
from svet.payments.models import Callback, Order, PaymentRefund, RefundLine
from svet.payments.operations.leaving import forget_payer
from svet.payments.rules.states import OrderState
from svet.payments.tests.factories import NOW, Family, StubBank, credited, make_order, paid_back
from svet.people.models import Person

LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def order(family: Family, bank: StubBank) -> Order:
    """335,38 ₽ over both accounts; the bank has given its page."""
    made = make_order(person=family.anna, lines=[(family.first, 300_00), (family.second, 35_38)])
    return operations.send_to_bank(order_id=made.pk, now=NOW)


@pytest.fixture
def paid(bank: StubBank, order: Order) -> Order:
    """The same, credited."""
    bank.pay(order)
    return settle(order)


def settle(order: Order, *, now: datetime = LATER) -> Order:
    operations.settle(order_id=order.pk, now=now, by="test")
    return Order.objects.get(pk=order.pk)


def balances(family: Family) -> tuple[int, int]:
    found = ledger.balances([family.first.pk, family.second.pk])
    return found[family.first.pk].kopecks, found[family.second.pk].kopecks


def test_a_refund_after_the_credit_is_posted_told_and_seen(
    family: Family, bank: StubBank, paid: Order
) -> None:
    assert balances(family) == (0, 0)
    made = bank.give_back(paid, 35_38)
    done = settle(paid)
    assert (done.state, done.refunded_kopecks) == (OrderState.CREDITED, 35_38)
    # The sum fits one account and no other.
    assert balances(family) == (0, 35_38)
    posted = Transaction.objects.get(key=f"refund:{made.reference}")
    assert (posted.kind, posted.provider_id) == ("refund", family.first.provider_id)
    notice = Notice.objects.get(event="payment_refunded")
    assert notice.recipient_id == family.anna.recipient_id
    assert "35,38" in notice.text
    assert queries.broken() == []


def test_a_refund_told_a_hundred_times_is_posted_once(bank: StubBank, paid: Order) -> None:
    bank.give_back(paid, 100_00)
    for _ in range(100):
        settle(paid)
    assert paid_back(paid) == Money(100_00)
    assert Notice.objects.filter(event="payment_refunded").count() == 1
    assert PaymentRefund.objects.count() == 1


def test_two_parts_and_the_rest_come_off_one_after_the_other(
    family: Family, bank: StubBank, paid: Order
) -> None:
    for kopecks in (100_00, 100_00, 135_38):
        bank.give_back(paid, kopecks)
        settle(paid)
    assert balances(family) == (300_00, 35_38)
    assert paid_back(paid) == Money(335_38)
    assert PaymentRefund.objects.filter(posted_at__isnull=False).count() == 3
    assert queries.broken() == []


def test_two_equal_refunds_are_two(bank: StubBank, paid: Order) -> None:
    bank.give_back(paid, 50_00)
    bank.give_back(paid, 50_00)
    settle(paid)
    assert paid_back(paid) == Money(100_00)


def test_a_refund_before_our_credit_ends_as_one_after_it(
    family: Family, bank: StubBank, order: Order
) -> None:
    bank.pay(order)
    bank.give_back(order, 35_38)
    done = settle(order)
    assert (done.state, done.refunded_kopecks, done.next_look_at) == (OrderState.CREDITED, 35_38, None)
    assert balances(family) == (0, 35_38)
    assert credited(order) == Money(335_38)
    assert queries.broken() == []


def test_all_of_it_back_before_our_credit_leaves_the_debt_as_it_was(
    family: Family, bank: StubBank, order: Order
) -> None:
    bank.pay(order)
    bank.give_back(order, 335_38)
    settle(order)
    assert balances(family) == (300_00, 35_38)
    assert queries.broken() == []


def test_a_bank_that_falls_silent_between_credit_and_refunds_is_asked_again(
    bank: StubBank, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    bank.pay(order)
    bank.give_back(order, 100_00)

    def silent(**asked: object) -> None:
        raise Temporary("no answer")

    with monkeypatch.context() as patch:
        patch.setattr(bank, "refunds", silent)
        with pytest.raises(operations.BankUnavailable):
            settle(order)
    order.refresh_from_db()
    assert (order.state, order.next_look_at) == (OrderState.CREDITED, LATER)
    operations.look_at_due_orders(now=LATER)
    order.refresh_from_db()
    assert (paid_back(order), order.next_look_at) == (Money(100_00), None)


def test_more_than_was_paid_goes_before_a_person_and_takes_off_no_more(
    family: Family, bank: StubBank, paid: Order
) -> None:
    bank.give_back(paid, 300_00)
    settle(paid)
    bank.give_back(paid, 100_00)
    settle(paid)
    settle(paid)
    assert paid_back(paid) == Money(335_38)
    assert balances(family) == (300_00, 35_38)
    waiting = queries.open_callbacks()
    assert [view.event for view in waiting] == ["svet.refund_above_payment"]
    assert waiting[0].order_number == paid.number
    assert queries.broken() == []


def test_a_refund_in_another_state_is_no_refund(bank: StubBank, paid: Order) -> None:
    bank.give_back(paid, 100_00)
    bank.returned[0] = type(bank.returned[0])(
        "x", BankState.CANCELED, Money(100_00), bank.returned[0].payment, NOW
    )
    settle(paid)
    assert paid_back(paid) == Money(0)


def test_a_list_that_lags_behind_the_payment_is_read_again(bank: StubBank, paid: Order) -> None:
    bank.give_back(paid, 100_00)
    hidden = bank.returned.pop()
    assert settle(paid).next_look_at == LATER + timedelta(hours=1)
    assert queries.open_callbacks() == []
    operations.look_at_due_orders(now=LATER + timedelta(hours=1))
    assert [view.event for view in queries.open_callbacks()] == ["svet.refund_not_listed"]
    bank.returned.append(hidden)
    operations.look_at_due_orders(now=LATER + timedelta(hours=2))
    paid.refresh_from_db()
    assert (paid_back(paid), paid.next_look_at) == (Money(100_00), None)
    assert queries.open_callbacks() == []


def test_a_bank_that_changes_its_word_about_a_credited_payment_is_put_before_a_person_once(
    bank: StubBank, paid: Order
) -> None:
    bank.pay(paid, amount=Money(1))
    settle(paid)
    settle(paid)
    assert credited(paid) == Money(335_38)
    assert [view.event for view in queries.open_callbacks()] == ["svet.payment_changed"]


def test_a_refund_that_changes_its_sum_is_not_posted_again(bank: StubBank, paid: Order) -> None:
    made = bank.give_back(paid, 100_00)
    settle(paid)
    bank.returned[0] = type(made)(made.reference, made.state, Money(200_00), made.payment, made.at)
    settle(paid)
    assert paid_back(paid) == Money(100_00)
    assert "svet.payment_changed" in {view.event for view in queries.open_callbacks()}


def test_the_list_of_the_bank_finds_what_nobody_told(bank: StubBank, paid: Order) -> None:
    bank.give_back(paid, 100_00, at=NOW + timedelta(days=300))
    assert operations.look_for_refunds(now=NOW + timedelta(days=301)) == 1
    assert operations.look_for_refunds(now=NOW + timedelta(days=302)) == 0
    assert paid_back(paid) == Money(100_00)


def test_a_listed_refund_of_a_payment_that_is_not_ours_waits_for_a_person(
    bank: StubBank, paid: Order
) -> None:
    made = bank.give_back(paid, 100_00)
    bank.returned[0] = type(made)("strange", made.state, made.amount, "strange-payment", made.at)
    for _ in range(3):
        operations.look_for_refunds(now=LATER)
    view = Callback.objects.get()
    assert (view.event, view.reference) == ("svet.refund_of_unknown_payment", "strange-payment")
    assert queries.open_callbacks()[0].money == Money(100_00)


def test_the_payer_and_a_co_holder_see_it_on_the_order(family: Family, bank: StubBank, paid: Order) -> None:
    bank.give_back(paid, 100_00)
    settle(paid)
    whole = queries.orders(account_ids=[family.first.pk, family.second.pk])[0]
    assert whole.refunded == Money(100_00)
    part = queries.orders(account_ids=[family.first.pk])[0]
    # In proportion, to the kopeck: 300,00 of 335,38.
    assert part.refunded == Money(89_45)
    assert [refund.money for refund in part.refunds] == [Money(89_45)]


def test_a_refund_for_somebody_who_has_left_is_booked_all_the_same(
    family: Family, bank: StubBank, paid: Order
) -> None:
    forget_payer(person_id=family.anna.pk, by=Actor.person(family.anna.pk), now=LATER)
    Person.objects.filter(pk=family.anna.pk).update(is_active=False)
    bank.give_back(paid, 100_00)
    settle(paid)
    assert paid_back(paid) == Money(100_00)
    assert not Notice.objects.filter(event="payment_refunded").exists()


def test_the_database_refuses_a_refund_twice(bank: StubBank, paid: Order) -> None:
    bank.give_back(paid, 100_00)
    settle(paid)
    row = PaymentRefund.objects.get()
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_breaches_of_the_promise_about_refunds_are_found(bank: StubBank, paid: Order) -> None:
    bank.give_back(paid, 100_00)
    settle(paid)
    assert queries.broken_refunds() == []
    PaymentRefund.objects.update(kopecks=100_01)
    assert len(queries.broken_refunds()) == 2
    PaymentRefund.objects.update(kopecks=100_00, posted_at=None)
    assert len(queries.broken_refunds()) == 2
    RefundLine.objects.all().delete()
    PaymentRefund.objects.all().delete()
    assert len(queries.broken_refunds()) == 2


def test_a_payment_of_the_ledger_without_a_source_is_found(bank: StubBank, paid: Order) -> None:
    assert queries.broken_sources() == []
    with transaction.atomic():
        ledger_operations.post(
            key="reg:nobody:1",
            kind=TransactionKind.PAYMENT,
            legs=[Leg(Book.BANK, None, Money(1)), Leg(Book.SUSPENSE, None, Money(-1))],
            occurred_at=NOW,
            effective_on=NOW.date(),
            provider_id=paid.lines.first().account.provider_id,  # type: ignore[union-attr]
        )
    assert len(queries.broken_sources()) == 1
