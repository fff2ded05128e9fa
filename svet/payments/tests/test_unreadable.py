"""A bank without a list, and an order of which nobody understands what it says: the day stands without it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from svet.gateways.acquiring.port import BankState, RefundsTold
from svet.gateways.acquiring.yookassa import CAPABILITIES
from svet.kernel.money import Money
from svet.payments import operations
from svet.payments.models import DayDifference, DayTotals, Order
from svet.payments.operations import asking_each
from svet.payments.queries import reconciliation
from svet.payments.queries.reconciliation import DayView
from svet.payments.rules.reconciling import DifferenceKind
from svet.payments.rules.states import OrderState
from svet.payments.tests.factories import NOW, Family, StubBank, credited, make_order, paid_back

DAY = date(2026, 11, 22)
NIGHT = datetime(2026, 11, 22, 22, 40, tzinfo=UTC)


@pytest.fixture
def unlisting(bank: StubBank) -> StubBank:
    """A bank that gives no lists and tells of refunds only how much in all."""
    bank.capabilities = replace(CAPABILITIES, lists=False, refunds_told=RefundsTold.TOTAL)
    return bank


def pay(family: Family, bank: StubBank, kopecks: int) -> Order:
    order = make_order(person=family.anna, lines=[(family.first, kopecks)])
    order = operations.send_to_bank(order_id=order.pk, now=NOW)
    bank.pay(order)
    operations.settle(order_id=order.pk, now=NOW, by="test")
    return Order.objects.get(pk=order.pk)


def reconcile(day: date = DAY, now: datetime = NIGHT) -> list[tuple[DifferenceKind, str]]:
    operations.reconcile_day(day=day, now=now)
    return [(one.kind, one.order_number) for one in reconciliation.differences(day=day)]


def totals(day: date = DAY) -> DayView:
    (view,) = reconciliation.days(since=day, until=day + timedelta(days=1))
    return view


def test_it_is_one_difference_and_the_totals_are_those_of_the_rest(
    family: Family, unlisting: StubBank
) -> None:
    odd, plain = pay(family, unlisting, 300_00), pay(family, unlisting, 100_00)
    unlisting.garbled.add(odd.bank_reference)
    for _ in range(2):
        assert reconcile() == [(DifferenceKind.UNREADABLE, odd.number)]
    (row,) = reconciliation.differences()
    assert (row.subject, row.theirs, row.ours) == (odd.bank_reference, None, Money(300_00))
    assert (row.account_number, row.provider_name) == (family.first.number, family.first.provider.name)
    day = totals()
    # On neither side: what we keep of it is not compared with what nobody knows.
    assert (day.taken, day.booked) == (Money(100_00), Money(100_00))
    assert (day.unread, day.differences, day.agrees) == (1, 1, False)
    assert (credited(odd), credited(plain)) == (Money(300_00), Money(100_00))


def test_it_is_gone_on_the_night_it_can_be_read_again(family: Family, unlisting: StubBank) -> None:
    odd = pay(family, unlisting, 300_00)
    unlisting.garbled.add(odd.bank_reference)
    reconcile()
    unlisting.garbled.clear()
    assert reconcile(now=NIGHT + timedelta(days=1)) == []
    day = totals()
    assert (day.taken, day.booked, day.unread, day.agrees) == (Money(300_00), Money(300_00), 0, True)
    assert DayDifference.objects.get().gone_at == NIGHT + timedelta(days=1)


def test_a_day_on_which_money_of_it_went_back_is_without_it_too(family: Family, unlisting: StubBank) -> None:
    odd = pay(family, unlisting, 300_00)
    later = NOW + timedelta(days=1)
    unlisting.give_back(odd, 50_00)
    operations.settle(order_id=odd.pk, now=later, by="test")
    assert paid_back(odd) == Money(50_00)
    next_day = DAY + timedelta(days=1)
    unlisting.garbled.add(odd.bank_reference)
    for day in (DAY, next_day):
        assert reconcile(day, NIGHT + timedelta(days=2)) == [(DifferenceKind.UNREADABLE, odd.number)]
        assert (totals(day).taken, totals(day).refunded, totals(day).booked) == (Money(0),) * 3
    unlisting.garbled.clear()
    assert reconcile(next_day, NIGHT + timedelta(days=3)) == []
    assert (totals(next_day).refunded, totals(next_day).booked) == (Money(50_00), Money(-50_00))


def test_one_that_was_not_paid_as_far_as_we_know_is_of_the_day_it_was_asked_for(
    family: Family, unlisting: StubBank
) -> None:
    order = make_order(person=family.anna, lines=[(family.first, 300_00)])
    order = operations.send_to_bank(order_id=order.pk, now=NOW)
    unlisting.garbled.add(order.bank_reference)
    assert reconcile() == [(DifferenceKind.UNREADABLE, order.number)]
    assert reconciliation.differences()[0].ours is None


def test_an_answer_that_fails_while_a_refund_is_booked_is_no_other(
    family: Family, unlisting: StubBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd, plain = pay(family, unlisting, 300_00), pay(family, unlisting, 100_00)
    unlisting.give_back(odd, 50_00)
    asked = unlisting.status

    def status(*, reference: str, patience: float = 1.0) -> object:
        answer = asked(reference=reference, patience=patience)
        if reference == odd.bank_reference:
            unlisting.garbled.add(reference)
        return answer

    monkeypatch.setattr(unlisting, "status", status)
    assert reconcile() == [(DifferenceKind.UNREADABLE, odd.number)]
    assert totals().taken == Money(100_00)
    assert (paid_back(odd), credited(plain)) == (Money(0), Money(100_00))


def test_a_bank_that_speaks_so_of_many_orders_is_as_good_as_silent(
    family: Family, unlisting: StubBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking_each, "MOST_UNREAD", 1)
    orders = [pay(family, unlisting, kopecks) for kopecks in (100_00, 120_00)]
    unlisting.garbled |= {order.bank_reference for order in orders}
    with pytest.raises(operations.BankUnavailable):
        reconcile()
    assert not DayDifference.objects.exists()
    assert not DayTotals.objects.exists()


def test_at_a_bank_with_a_list_the_list_is_what_counts(family: Family, bank: StubBank) -> None:
    order = make_order(person=family.anna, lines=[(family.first, 300_00)])
    order = operations.send_to_bank(order_id=order.pk, now=NOW)
    bank.pay(order)
    bank.garbled.add(order.bank_reference)
    plain = pay(family, bank, 100_00)
    assert reconcile() == [(DifferenceKind.PAYMENT_OPEN, order.number)]
    day = totals()
    assert (day.taken, day.booked, day.unread) == (Money(400_00), Money(100_00), 0)
    bank.garbled.clear()
    assert reconcile() == []
    order.refresh_from_db()
    assert (order.state, plain.state) == (OrderState.CREDITED, OrderState.CREDITED)
    assert bank.statuses[order.bank_reference].state is BankState.PAID
