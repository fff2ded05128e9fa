"""No bill of a month goes out while something common is wrong with it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from svet.accounts.tests.factories import make_provider
from svet.billing.models import BillingRun
from svet.billing.operations import run, set_policy
from svet.billing.rules import BillingReason, BillingRefused
from svet.billing.tests.factories import NOVEMBER, NOW, load_chelyabinsk, make_metered_account
from svet.billing.texts import explain
from svet.bills import operations
from svet.bills.models import Bill
from svet.kernel.actors import Actor
from svet.metering.tests.factories import make_reading

pytestmark = pytest.mark.django_db


def charge(good: int, bad: int) -> None:
    load_chelyabinsk()
    for number in range(good + bad):
        group = "1.1" if number < good else "9.9"
        _, meter = make_metered_account(installed_on=date(2026, 10, 20), tariff_group=group)
        make_reading(meter, 1100, read_on=date(2026, 11, 20))
    run(provider_id=make_provider().pk, period=NOVEMBER, now=NOW)


def issue(**how: Any) -> operations.IssueReport:
    return operations.issue(provider_id=make_provider().pk, period=NOVEMBER, now=NOW, **how)


def test_too_many_problems_hold_all_bills_up_until_it_is_insisted_on() -> None:
    charge(good=3, bad=4)
    with pytest.raises(BillingRefused) as refused:
        issue()
    assert refused.value.reason is BillingReason.TOO_MANY_PROBLEMS
    assert "4 из 7" in explain(refused.value)
    assert "--issue-anyway" in explain(refused.value)
    assert not Bill.objects.exists()
    assert issue(despite_problems=True).issued == 3


def test_a_few_problems_stop_nobody_else() -> None:
    charge(good=3, bad=3)
    assert issue().issued == 3


def test_the_share_is_the_providers_choice() -> None:
    set_policy(
        provider_id=make_provider().pk,
        valid_from=date(2026, 11, 1),
        problems_percent=Decimal(60),
        by=Actor.system("test"),
        now=NOW,
    )
    charge(good=3, bad=4)
    assert issue().issued == 3


def test_bills_wait_for_the_end_of_the_run() -> None:
    charge(good=1, bad=0)
    BillingRun.objects.update(state="running")
    for how in ({}, {"despite_problems": True}):
        with pytest.raises(BillingRefused) as refused:
            issue(**how)
        assert refused.value.reason is BillingReason.UNFINISHED
    run(provider_id=make_provider().pk, period=NOVEMBER, now=NOW)
    assert issue().issued == 1
