"""After a restore nothing is done at the bank a second time, however long ago it was done the first time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from svet.gateways.acquiring.port import RefundsTold
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.payments import operations, queries
from svet.payments.models import Order, PaymentRefund
from svet.payments.operations.restored import distrust, money_on_its_way
from svet.payments.rules.giving_back import RefundConflict
from svet.payments.rules.states import OrderState, RefundState
from svet.payments.tests.factories import NOW, Family, StubBank, make_order, paid_back
from svet.payments.tests.test_giving_back import big, ivan, olga, paid, sign, wanted, write

__all__ = ["ivan", "olga", "paid"]
#: The backup is of NOW; the bank has long forgotten the keys of that day.
WEEK = timedelta(days=7)


def test_a_refund_that_was_made_in_the_lost_time_is_found_and_not_made_again(
    family: Family, bank: StubBank, olga: Actor, paid: Order
) -> None:
    write(paid, wanted((family.first, 100_00)), by=olga)
    refund = PaymentRefund.objects.get()
    assert refund.state == RefundState.APPROVED
    # What the lost time had: the bank made it. The copy knows nothing of that.
    bank.refund(key=refund.key, reference=paid.bank_reference, amount=refund.money)
    made = len(bank.refunds(reference=paid.bank_reference))
    bank.given.clear()
    assert money_on_its_way()[0] == 1
    assert distrust(now=NOW + WEEK).looked_for == 1
    operations.look_at_asked_refunds(now=NOW + WEEK)
    refund.refresh_from_db()
    assert refund.state == RefundState.DONE
    assert len(bank.refunds(reference=paid.bank_reference)) == made


def test_a_refund_the_list_does_not_tell_of_goes_before_a_person_and_is_not_made(
    family: Family, bank: StubBank, olga: Actor, paid: Order
) -> None:
    write(paid, wanted((family.first, 100_00)), by=olga)
    write(paid, wanted((family.first, 50_00)), by=olga)
    done = distrust(now=NOW + WEEK)
    assert (done.looked_for, done.called_back) == (1, (paid.number,))
    operations.look_at_asked_refunds(now=NOW + WEEK)
    operations.look_at_asked_refunds(now=NOW + WEEK + timedelta(hours=2))
    assert bank.refunds(reference=paid.bank_reference) == ()
    states = dict(PaymentRefund.objects.values_list("kopecks", "state"))
    assert states == {100_00: RefundState.UNKNOWN, 50_00: RefundState.WITHDRAWN}
    assert PaymentRefund.objects.get(kopecks=100_00).next_look_at is None
    assert distrust(now=NOW + WEEK).looked_for == 0


def test_a_refund_that_was_signed_and_made_in_the_lost_time_is_not_signed_again(
    family: Family, bank: StubBank, olga: Actor, ivan: Actor
) -> None:
    order = big(family, bank)
    report = write(order, wanted((family.first, 5000_00)), by=olga)
    waits = PaymentRefund.objects.get()
    assert waits.state == RefundState.TO_SIGN
    bank.refund(key=waits.key, reference=order.bank_reference, amount=waits.money)
    bank.given.clear()
    assert money_on_its_way()[0] == 1
    assert distrust(now=NOW + WEEK).called_back == (order.number,)
    operations.settle(order_id=order.pk, now=NOW + WEEK, by="test")
    assert paid_back(order) == Money(5000_00)
    with pytest.raises(RefundConflict):
        sign(report, by=ivan)
    assert queries.broken() == []


def test_an_order_the_bank_may_have_charged_already_is_not_sent_by_anybody(
    family: Family, bank: StubBank
) -> None:
    order = make_order(person=family.anna, lines=[(family.first, 300_00)])
    assert distrust(now=NOW + WEEK).ended == (order.number,)
    order.refresh_from_db()
    assert order.state == OrderState.CANCELED
    operations.send_to_bank(order_id=order.pk, now=NOW + WEEK)
    order.refresh_from_db()
    assert order.bank_reference == ""


@pytest.mark.parametrize("age", [timedelta(hours=1), WEEK])
def test_an_order_at_the_bank_goes_on_as_ever(family: Family, bank: StubBank, age: timedelta) -> None:
    order = make_order(person=family.anna, lines=[(family.first, 300_00)])
    operations.send_to_bank(order_id=order.pk, now=NOW)
    bank.pay(order)
    assert distrust(now=NOW + age).ended == ()
    operations.settle(order_id=order.pk, now=NOW + age, by="test")
    order.refresh_from_db()
    assert order.state == OrderState.CREDITED


def test_a_refund_made_in_the_lost_time_at_a_bank_without_a_list_is_found(
    family: Family, bank: StubBank, paid: Order
) -> None:
    bank.capabilities = replace(bank.capabilities, lists=False, refunds_told=RefundsTold.TOTAL)
    # Long after it was paid; the copy knows nothing, and the notification was taken in the lost time.
    bank.give_back(paid, 100_00)
    month = NOW + timedelta(days=30)
    assert distrust(now=month).asked_again == 1
    operations.look_at_due_orders(now=month + timedelta(days=1))
    assert paid_back(paid) == Money(100_00)
    assert queries.broken() == []
    assert Order.objects.get(pk=paid.pk).next_look_at is None


def test_a_bank_with_a_list_is_not_asked_about_each_payment(bank: StubBank, paid: Order) -> None:
    assert distrust(now=NOW + WEEK).asked_again == 0
    assert Order.objects.get(pk=paid.pk).next_look_at is None
