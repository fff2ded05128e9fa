"""Who disputes an autopay charge at the bank is not charged again until they say so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from svet.autopay import operations
from svet.autopay.models import AutopayTurn
from svet.autopay.rules import AgreementCause, AgreementState
from svet.autopay.tests.factories import AutopayCast, at, charge, make_bill
from svet.autopay.tests.test_days_after import pay_at_bank, tick, told
from svet.kernel.actors import Actor
from svet.kernel.periods import Month
from svet.notices.models import Notice
from svet.payments.models import Order
from svet.payments.operations.chargebacks import keep_chargeback
from svet.payments.rules.chargebacks import NewChargeback
from svet.payments.tests.factories import StubBank
from svet.people.tests.factories import make_person

pytestmark = pytest.mark.django_db


def test_a_disputed_charge_pauses_until_the_person_resumes(cast: AutopayCast, bank: StubBank) -> None:
    agreement = told(cast)
    tick(at(4, 12))
    pay_at_bank(bank)
    tick(at(4, 12, 5))
    day = at(20, 12).date()
    keep_chargeback(
        by=Actor.staff(make_person(first_name="Ольга").pk, name="Ольга С."),
        order_public_id=Order.objects.get().public_id,
        new=NewChargeback(reference="CB-1", kopecks=820_00, told_on=day, due_on=at(28, 12).date()),
        reason="письмо банка № 3",
        now=at(20, 12),
    )
    january = at(31, 23) + timedelta(hours=20)
    charge(cast.account, 500_00, at=january)
    make_bill(cast.account, month=Month(2026, 12), at=january)
    for hours in range(0, 24 * 6, 12):
        tick(january + timedelta(hours=hours, minutes=720))
    agreement.refresh_from_db()
    assert (agreement.state, agreement.cause) == (AgreementState.PAUSED, AgreementCause.DISPUTED)
    assert Order.objects.count() == 1
    assert "оспорили" in Notice.objects.get(event="autopay_stopped").text
    by = Actor.person(cast.anna.pk)
    operations.resume(by=by, public_id=agreement.public_id, now=january + timedelta(days=7))
    tick(january + timedelta(days=7, hours=15))
    agreement.refresh_from_db()
    assert agreement.state == AgreementState.ACTIVE
    assert AutopayTurn.objects.count() == 2
