"""Only what was shown is agreed on and given up, whatever became of it meanwhile."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from svet.arrangements.models import InstalmentPlan
from svet.arrangements.operations.plans import agree_on_plan
from svet.arrangements.queries import offering
from svet.arrangements.queries.offering import instalment_offer, plan_offer
from svet.arrangements.rules.plans import InstalmentConflict, InstalmentReason
from svet.arrangements.tests.test_plans import NOW, post
from svet.kernel.actors import Actor
from svet.payments.tests.factories import Family, make_family, owe


@pytest.fixture
def family(db: None) -> Family:
    found = make_family()
    owe(found.first, 2_700_00)
    return found


def test_another_late_day_or_two_signatures_are_not_what_was_seen(
    family: Family, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    by, account = Actor.person(family.anna.pk), family.first.public_id
    seen = instalment_offer(by, account_public_id=account, now=NOW).shown
    usual = offering._working()
    with monkeypatch.context() as calendar:
        # The calendar of the next year is loaded between the look and the word.
        calendar.setattr(
            offering, "_working", lambda: lambda day: usual(day + timedelta(days=4 * (day.year > 2026)))
        )
        with pytest.raises(InstalmentConflict):
            agree_on_plan(by=by, account_public_id=account, months=3, shown=seen, now=NOW)
    settings.INSTALMENT_ALONE = 1_000
    with pytest.raises(InstalmentConflict):
        agree_on_plan(by=by, account_public_id=account, months=3, shown=seen, now=NOW)
    assert not InstalmentPlan.objects.exists()


def test_a_payment_in_the_middle_of_agreeing_is_another_debt(
    family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    by, account = Actor.person(family.anna.pk), family.first.public_id
    seen = instalment_offer(by, account_public_id=account, now=NOW).shown

    def paid_meanwhile(*args: Any, **terms: Any) -> Any:
        offer = plan_offer(*args, **terms)
        post(family.first, -2_000_00, on=date(2026, 11, 20))
        return offer

    monkeypatch.setattr("svet.arrangements.operations.plans.plan_offer", paid_meanwhile)
    with pytest.raises(InstalmentConflict) as changed:
        agree_on_plan(by=by, account_public_id=account, months=3, shown=seen, now=NOW)
    assert changed.value.reason is InstalmentReason.CHANGED
    assert not InstalmentPlan.objects.exists()
