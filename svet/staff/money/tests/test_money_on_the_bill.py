"""Money put out of suspense stands on the next bill, with the day the person paid."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from svet.bills import queries
from svet.bills.tests.test_chain import OCTOBER, SEPTEMBER, charge, document, issue, live
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.kernel.transactions import use_case
from svet.payments import operations
from svet.payments.models import ImportedPayment
from svet.payments.operations import PaymentToApply
from svet.staffing.tests.factories import make_member

pytestmark = pytest.mark.django_db


def test_money_put_on_an_account_after_its_months_bill_stands_on_the_next_with_its_own_day() -> None:
    account, _meter = live()
    charge(SEPTEMBER)
    paid_on, taken = date(2026, 9, 28), datetime(2026, 9, 29, 7, tzinfo=UTC)
    row = PaymentToApply("SUIP1", None, "0399999999", Money(315_00), paid_on, account.provider_id)
    with use_case():
        operations.apply_register_payments(source="bank", rows=[row], now=taken)
    issue(SEPTEMBER)
    operations.put_on_account(
        row_public_id=ImportedPayment.objects.get().public_id,
        account_number=account.number,
        seen_public_id=account.public_id,
        by=Actor.staff(make_member().person_id, name="Ольга"),
        now=datetime(2026, 10, 5, 7, tzinfo=UTC),
        reason="узнали по чеку",
    )
    charge(OCTOBER)
    issue(OCTOBER)
    first, second = document(account, SEPTEMBER), document(account, OCTOBER)
    assert second.sums.opening == first.sums.closing
    (late,) = second.movements
    assert (late.on, late.kopecks, late.late) == (paid_on, -315_00, True)
    assert queries.broken_chain() == []
