"""Many at once: real connections, real locks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from svet.ledger.models import Transaction
from svet.notices.models import Delivery
from svet.payments import operations, queries
from svet.payments.models import Order
from svet.payments.states import OrderState
from svet.payments.tests.factories import NOW, StubBank, make_family, make_order

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
