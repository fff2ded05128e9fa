"""Two workers, a person beside a worker, a kill at any statement: one order, or none."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection

from svet.autopay import operations
from svet.autopay.models import AutopayAgreement, AutopayTry, AutopayTurn
from svet.autopay.rules import AutopayConflict
from svet.autopay.tests.factories import AutopayCast, agree, at
from svet.gateways.acquiring.port import PATIENT, BankOrder, BankPage, BankState, BankStatus
from svet.gateways.failures import Unreached
from svet.kernel.actors import Actor
from svet.ledger import queries as ledger
from svet.notices.models import Notice
from svet.payments import operations as payments
from svet.payments.models import Order
from svet.payments.rules.states import OrderState
from svet.payments.tests.factories import StubBank, make_card
from tests.kills import MOST, enough, killed_at

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], Any]) -> list[Exception]:
    """Let threads, each with its own connection, do these behind one barrier."""
    barrier, failures = threading.Barrier(len(acts)), list[Exception]()

    def run(act: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            act()
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


def test_ten_workers_tell_once_and_charge_once(bank: StubBank) -> None:
    cast = AutopayCast()
    agree(cast.anna, cast.account, cast.card)
    assert at_once(*[lambda: operations.tell_due(now=at(3, 10))] * 10) == []
    assert AutopayTurn.objects.count() == 1
    assert Notice.objects.filter(event="autopay_told").count() == 1
    assert at_once(*[lambda: operations.charge_due(now=at(4, 12))] * 10) == []
    assert Order.objects.count() == AutopayTry.objects.count() == len(bank.statuses) == 1
    bank.pay(Order.objects.get())
    payments.look_at_due_orders(now=at(4, 13))
    assert at_once(*[lambda: operations.follow_charges(now=at(4, 13))] * 10) == []
    assert AutopayTurn.objects.get().state == "paid"
    assert ledger.balance(cast.account.pk).kopecks == 0


def test_an_end_beside_a_charge_is_before_it_or_after_it(bank: StubBank) -> None:
    for _ in range(5):
        cast = AutopayCast()
        agreement = agree(cast.anna, cast.account, cast.card)
        operations.tell_due(now=at(3, 10))
        failures = at_once(
            lambda: operations.charge_due(now=at(4, 12)),
            partial(
                operations.end,
                by=Actor.person(cast.anna.pk),
                public_id=agreement.public_id,
                now=at(4, 12),
            ),
        )
        assert failures == []
        operations.follow_charges(now=at(4, 12, 1))
        turn = AutopayTurn.objects.get(agreement=agreement)
        order = Order.objects.filter(lines__account=cast.account).first()
        assert AutopayAgreement.objects.get(pk=agreement.pk).state == "ended"
        if turn.state == "charging":
            assert order is not None
            assert order.state == OrderState.WAITING
        else:
            assert turn.state == "stopped"
            assert order is None or order.state == OrderState.CANCELED


@pytest.mark.parametrize("how", ["end", "skip"])
def test_a_word_beside_a_charge_that_no_bank_has_begun_is_before_it_or_after_it(
    bank: StubBank, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """At noon the bank was not reached; it is back when the person says no, in another process."""
    create, away = bank.create, [True]

    def unreached(*, order: BankOrder, patience: float = PATIENT) -> BankPage:
        if away[0]:
            raise Unreached("nobody listens", code="network")
        return create(order=order, patience=patience)

    monkeypatch.setattr(bank, "create", unreached)
    for _ in range(4):
        away[0], cast = True, AutopayCast()
        agreement = agree(cast.anna, cast.account, cast.card)
        operations.tell_due(now=at(3, 10))
        operations.charge_due(now=at(4, 12))
        order = Order.objects.get(lines__account=cast.account)
        assert order.untouched
        away[0] = False
        payments.ask_silent(now=at(4, 12, 1))
        turn = AutopayTurn.objects.get(agreement=agreement)
        whose: dict[str, Any] = {
            "by": Actor.person(cast.anna.pk),
            "public_id": agreement.public_id,
            "now": at(4, 12, 5),
        }
        say = {
            "end": partial(operations.end, **whose),
            "skip": partial(operations.skip, turn_public_id=turn.public_id, **whose),
        }[how]
        failures = at_once(
            lambda: operations.follow_charges(now=at(4, 12, 5)),
            lambda: payments.look_at_due_orders(now=at(4, 12, 5)),
            say,
        )
        operations.follow_charges(now=at(4, 12, 6))
        operations.charge_due(now=at(4, 12, 30))
        payments.look_at_due_orders(now=at(4, 12, 30))
        operations.follow_charges(now=at(4, 12, 31))
        order.refresh_from_db()
        turn.refresh_from_db()
        if any(one.order_id == order.public_id for one in bank.statuses.values()):
            assert (order.state, turn.state) == (OrderState.WAITING, "charging")
            assert [type(one) for one in failures] == ([] if how == "end" else [AutopayConflict])
        else:
            assert failures == []
            assert order.state == OrderState.CANCELED
            assert turn.state == ("stopped" if how == "end" else "skipped")


def test_two_relatives_who_say_yes_at_once_have_one_autopay(bank: StubBank) -> None:
    cast = AutopayCast()
    offers = [
        agree(cast.anna, cast.account, cast.card, on=False),
        agree(cast.boris, cast.account, make_card(person=cast.boris), on=False),
    ]
    failures = at_once(
        *(
            partial(
                operations.confirm,
                by=Actor.person(offer.person_id),
                public_id=offer.public_id,
                now=at(1, 14),
            )
            for offer in offers
        )
    )
    assert [type(failure) for failure in failures] == [AutopayConflict]
    assert AutopayAgreement.objects.filter(state="active").count() == 1


@pytest.mark.chaos
def test_killed_at_any_statement_tells_and_charges_once(bank: StubBank) -> None:
    kills = 0
    for point in range(1, MOST):
        cast = AutopayCast()
        agreement = agree(cast.anna, cast.account, cast.card)

        def work() -> None:
            operations.tell_due(now=at(3, 10))
            operations.charge_due(now=at(4, 12))
            payments.look_at_due_orders(now=at(4, 12, 1))
            operations.follow_charges(now=at(4, 12, 1))

        killed = killed_at(point, work)
        kills += killed
        for order in Order.objects.exclude(bank_reference=""):
            # What the bank was told by the one that died, it knows: this one lives in the test's own memory.
            known = BankStatus(order.bank_reference, BankState.PENDING, order.total, "RUB", order.public_id)
            bank.statuses.setdefault(order.bank_reference, known)
        for _ in range(2):
            work()
        orders = Order.objects.filter(lines__account=cast.account)
        assert [order.state for order in orders] == [OrderState.WAITING]
        assert agreement.turns.count() == 1
        url = f"/autopay/skip/{agreement.turns.get().skip_key}/"
        assert Notice.objects.filter(url=url).count() == 1
        operations.end(by=Actor.person(cast.anna.pk), public_id=agreement.public_id, now=at(4, 13))
        if not killed:
            break
    assert enough(kills, every=40, short=8), kills
