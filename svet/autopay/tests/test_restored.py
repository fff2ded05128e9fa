"""After a restore nothing is charged that was told, or had begun, before it: it may be paid already."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from svet.autopay import operations, queries
from svet.autopay.models import AutopayTurn
from svet.autopay.operations.restored import distrust
from svet.autopay.rules import RESTORED, TurnState
from svet.autopay.tests.factories import AutopayCast, at, charge, make_bill
from svet.autopay.tests.test_days_after import pay_at_bank, tick, told, turn
from svet.gateways.acquiring.port import BankReason
from svet.kernel.periods import Month
from svet.payments.models import Order
from svet.payments.operations import restored as payments_restored
from svet.payments.rules.states import OrderState
from svet.payments.tests.factories import StubBank

pytestmark = pytest.mark.django_db


def live_on(bank: StubBank) -> None:
    """The rest of the month, by day, when people are told and charged, and by night."""
    for half in range(2 * 22):
        tick(at(4, 13) + timedelta(hours=12 * half))


def test_what_was_told_before_a_restore_is_charged_only_by_the_next_bill(
    cast: AutopayCast, bank: StubBank
) -> None:
    agreement = told(cast)
    assert distrust(now=at(4, 12, 30)) == 1
    assert distrust(now=at(4, 12, 31)) == 0
    live_on(bank)
    assert not Order.objects.exists()
    assert (turn().state, turn().reason) == (TurnState.STOPPED, RESTORED)
    view = queries.agreement(person_id=cast.anna.pk, public_id=agreement.public_id, now=at(26, 12))
    assert view.next is None
    january = at(31, 23) + timedelta(hours=20)
    charge(cast.account, 500_00, at=january)
    make_bill(cast.account, month=Month(2026, 12), at=january)
    tick(january + timedelta(days=2, hours=14))
    assert AutopayTurn.objects.filter(state=TurnState.TOLD).count() == 1


def test_a_try_never_sent_before_a_restore_is_not_made_again(
    cast: AutopayCast, bank: StubBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    from svet.autopay.operations import charging

    def killed(*args: Any, **how: Any) -> None:
        return None

    told(cast)
    with monkeypatch.context() as patch:
        patch.setattr(charging, "_send", killed)
        operations.charge_due(now=at(4, 12))
    assert distrust(now=at(4, 12, 30)) == 1
    payments_restored.distrust(now=at(4, 12, 30))
    live_on(bank)
    assert Order.objects.get().state == OrderState.CANCELED
    assert (turn().state, turn().reason) == (TurnState.STOPPED, RESTORED)
    assert bank.statuses == {}


def test_a_try_declined_in_the_lost_time_is_not_repeated(cast: AutopayCast, bank: StubBank) -> None:
    told(cast)
    tick(at(4, 12))
    bank.refuse(Order.objects.get(), BankReason.INSUFFICIENT_FUNDS)
    assert distrust(now=at(4, 12, 30)) == 1
    live_on(bank)
    assert Order.objects.count() == 1
    assert (turn().state, turn().reason) == (TurnState.STOPPED, RESTORED)


def test_a_try_paid_in_the_lost_time_is_paid(cast: AutopayCast, bank: StubBank) -> None:
    told(cast)
    tick(at(4, 12))
    pay_at_bank(bank)
    distrust(now=at(4, 12, 30))
    live_on(bank)
    assert (turn().state, turn().reason, turn().charged_kopecks) == (TurnState.PAID, "", 820_00)
