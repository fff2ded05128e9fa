"""What the day after a fault brings: nobody asks again by itself, half a night, another word of the bank."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection

from svet.gateways.failures import Temporary
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.ledger import queries as ledger
from svet.payments import jobs, operations, queries
from svet.payments.models import Callback, DayDifference, DayTotals, Order
from svet.payments.operations.listing import look_for_refunds
from svet.payments.rules.states import CallbackOutcome, OrderState
from svet.payments.tests.factories import NOW, Family, StubBank, credited, make_family, make_order, paid_back
from svet.people.tests.factories import make_person
from tests.jobs import run_jobs
from tests.kills import MOST, enough, killed_at

DAY = timedelta(days=1)


@pytest.fixture
def order(family: Family, bank: StubBank) -> Order:
    made = make_order(person=family.anna, lines=[(family.first, 300_00)])
    return operations.send_to_bank(order_id=made.pk, now=NOW)


def told(order: Order, event: str = "payment.succeeded") -> None:
    """The bank's message about the order; nobody has worked on it yet."""
    thing = {
        "id": order.bank_reference, "status": "succeeded", "amount": {"value": "300.00", "currency": "RUB"},
        "recipient": {"account_id": "100500"}, "metadata": {"order_id": order.public_id},
    }  # fmt: skip
    raw = json.dumps({"type": "notification", "event": event, "object": thing}).encode()
    operations.take_callback(raw=raw, address="127.0.0.1", now=NOW)


def exhausted(bank: StubBank) -> None:
    """Every try of the job that the message left meets a silent bank."""
    bank.failure = Temporary("silence", code="timeout")
    run_jobs(queue="payments", later=True, keep_failed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT status FROM procrastinate_jobs WHERE task_name = 'payments.settle'")
        assert cursor.fetchall() == [("failed",)]
    bank.failure = None


def now_and_then() -> None:
    """What the janitor does by itself within the next days."""
    for hours in (1, 2, 7, 25, 49):
        operations.look_at_due_orders(now=NOW + timedelta(hours=hours))


def test_a_payment_nobody_told_of_is_on_the_list_of_what_was_just_paid(bank: StubBank, order: Order) -> None:
    late = NOW + timedelta(minutes=7)
    assert operations.look_for_payments(now=late) == 0
    assert credited(order) == Money(0)
    bank.pay(order, paid_at=late)
    # Its own next look would be in eight minutes.
    jobs.paid(int((late + timedelta(seconds=30)).timestamp()))
    assert credited(order) == Money(300_00)
    bank.failure = Temporary("silence", code="timeout")
    assert operations.look_for_payments(now=late) == 0


def test_an_order_whose_job_is_exhausted_is_credited_by_the_janitor(bank: StubBank, order: Order) -> None:
    bank.pay(order)
    told(order)
    exhausted(bank)
    now_and_then()
    assert credited(order) == Money(300_00)
    assert queries.broken() == []


def test_a_late_success_whose_job_is_exhausted_is_found_again(bank: StubBank, order: Order) -> None:
    bank.refuse(order)
    operations.settle(order_id=order.pk, now=NOW, by="test")
    order.refresh_from_db()
    assert (order.state, order.next_look_at) == (OrderState.CANCELED, None)
    bank.pay(order)
    told(order)
    exhausted(bank)
    now_and_then()
    assert credited(order) == Money(300_00)
    order.refresh_from_db()
    assert order.next_look_at is None
    assert queries.broken() == []


def test_a_canceled_order_that_was_only_told_of_is_left_alone_again(bank: StubBank, order: Order) -> None:
    bank.refuse(order)
    operations.settle(order_id=order.pk, now=NOW, by="test")
    told(order, "payment.canceled")
    run_jobs(queue="payments", later=True)
    now_and_then()
    asked = bank.asked
    operations.look_at_due_orders(now=NOW + 9 * DAY)
    order.refresh_from_db()
    assert (order.state, order.next_look_at, bank.asked) == (OrderState.CANCELED, None, asked)


def test_a_refund_whose_job_is_exhausted_is_found_again(bank: StubBank, order: Order) -> None:
    bank.pay(order)
    operations.settle(order_id=order.pk, now=NOW, by="test")
    bank.give_back(order, 100_00)
    told(order, "refund.succeeded")
    exhausted(bank)
    now_and_then()
    assert paid_back(order) == Money(100_00)
    look_for_refunds(now=NOW + DAY)
    assert paid_back(order) == Money(100_00)
    order.refresh_from_db()
    assert order.next_look_at is None
    assert queries.broken() == []


def test_the_bank_tells_another_sum_of_an_order_that_waits_for_a_person(
    family: Family, bank: StubBank, order: Order
) -> None:
    olga = Actor.staff(make_person(first_name="Ольга").pk, name="Ольга С.")
    bank.pay(order, amount=Money(450_00))
    operations.settle(order_id=order.pk, now=NOW, by="test")
    bank.statuses[order.bank_reference] = replace(bank.statuses[order.bank_reference], amount=Money(400_00))
    for _ in range(2):
        operations.settle(order_id=order.pk, now=NOW + timedelta(hours=1), by="test")
    order.refresh_from_db()
    # What stands in suspense is what came first; the desk is told once that the bank has changed its word.
    assert (order.state, order.held_kopecks) == (OrderState.REVIEW, 450_00)
    noted = Callback.objects.filter(outcome=CallbackOutcome.NOTED, order=order)
    assert [("450" in one.note.replace("45000", "450"), "400" in one.note) for one in noted] == [(True, True)]
    assert queries.broken() == ledger.broken() == []
    operations.credit_reviewed(
        order_public_id=order.public_id, by=olga, now=NOW + timedelta(hours=2), comment="сверено с выпиской"
    )
    order.refresh_from_db()
    assert (order.state, order.held_kopecks, order.taken_kopecks) == (OrderState.CREDITED, 0, 400_00)
    assert credited(order) == Money(400_00)
    assert queries.broken() == ledger.broken() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.chaos
def test_a_night_that_ends_half_way_is_done_again_by_another_machine(bank: StubBank) -> None:
    family, day = make_family(), NOW.date()
    orders = [make_order(person=family.anna, lines=[(family.first, 100_00 + at)]) for at in range(3)]
    orders = [operations.send_to_bank(order_id=one.pk, now=NOW) for one in orders]
    for one in orders:
        bank.pay(one)
    operations.settle(order_id=orders[0].pk, now=NOW, by="test")
    # One that nobody told us of, and one that is nobody's.
    bank.statuses["foreign"] = replace(
        bank.statuses[orders[1].bank_reference], reference="foreign", order_id="x", amount=Money(7_00)
    )
    kills = 0
    for point in range(1, MOST):
        killed = killed_at(point, lambda: operations.reconcile_day(day=day, now=NOW + DAY))
        kills += killed
        operations.reconcile_day(day=day, now=NOW + DAY + timedelta(minutes=1))
        assert [credited(one).kopecks for one in orders] == [100_00, 100_01, 100_02]
        (totals,) = DayTotals.objects.filter(day=day)
        assert totals.taken_kopecks == 300_03
        assert DayDifference.objects.filter(day=day).count() == 1
        assert Callback.objects.filter(reference="foreign").count() == 1
        if not killed:
            break
    assert enough(kills, every=11, short=7), kills
    assert queries.broken() == ledger.broken() == []


def test_a_day_left_behind_by_a_machine_that_died_is_compared_all_the_same(
    family: Family, bank: StubBank
) -> None:
    night = NOW + DAY
    jobs.reconcile(int(night.timestamp()))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing'")
    jobs.reconcile(int(night.timestamp()))
    assert run_jobs(queue="payments") > 1
    assert DayTotals.objects.filter(day=date(2026, 11, 22)).exists()
