"""The bank was not reached, which is known: nothing began, and what comes between is before sending."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from svet.accounts.models import Link
from svet.autopay import operations, queries
from svet.autopay.models import AutopayAgreement, AutopayTry
from svet.autopay.operations import deciding
from svet.autopay.rules import AgreementState, AutopayConflict, AutopayNotFound, TurnState
from svet.autopay.tests.factories import AutopayCast, at, pay_by_hand
from svet.autopay.tests.test_days_after import balance, pay_at_bank, tick, told, turn
from svet.gateways.acquiring.port import PATIENT, BankOrder, BankPage
from svet.gateways.failures import Temporary, Unreached
from svet.kernel.actors import Actor
from svet.payments.models import BoundCard, Order
from svet.payments.rules.states import OrderState
from svet.payments.tests.factories import StubBank, make_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def down(bank: StubBank, monkeypatch: pytest.MonkeyPatch) -> StubBank:
    """A bank to which there is no connection, until ``failure`` is taken away: it makes nothing meanwhile."""
    create = bank.create

    def unreached(*, order: BankOrder, patience: float = PATIENT) -> BankPage:
        if bank.failure is not None:
            raise bank.failure
        return create(order=order, patience=patience)

    monkeypatch.setattr(bank, "create", unreached)
    bank.failure = Unreached("nobody listens", code="network")
    return bank


def waits(cast: AutopayCast) -> AutopayAgreement:
    """At noon the bank was not reached: the order is sent, and it is known that nothing began."""
    agreement = told(cast)
    tick(at(4, 12))
    assert Order.objects.get().untouched
    return agreement


def back(bank: StubBank) -> None:
    bank.failure = None
    for minutes in range(0, 240, 30):
        tick(at(4, 14) + timedelta(minutes=minutes))


def ended(cast: AutopayCast, agreement: AutopayAgreement) -> None:
    operations.end(by=Actor.person(cast.anna.pk), public_id=agreement.public_id, now=at(4, 13))
    pay_by_hand(cast.account, 820_00, at=at(4, 13))


def paused(cast: AutopayCast, agreement: AutopayAgreement) -> None:
    operations.pause(by=Actor.person(cast.anna.pk), public_id=agreement.public_id, now=at(4, 13))


def no_right(cast: AutopayCast, agreement: AutopayAgreement) -> None:
    Link.objects.filter(person=cast.anna).delete()


def unbound(cast: AutopayCast, agreement: AutopayAgreement) -> None:
    BoundCard.objects.filter(pk=cast.card.pk).update(unbound_at=at(4, 13), reference="")


def paid(cast: AutopayCast, agreement: AutopayAgreement) -> None:
    pay_by_hand(cast.account, 820_00, at=at(4, 13))


@pytest.mark.parametrize("how", [ended, paused, no_right, unbound, paid])
def test_what_came_before_the_bank_is_back_is_before_the_charge(
    cast: AutopayCast, down: StubBank, how: Callable[[AutopayCast, AutopayAgreement], None]
) -> None:
    agreement = waits(cast)
    how(cast, agreement)
    back(down)
    assert down.statuses == {}
    assert Order.objects.get().state == OrderState.CANCELED
    assert turn().state == (TurnState.NOTHING if how is paid else TurnState.STOPPED)
    agreement.refresh_from_db()
    assert (agreement.state == AgreementState.ACTIVE) is (how is paid)


def test_paid_in_part_by_hand_only_the_rest_is_charged(cast: AutopayCast, down: StubBank) -> None:
    waits(cast)
    pay_by_hand(cast.account, 500_00, at=at(4, 13))
    back(down)
    pay_at_bank(down)
    tick(at(4, 22))
    assert [order.total_kopecks for order in Order.objects.order_by("pk")] == [820_00, 320_00]
    assert (len(down.statuses), balance(cast), turn().state) == (1, 0, TurnState.PAID)


def test_who_stands_on_the_page_of_another_bank_goes_first(cast: AutopayCast, down: StubBank) -> None:
    waits(cast)
    make_order(person=cast.boris, lines=[(cast.account, 820_00)], now=at(4, 13, 50))
    down.failure = None
    tick(at(4, 14))
    assert down.statuses == {}
    assert Order.objects.get(unattended=True).state == OrderState.CANCELED
    assert turn().state == TurnState.AGAIN


def test_a_bank_that_is_back_charges_the_same_order_once(cast: AutopayCast, down: StubBank) -> None:
    waits(cast)
    back(down)
    pay_at_bank(down)
    tick(at(4, 20))
    assert (AutopayTry.objects.count(), len(down.statuses), balance(cast)) == (1, 1, 0)
    assert turn().state == TurnState.PAID


def test_no_bank_for_two_days_is_told_anew_and_never_before_a_person(
    cast: AutopayCast, down: StubBank
) -> None:
    waits(cast)
    now = at(4, 12)
    while now < at(6, 9):
        now += timedelta(minutes=40)
        tick(now)
    assert not Order.objects.filter(state=OrderState.REVIEW).exists()
    down.failure = None
    tick(at(6, 10))
    tick(at(6, 10, 30))
    assert down.statuses == {}, "the day it was told for is over"
    assert turn().state == TurnState.TOLD
    tick(at(7, 12))
    pay_at_bank(down)
    tick(at(7, 13))
    assert (len(down.statuses), balance(cast), turn().state) == (1, 0, TurnState.PAID)


def test_an_end_while_the_answer_was_lost_leaves_the_order_to_the_bank(
    cast: AutopayCast, bank: StubBank
) -> None:
    agreement = told(cast)
    bank.failure = Temporary("no answer", code="timeout")
    tick(at(4, 12))
    operations.end(by=Actor.person(cast.anna.pk), public_id=agreement.public_id, now=at(4, 13))
    order = Order.objects.get()
    assert (order.state, bool(order.calls), order.untouched) == (OrderState.SENT, True, False)
    back(bank)
    assert Order.objects.get().state == OrderState.WAITING, "it may have begun: only the bank knows its end"


@pytest.mark.parametrize("by_message", [True, False])
def test_what_no_bank_has_begun_can_still_be_skipped(
    cast: AutopayCast, down: StubBank, by_message: bool
) -> None:
    agreement = waits(cast)
    (shown,) = queries.agreements(person_id=cast.anna.pk, now=at(4, 13))
    assert shown.turns[0].may_skip
    assert queries.told_by_key(turn().skip_key).may_skip
    with pytest.raises(AutopayNotFound):
        operations.skip(
            by=Actor.person(cast.boris.pk),
            public_id=agreement.public_id,
            turn_public_id=turn().public_id,
            now=at(4, 13),
        )
    assert Order.objects.get().untouched
    for _ in range(2):
        if by_message:
            operations.skip_by_key(key=turn().skip_key, address="192.0.2.1", now=at(4, 13))
        else:
            operations.skip(
                by=Actor.person(cast.anna.pk),
                public_id=agreement.public_id,
                turn_public_id=turn().public_id,
                now=at(4, 13),
            )
    assert (turn().state, Order.objects.get().state) == (TurnState.SKIPPED, OrderState.CANCELED)
    back(down)
    assert (down.statuses, turn().state, balance(cast)) == ({}, TurnState.SKIPPED, 820_00)


def test_what_a_bank_may_have_begun_is_not_skipped(cast: AutopayCast, down: StubBank) -> None:
    waits(cast)
    down.failure = Temporary("no answer", code="network")
    tick(at(4, 12, 30))
    assert not Order.objects.get().untouched
    assert not queries.told_by_key(turn().skip_key).may_skip
    with pytest.raises(AutopayConflict):
        operations.skip_by_key(key=turn().skip_key, address="", now=at(4, 13))
    assert turn().state == TurnState.CHARGING


@pytest.mark.parametrize("by_message", [True, False])
def test_killed_between_taking_back_and_skipping_nothing_has_happened(
    cast: AutopayCast, down: StubBank, by_message: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of it would charge the month by a new order, and its person believe that they had skipped it."""
    agreement = waits(cast)
    skip: Callable[[], None] = (
        partial(operations.skip_by_key, key=turn().skip_key, address="192.0.2.1", now=at(4, 13))
        if by_message
        else partial(
            operations.skip,
            by=Actor.person(cast.anna.pk),
            public_id=agreement.public_id,
            turn_public_id=turn().public_id,
            now=at(4, 13),
        )
    )

    def killed(turn_id: int, **details: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(deciding, "_skip", killed)
        with pytest.raises(KeyboardInterrupt):
            skip()
    assert (turn().state, Order.objects.get().untouched) == (TurnState.CHARGING, True)
    skip()
    back(down)
    assert (down.statuses, turn().state, Order.objects.count()) == ({}, TurnState.SKIPPED, 1)
