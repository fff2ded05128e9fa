"""Limits by supplier and day: what holds when, what is refused, what was agreed on before a change."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from svet.accounts.tests.factories import make_provider
from svet.arrangements.models import InstalmentPlan, MoneyLimitsPolicy
from svet.arrangements.operations import promise_payment
from svet.arrangements.operations.limits import MoneyLimitsOutcome, set_money_limits
from svet.arrangements.operations.plans import sign_plan
from svet.arrangements.queries import promise_offer
from svet.arrangements.queries.limits import default_limits, limits_of, provider_limits
from svet.arrangements.queries.offering import instalment_offer
from svet.arrangements.rules import PromiseReason, PromiseRefused
from svet.arrangements.rules.limits import (
    DatedLimits,
    MoneyLimits,
    MoneyLimitsReason,
    MoneyLimitsRefused,
    check_since,
    chosen_limits,
    limits_on,
)
from svet.arrangements.rules.plans import InstalmentConflict, InstalmentReason
from svet.arrangements.tests.test_plans import NOW, agree, family  # noqa: F401
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.payments.tests.factories import Family
from svet.staffing.tests.factories import make_member

TODAY = date(2026, 11, 20)
BY = Actor.system("test")
USUAL = MoneyLimits(5_000_00, 3, 365, 14, 60, 12, 1_000_00, 30_000_00, 300_000_00, 12)


def choose(code: str, *, since: date | None = None, now: datetime = NOW, **given: int) -> MoneyLimitsOutcome:
    key = make_provider(code=code).pk
    return set_money_limits(provider_id=key, since=since, given=dict(given), by=BY, now=now)[0]


def refused(call: Any) -> tuple[object, str]:
    with pytest.raises(MoneyLimitsRefused) as error:
        call()
    return error.value.reason, error.value.field


def test_rules_say_what_holds_on_a_day_and_take_nothing_impossible() -> None:
    later = replace(USUAL, promise_days=3)
    rows = [DatedLimits(TODAY, later), DatedLimits(TODAY + timedelta(days=2), USUAL)]
    held = [limits_on(rows, TODAY + timedelta(days=n), default=USUAL).promise_days for n in (-1, 0, 1, 2)]
    assert held == [14, 3, 3, 14]
    assert chosen_limits(USUAL, {"promise_days": 3, "refund_times": None}) == later
    for given, reason in (
        ({}, MoneyLimitsReason.NOTHING_CHOSEN),
        ({"promise_days": None}, MoneyLimitsReason.NOTHING_CHOSEN),
        ({"refund_alone": -1}, MoneyLimitsReason.SUM),
        ({"refund_times": 0}, MoneyLimitsReason.NUMBER),
        ({"instalment_months": 61}, MoneyLimitsReason.NUMBER),
        ({"instalment_least": 300_000_01}, MoneyLimitsReason.ORDER),
    ):
        reason_, field = refused(lambda given=given: chosen_limits(USUAL, given))
        assert (reason_, field) == (
            reason,
            next(iter(given), "") if any(given.values()) or 0 in given.values() else "",
        )
    check_since(TODAY, today=TODAY)
    assert refused(lambda: check_since(TODAY, today=TODAY + timedelta(days=1)))[1] == "since"


@pytest.mark.django_db
def test_each_supplier_has_its_own_from_its_day_and_the_settings_hold_elsewhere(settings: Any) -> None:
    ural, volga = make_provider(code="ural").pk, make_provider(code="volga").pk
    assert default_limits() == USUAL
    tomorrow = TODAY + timedelta(days=1)
    assert choose("ural", since=tomorrow, promise_days=5) is MoneyLimitsOutcome.ADDED
    assert choose("ural", since=tomorrow, promise_days=5) is MoneyLimitsOutcome.UNCHANGED
    assert choose("ural", since=tomorrow, refund_times=9) is MoneyLimitsOutcome.CHANGED
    settings.PROMISE_DAYS = 20
    held = provider_limits({ural: TODAY, volga: tomorrow})
    assert (held[ural].promise_days, held[volga].promise_days) == (20, 20)
    held = provider_limits({ural: tomorrow, volga: tomorrow})
    assert (held[ural].promise_days, held[ural].refund_times, held[volga].promise_days) == (5, 9, 20)
    # A whole row: another setting touches nothing of what a supplier has decided.
    settings.REFUND_DAYS = 10
    assert limits_of(ural)[0].limits.refund_days == 365
    assert Entry.objects.filter(action="arrangements.limits").count() == 2
    assert refused(lambda: choose("ural", since=TODAY - timedelta(days=1), promise_days=1)) == (
        MoneyLimitsReason.PAST,
        "since",
    )
    # By the supplier's clock: it is the next day there before it is in London.
    late = datetime(2026, 11, 20, 23, 0, tzinfo=NOW.tzinfo)
    assert refused(lambda: choose("ural", since=TODAY, now=late, promise_days=1))[0] is MoneyLimitsReason.PAST
    nobody = {"provider_id": 0, "since": None, "given": {"promise_days": 1}, "by": BY, "now": NOW}
    assert refused(lambda: set_money_limits(**nobody))[0] is MoneyLimitsReason.UNKNOWN_PROVIDER  # type: ignore[arg-type]
    assert MoneyLimitsPolicy.objects.count() == 1


def test_a_promise_goes_by_the_limits_of_its_supplier_on_its_day(family: Family) -> None:  # noqa: F811
    by, account = Actor.person(family.anna.pk), family.first.public_id
    code = family.first.provider.code
    choose("volga", promise_days=0)
    choose(code, since=TODAY + timedelta(days=1), promise_days=3)
    last = [promise_offer(by, account_public_id=account, now=NOW + timedelta(days=n)).last_on for n in (0, 1)]
    assert last == [date(2026, 12, 4), date(2026, 11, 24)]
    terms: dict[str, Any] = {"by": by, "account_public_id": account, "now": NOW + timedelta(days=1)}
    with pytest.raises(PromiseRefused) as error:
        promise_payment(until=date(2026, 11, 25), **terms)
    assert error.value.reason is PromiseReason.DAY
    promise_payment(until=date(2026, 11, 24), **terms)
    # Given already: no promises from now on take nothing back.
    choose(code, now=NOW + timedelta(days=1), promise_days=0)
    standing = promise_offer(by, account_public_id=account, now=NOW + timedelta(days=2)).standing
    assert standing is not None
    assert standing.until_on == date(2026, 11, 24)


def test_a_change_between_seeing_and_agreeing_is_a_conflict_and_one_after_it_touches_nothing(
    family: Family,  # noqa: F811
) -> None:
    by, account = Actor.person(family.anna.pk), family.first.public_id
    code = family.first.provider.code
    shown = instalment_offer(by, account_public_id=account, now=NOW)
    assert (shown.by_two, max(shown.choices)) == (False, 12)
    choose(code, instalment_alone=1_000_00, instalment_months=6)
    with pytest.raises(InstalmentConflict) as error:
        agree_as_seen(family, shown.shown)
    assert error.value.reason is InstalmentReason.CHANGED
    now = instalment_offer(by, account_public_id=account, now=NOW)
    assert (now.by_two, max(now.choices)) == (True, 6)
    assert agree(family) is True
    # Asked under other limits: it is signed as it was asked for, two months later rules or not.
    choose(code, instalment_months=0, instalment_least=200_000_00)
    offered = instalment_offer(by, account_public_id=account, now=NOW)
    assert (offered.choices, offered.why) == ({}, InstalmentReason.OFF)
    row = InstalmentPlan.objects.get()
    assert row.least_kopecks == 1_000_00
    signed = [
        sign_plan(by=Actor.staff(make_member().person_id, name=name), plan_public_id=row.public_id, now=NOW)
        for name in ("Ольга", "Павел")
    ]
    row.refresh_from_db()
    assert (signed, row.state, row.months, row.money) == ([False, True], "standing", 3, Money(3_000_00))


def agree_as_seen(family: Family, shown: str) -> None:  # noqa: F811
    from svet.arrangements.operations.plans import agree_on_plan

    agree_on_plan(
        by=Actor.person(family.anna.pk),
        account_public_id=family.first.public_id,
        months=3,
        shown=shown,
        now=NOW,
    )
