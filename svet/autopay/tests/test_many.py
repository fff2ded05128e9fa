"""Many at one noon: a silent bank, a fault in one, a bounded run; nobody is left behind."""

from __future__ import annotations

from typing import Any

import pytest

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_account, make_link
from svet.autopay import jobs, operations, queries
from svet.autopay.models import AutopayAgreement, AutopayTry, AutopayTurn
from svet.autopay.operations import charging, concluding
from svet.autopay.rules import TurnState
from svet.autopay.tests.factories import AutopayCast, agree, at, charge, make_bill
from svet.autopay.tests.test_days_after import tick
from svet.gateways import acquiring
from svet.gateways.failures import Temporary
from svet.payments.models import Order, ReserveShop, Shop
from svet.payments.rules.states import OrderState
from svet.payments.tests.factories import StubBank, make_card

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(cast: AutopayCast) -> list[AutopayTurn]:
    """Three accounts of Anna's, all told of the same noon."""
    accounts: list[Account] = [cast.account]
    for _more in range(2):
        account = make_account(provider=cast.account.provider)
        make_link(person=cast.anna, account=account, confirmed=True)
        charge(account, 500_00)
        make_bill(account)
        accounts.append(account)
    for account in accounts:
        agree(cast.anna, account, cast.card)
    tick(at(3, 10))
    return list(AutopayTurn.objects.order_by("charge_at", "pk"))


def states() -> list[str]:
    return list(AutopayTurn.objects.order_by("pk").values_list("state", flat=True))


def count_asked(bank: StubBank, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    asked: list[str] = []
    create = bank.create

    def counted(**how: Any) -> Any:
        asked.append(how["order"].order_id)
        return create(**how)

    monkeypatch.setattr(bank, "create", counted)
    return asked


def test_a_silent_bank_is_asked_once_in_a_run(
    three: list[AutopayTurn], bank: StubBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = count_asked(bank, monkeypatch)
    bank.failure = Temporary("silent", code="timeout")
    operations.charge_due(now=at(4, 12))
    assert len(asked) == 1
    assert states() == [TurnState.CHARGING, TurnState.TOLD, TurnState.TOLD]
    bank.failure = None
    operations.charge_due(now=at(4, 12, 1))
    assert states() == [TurnState.CHARGING] * 3
    assert len(asked) == 3


def test_a_silent_bank_holds_up_no_card_that_another_bank_keeps(
    three: list[AutopayTurn], bank: StubBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One supplier, two banks: the card of the last month is kept by the one that stands in."""
    other = StubBank()
    monkeypatch.setattr(acquiring, "gateway_at", lambda address, *, secret: other)
    monkeypatch.setenv("SVET_SECOND", "key")
    shop = Shop.objects.create(
        code="second",
        name="Второй",
        address="yookassa+https://2@bank.example/v3",
        secret="SVET_SECOND",
        added_at=at(1, 9),
    )
    last = three[-1].agreement
    ReserveShop.objects.create(provider=last.account.provider, shop=shop, place=1)
    card = make_card(person=last.person, shop=shop, last4="4444")
    AutopayAgreement.objects.filter(pk=last.pk).update(card=card)
    bank.failure = Temporary("silent", code="timeout")
    operations.charge_due(now=at(4, 12))
    assert states() == [TurnState.CHARGING, TurnState.TOLD, TurnState.CHARGING]
    assert len(other.statuses) == 1


def test_tries_nobody_sent_meet_a_silent_bank_once_in_a_run(
    three: list[AutopayTurn], bank: StubBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = count_asked(bank, monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr(charging, "_send", lambda *args, **how: None)
        operations.charge_due(now=at(4, 12))
    bank.failure = Temporary("silent", code="timeout")
    operations.follow_charges(now=at(4, 12, 1))
    assert len(asked) == 1
    assert Order.objects.filter(state=OrderState.CREATED).count() == 2


def test_a_fault_in_one_stops_no_other(
    three: list[AutopayTurn], bank: StubBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin, conclude = charging._begin, concluding.conclude

    def faulty(turn_id: int, **how: Any) -> Any:
        if turn_id == three[0].pk:
            raise RuntimeError("a fault of ours")
        return begin(turn_id, **how)

    def faulty_end(turn_id: int, *args: Any, **how: Any) -> bool:
        if turn_id == three[1].pk:
            raise RuntimeError("a fault of ours")
        return conclude(turn_id, *args, **how)

    with monkeypatch.context() as patch:
        patch.setattr(charging, "_begin", faulty)
        patch.setattr(charging, "conclude", faulty_end)
        tick(at(4, 12))
        for order in Order.objects.all():
            bank.pay(order)
        tick(at(4, 12, 1))
        assert states() == [TurnState.TOLD, TurnState.CHARGING, TurnState.PAID]
    tick(at(4, 12, 11))
    assert states() == [TurnState.CHARGING, TurnState.PAID, TurnState.PAID]


def test_a_run_is_bounded_and_those_set_aside_hold_nobody_up(
    three: list[AutopayTurn], bank: StubBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = charging._begin

    def faulty(turn_id: int, **how: Any) -> Any:
        if turn_id == three[0].pk:
            raise RuntimeError("a fault of ours")
        return begin(turn_id, **how)

    monkeypatch.setattr(charging, "A_RUN", 1)
    monkeypatch.setattr(charging, "_begin", faulty)
    operations.charge_due(now=at(4, 12))
    operations.charge_due(now=at(4, 12, 1))
    assert states() == [TurnState.TOLD, TurnState.CHARGING, TurnState.TOLD]
    operations.charge_due(now=at(4, 12, 2))
    assert states() == [TurnState.TOLD, TurnState.CHARGING, TurnState.CHARGING]


def test_the_job_runs_once_at_a_time() -> None:
    task: Any = jobs.charge
    assert (task.lock, task.queueing_lock) == ("autopay.charge", "autopay.charge")


def test_verify_notices_what_took_too_much_at_both_sides_of_a_border_of_portions(
    three: list[AutopayTurn], bank: StubBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    tick(at(4, 12))
    for order in Order.objects.all():
        bank.pay(order)
    tick(at(4, 12, 1))
    for portion in (1, 2):
        monkeypatch.setattr(queries, "_AT_ONCE", portion)
        for one in AutopayTry.objects.select_related("turn"):
            AutopayTry.objects.filter(pk=one.pk).update(kopecks=one.turn.told_kopecks)
        assert queries.broken() == []
        # The last one of the first portion and the first one of the second.
        turns = sorted(AutopayTry.objects.values_list("turn_id", flat=True))
        for turn_id in turns[portion - 1 : portion + 1]:
            AutopayTry.objects.filter(turn=turn_id).update(kopecks=900_00)
        assert len(queries.broken()) == 2
