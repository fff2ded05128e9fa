"""Many at once: real connections, real locks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.kernel.transactions import together
from svet.ledger import queries as ledger
from svet.ledger.models import Transaction
from svet.notices.models import Delivery, Notice
from svet.payments import operations, queries
from svet.payments.models import BankReceiptTold, MoneyAct, Order, PaymentRefund, RefundRequest
from svet.payments.operations import giving_back
from svet.payments.operations.asking_back import ask_back, offer_back
from svet.payments.operations.bank_receipts import ask_late_again, close_bank_receipt
from svet.payments.operations.calling_off import call_off_back
from svet.payments.operations.moving_over import move_over, offer_move
from svet.payments.rules.giving_back import NewRefund, RefundConflict, RefundNotFound, RefundRefused
from svet.payments.rules.receipts import ToldState
from svet.payments.rules.states import OrderState, RefundState
from svet.payments.tests.factories import (
    NOW,
    Family,
    StubBank,
    credited,
    make_family,
    make_order,
    paid_back,
)
from svet.people.tests.factories import make_person

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(count: int, act: Callable[[], Any]) -> list[Exception]:
    """Let ``count`` threads, each with its own connection, do it behind one barrier."""
    barrier, failures = threading.Barrier(count), list[Exception]()

    def run() -> None:
        barrier.wait()
        try:
            act()
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


def test_twenty_settlings_at_once_credit_once(bank: StubBank) -> None:
    family = make_family()
    order = make_order(person=family.anna, lines=[(family.first, 300_00), (family.second, 35_38)])
    order = operations.send_to_bank(order_id=order.pk, now=NOW)
    bank.pay(order)
    later = NOW + timedelta(minutes=1)
    assert at_once(20, lambda: operations.settle(order_id=order.pk, now=later, by="race")) == []
    assert Order.objects.get().state == OrderState.CREDITED
    assert Transaction.objects.filter(key=order.ledger_key).count() == 1
    assert Delivery.objects.filter(event="receipt").count() == 1
    assert queries.broken() == []


def test_twenty_double_clicks_make_one_order_and_one_bank_order(bank: StubBank) -> None:
    family, key = make_family(), uuid4()

    def click() -> None:
        order = make_order(person=family.anna, lines=[(family.first, 300_00)], key=key)
        operations.send_to_bank(order_id=order.pk, now=NOW)

    failures = at_once(20, click)
    # The hourly limit may stop late clicks: they come before the first order is there.
    assert {type(error).__name__ for error in failures} <= {"LimitReached"}
    assert Order.objects.count() == 1
    assert len(bank.keys) == 1


def test_settlings_and_janitor_together_credit_once(bank: StubBank) -> None:
    family = make_family()
    order = make_order(person=family.anna, lines=[(family.first, 300_00)])
    order = operations.send_to_bank(order_id=order.pk, now=NOW)
    bank.pay(order)
    later, turns = NOW + timedelta(minutes=1), iter(range(100))

    def act() -> None:
        match next(turns) % 3:
            case 0:
                operations.look_at_due_orders(now=later)
            case 1:
                operations.settle(order_id=order.pk, now=later, by="race", wait=False)
            case _:
                operations.settle(order_id=order.pk, now=later, by="race")

    assert at_once(15, act) == []
    assert Transaction.objects.filter(key=order.ledger_key).count() == 1
    assert queries.broken() == []


def test_twenty_refund_callbacks_at_once_take_it_off_once(bank: StubBank) -> None:
    family = make_family()
    order = make_order(person=family.anna, lines=[(family.first, 300_00), (family.second, 35_38)])
    order = operations.send_to_bank(order_id=order.pk, now=NOW)
    bank.pay(order)
    later, turns = NOW + timedelta(minutes=1), iter(range(100))
    bank.give_back(order, 100_00)
    bank.give_back(order, 100_00)

    def act() -> None:
        # The credit itself is among them: refunds before, beside and after it.
        if next(turns) % 4 == 3:
            operations.look_for_refunds(now=later)
        else:
            operations.settle(order_id=order.pk, now=later, by="race")

    assert at_once(20, act) == []
    assert credited(order) == Money(335_38)
    assert paid_back(order) == Money(200_00)
    assert PaymentRefund.objects.count() == 2
    assert Notice.objects.filter(event="payment_refunded").count() == 2
    assert queries.broken() == []


def test_two_people_cannot_credit_and_send_back_the_same_order(bank: StubBank) -> None:
    family = make_family()
    order = make_order(person=family.anna, lines=[(family.first, 300_00)])
    order = operations.send_to_bank(order_id=order.pk, now=NOW)
    bank.pay(order, amount=Money(450_00))
    later, turns = NOW + timedelta(minutes=1), iter(range(100))
    operations.settle(order_id=order.pk, now=later, by="race")
    by = Actor.staff(family.vera.pk, name="Ольга")

    def act() -> None:
        verb = (operations.credit_reviewed, operations.send_back)[next(turns) % 2]
        verb(order_public_id=order.public_id, by=by, now=later, comment="наперегонки")

    failures = at_once(10, act)
    assert {type(error).__name__ for error in failures} <= {"ReviewConflict", "ReviewRefused"}
    order.refresh_from_db()
    sent_back = Money.total(refund.amount for refund in bank.returned)
    assert (order.state, credited(order), sent_back) in [
        (OrderState.CREDITED, Money(450_00), Money(0)),
        (OrderState.RETURNED, Money(0), Money(450_00)),
    ]
    assert queries.broken() == []


def test_of_two_members_who_sign_at_once_one_does(bank: StubBank) -> None:
    family = make_family()
    order = make_order(person=family.anna, lines=[(family.first, 5_000_00)])
    order = operations.send_to_bank(order_id=order.pk, now=NOW)
    bank.pay(order)
    operations.settle(order_id=order.pk, now=NOW, by="race")
    asks, *signs = (Actor.staff(make_person().pk, name=f"Член {at}") for at in range(5))
    new = NewRefund({family.first.public_id: 5_000_00}, "заявление 1")
    public_id = order.public_id
    shown = giving_back.preview_refund(by=asks, order_public_id=public_id, new=new, now=NOW).shown
    failures = at_once(
        4,
        lambda: giving_back.write_refund(
            by=asks, order_public_id=public_id, new=new, reason="по заявлению", shown=shown, now=NOW
        ),
    )
    assert len(failures) == 3
    request = RefundRequest.objects.get()
    waiting = giving_back.preview_waiting_refund(by=asks, refund_public_id=request.public_id, now=NOW)
    hands = iter([asks, *signs])
    failures = at_once(
        5,
        lambda: giving_back.sign_refund(
            by=next(hands), refund_public_id=request.public_id, shown=waiting.shown, now=NOW
        ),
    )
    assert len(failures) == 4
    assert all(isinstance(failure, RefundConflict | RefundRefused) for failure in failures)
    request.refresh_from_db()
    assert request.signed_by_id in {one.person_id for one in signs}
    at_once(3, lambda: operations.look_at_asked_refunds(now=NOW + timedelta(minutes=1)))
    assert [one.amount for one in bank.returned] == [Money(5_000_00)]
    assert paid_back(order) == Money(5_000_00)
    assert queries.broken() == []


def test_an_overpayment_asked_back_and_moved_at_once_goes_one_way_once(bank: StubBank) -> None:
    family = make_family()
    order = make_order(person=family.anna, lines=[(family.first, 335_38)])
    order = operations.send_to_bank(order_id=order.pk, now=NOW)
    bank.pay(order)
    operations.settle(order_id=order.pk, now=NOW, by="race")
    by, first, second = Actor.person(family.anna.pk), family.first.public_id, family.second.public_id
    back = offer_back(by=by, order_public_id=order.public_id, now=NOW).shown
    move = offer_move(by=by, order_public_id=order.public_id).shown
    turns = count()

    def press() -> None:
        if next(turns) % 2:
            ask_back(by=by, order_public_id=order.public_id, lines={first: 35_38}, shown=back, now=NOW)
        else:
            terms: dict[str, Any] = {"from_": first, "to": second, "kopecks": 35_38, "shown": move}
            move_over(by=by, order_public_id=order.public_id, now=NOW, **terms)

    failures = at_once(8, press)
    assert len(failures) == 7
    assert PaymentRefund.objects.count() + MoneyAct.objects.count() == 1
    assert ledger.balance(family.first.pk) == Money(0)
    assert queries.broken() == []


def _together(*acts: Callable[[], Any]) -> list[Exception]:
    """Each of them once, behind one barrier."""
    each = iter(acts)
    return at_once(len(acts), lambda: next(each)())


def _paid(bank: StubBank, family: Family, kopecks: int) -> Order:
    order = make_order(person=family.anna, lines=[(family.first, kopecks)])
    operations.send_to_bank(order_id=order.pk, now=NOW)
    bank.pay(order)
    operations.settle(order_id=order.pk, now=NOW, by="race")
    return order


def test_a_request_taken_back_while_the_second_member_signs_is_one_or_the_other(
    bank: StubBank, settings: Any
) -> None:
    settings.REFUND_ALONE, later = 400, NOW + timedelta(minutes=1)
    olga = Actor.staff(make_person(first_name="Ольга").pk, name="Ольга С.")
    ivan = Actor.staff(make_person(first_name="Иван").pk, name="Иван П.")
    for _ in range(4):
        family = make_family()
        order = _paid(bank, family, 800_00)
        anna = Actor.person(family.anna.pk)
        shown = offer_back(by=anna, order_public_id=order.public_id, now=later).shown
        lines = {family.first.public_id: 500_00}
        ask_back(by=anna, order_public_id=order.public_id, lines=lines, shown=shown, now=later)
        request = RefundRequest.objects.get(refund__order=order)

        def sign(by: Actor, seen: str, public_id: str = request.public_id) -> bool:
            return giving_back.sign_refund(by=by, refund_public_id=public_id, shown=seen, now=later)

        def seen(by: Actor, public_id: str = request.public_id) -> str:
            return giving_back.preview_waiting_refund(by=by, refund_public_id=public_id, now=later).shown

        sign(olga, seen(olga))
        last, called_off = seen(ivan), list[bool]()

        def call_off(public_id: str = order.public_id, said: list[bool] = called_off) -> None:
            said.append(call_off_back(by=Actor.person(Order.objects.get(public_id=public_id).person_id),
                                      order_public_id=public_id, now=later))  # fmt: skip

        failures = _together(partial(sign, ivan, last), call_off)
        state = PaymentRefund.objects.get(order=order).state
        owes = ledger.balance(family.first.pk).kopecks
        if called_off == [True]:
            # It was there first: the member is told that it was decided, and nothing has left the account.
            assert [type(one) for one in failures] == [RefundNotFound] or [type(one) for one in failures] == [
                RefundConflict
            ]
            assert (state, owes) == (RefundState.WITHDRAWN, -500_00)
        else:
            assert (failures, called_off) == ([], [False])
            assert (state, owes) == (RefundState.APPROVED, 0)
    assert queries.broken() == []


def test_a_late_receipt_that_is_closed_at_this_moment_is_not_asked_about_again(bank: StubBank) -> None:
    """The accountant's transaction is open when everybody's question begins, and ends before it does."""
    family = make_family()
    order = make_order(person=family.anna, lines=[(family.first, 300_00)])
    operations.send_to_bank(order_id=order.pk, now=NOW)
    bank.pay(order)
    operations.settle(order_id=order.pk, now=NOW, by="test")
    later, asked = NOW + timedelta(hours=5), list[int]()
    clerk, closed = Actor.system("test"), {"document": "17", "why": "Пробит иначе"}

    def ask() -> None:
        try:
            asked.append(ask_late_again(now=later, by=clerk))
        finally:
            connection.close()

    asking = threading.Thread(target=ask)
    with together():
        close_bank_receipt(order_public_id=order.public_id, by=clerk, now=later, **closed)
        asking.start()
        wait_until_blocked()
    asking.join()
    row = BankReceiptTold.objects.get()
    assert (row.word, row.next_at, asked) == (ToldState.CLOSED, None, [0])


def wait_until_blocked() -> None:
    """Until another connection waits for a lock of ours."""
    for _ in range(500):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks"
                " WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits")
