"""A charge that the bank refuses: which refusals are tried again, on which told days, and which never."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from svet.autopay.models import AutopayAgreement, AutopayTurn
from svet.autopay.rules import AgreementState, TurnState
from svet.autopay.tests.factories import AutopayCast, agree, at
from svet.autopay.tests.test_days_after import tick
from svet.gateways import acquiring
from svet.gateways.acquiring.port import BankReason
from svet.ledger import queries as ledger
from svet.notices.models import Notice
from svet.payments.models import Order
from svet.payments.rules.states import OrderState
from svet.payments.tests.factories import StubBank

pytestmark = pytest.mark.django_db
SOFT = {
    BankReason.INSUFFICIENT_FUNDS: [5, 7, 9],
    BankReason.BANK_FAULT: [5, 7],
    BankReason.DECLINED: [6],
}
HARD = {
    BankReason.CARD_UNBOUND: AgreementState.ENDED,
    BankReason.FRAUD: AgreementState.PAUSED,
    BankReason.CARD_PROBLEM: AgreementState.PAUSED,
    BankReason.AUTHENTICATION_FAILED: AgreementState.PAUSED,
}


@dataclass
class Refused:
    """Anna of one reason: her agreement, and when the bank was asked for her money."""

    cast: AutopayCast
    agreement: AutopayAgreement
    tried: list[datetime]

    @property
    def turn(self) -> AutopayTurn:
        return AutopayTurn.objects.get(agreement=self.agreement)

    def told(self, event: str) -> int:
        return Notice.objects.filter(event=event, recipient_id=self.cast.anna.recipient_id).count()


@pytest.fixture(scope="module")
def standing(standing_database: None) -> dict[BankReason, Refused]:
    """Twelve days, hour by hour, of seven households whose charges are refused, each for its own reason."""
    bank = StubBank()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(acquiring, "gateway", lambda: bank)
        lives = {}
        for reason in (*SOFT, *HARD):
            cast = AutopayCast(email=f"{reason}@example.ru")
            lives[reason] = Refused(cast, agree(cast.anna, cast.account, cast.card), [])
        of = {life.cast.anna.pk: reason for reason, life in lives.items()}
        tick(at(3, 10))
        assert {*AutopayTurn.objects.values_list("state", flat=True)} == {TurnState.TOLD}
        for hour in range(24 * 12):
            tick(at(4, 12) + timedelta(hours=hour))
            for order in Order.objects.filter(state=OrderState.WAITING):
                reason = of[order.person_id]
                lives[reason].tried.append(order.created_at)
                bank.refuse(order, reason)
    return lives


@pytest.mark.parametrize(("reason", "days"), SOFT.items())
def test_soft_refusals_are_tried_again_on_told_days_and_end(
    standing: dict[BankReason, Refused], reason: BankReason, days: list[int]
) -> None:
    life = standing[reason]
    first, *others = [(moment + timedelta(hours=5)).day for moment in life.tried]
    assert first == 4
    assert others == days
    assert life.turn.state == TurnState.FAILED
    assert life.turn.reason == reason
    assert life.told("autopay_again") == len(days)
    assert life.told("autopay_failed") == 1
    assert life.told("payment_failed") == 0
    assert AutopayAgreement.objects.get(pk=life.agreement.pk).state == AgreementState.ACTIVE
    assert ledger.balance(life.cast.account.pk).kopecks == 820_00


@pytest.mark.parametrize(("reason", "state"), HARD.items())
def test_hard_refusals_are_not_tried_again(
    standing: dict[BankReason, Refused], reason: BankReason, state: AgreementState
) -> None:
    life = standing[reason]
    assert len(life.tried) == Order.objects.filter(person=life.cast.anna).count() == 1
    assert life.turn.state == TurnState.FAILED
    assert AutopayAgreement.objects.get(pk=life.agreement.pk).state == state
    assert life.told("autopay_stopped") == 1
