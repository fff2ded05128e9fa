"""Promises and instalments of a debt that a supplier's own registers bring, change and take back."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from svet.accounts.models import Account
from svet.arrangements.operations.judging import judge_plans
from svet.arrangements.queries import promised_left
from svet.arrangements.queries.plans import asked_by_plans, broken_plans, running_plans
from svet.arrangements.rules.plans import InstalmentState
from svet.arrangements.tests.test_plans import NOW, agree, at, days_pass, post, state
from svet.arrangements.tests.test_promises import give
from svet.exchange.operations import take_file
from svet.exchange.tests.test_charges import lines
from svet.exchange.tests.test_taking import OLGA
from svet.kernel.money import Money
from svet.kernel.services import Service
from svet.ledger import queries as ledger
from svet.payments.tests.factories import Family, make_family


@pytest.fixture
def family(db: None) -> Family:
    """Anna's first account has water: the register says 2,700 roubles, beside the 300 that it owes."""
    found = make_family()
    provider = found.first.provider
    provider.service, provider.region = Service.COLD_WATER.value, ""
    provider.save(update_fields=["service", "region"])
    charge(found.first, "2026-10", 2_700)
    return found


def charge(account: Account, month: str, roubles: int, *, record: str = "", now: datetime = NOW) -> None:
    """A charge of the supplier's own billing."""
    code = account.provider.code
    row = f"{code};{account.number};{month};{roubles},00;{record}"
    content = lines(row, control=f"итого;{code};1;{roubles},00").encode()
    report = take_file(profile="charges", name="r.csv", content=content, by=OLGA, now=now)
    assert report.applied == 1


def test_a_plan_asks_its_parts_and_what_registers_bring_meanwhile(family: Family) -> None:
    agree(family)
    assert asked_by_plans([family.first.pk], now=NOW) == {family.first.pk: Money(1_000_00)}
    december = at(date(2026, 12, 1))
    charge(family.first, "2026-11", 500, now=december)
    charge(family.first, "2026-11", -100, record="п-1", now=december)
    plan = running_plans([family.first.pk], now=december)[family.first.pk]
    assert (plan.ask, plan.next and plan.next.due_on) == (Money(1_400_00), date(2026, 12, 15))
    post(family.first, -1_400_00, on=date(2026, 12, 14))
    days_pass(date(2026, 12, 20))
    plan = running_plans([family.first.pk], now=at(date(2026, 12, 20)))[family.first.pk]
    assert (state(), plan.done, plan.ask) == (InstalmentState.STANDING, 1, Money(1_000_00))
    # All of the rest is taken back by the supplier: nothing is asked any more.
    charge(family.first, "2026-10", -2_000, record="п-2", now=at(date(2026, 12, 21)))
    judge_plans(now=at(date(2026, 12, 22)))
    assert (state(), ledger.balance(family.first.pk)) == (InstalmentState.PAID, Money(0))
    assert broken_plans() == []


def test_a_plan_whose_new_month_is_not_paid_ends_after_it_was_said(family: Family) -> None:
    agree(family)
    charge(family.first, "2026-11", 500, now=at(date(2026, 12, 1)))
    post(family.first, -1_000_00, on=date(2026, 12, 14))
    days_pass(date(2026, 12, 31))
    assert state() == InstalmentState.BROKEN


def test_a_promise_is_of_what_was_owed_and_not_of_a_later_register(family: Family) -> None:
    give(family)
    charge(family.first, "2026-11", 500)
    charge(family.first, "2026-10", -200, record="п-1")
    assert promised_left([family.first.pk], today=NOW.date()) == {family.first.pk: Money(3_000_00)}
    post(family.first, -3_000_00, on=date(2026, 11, 25))
    assert not any(promised_left([family.first.pk], today=date(2026, 11, 26)).values())
